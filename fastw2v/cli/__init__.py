"""The command line: parse, call the library, show."""

import os
import sys
from typing import NoReturn, TextIO

import click

from fastw2v import __version__
from fastw2v._system.display import say, show_any_letter
from fastw2v._system.processes import rank_of
from fastw2v._system.signals import ignore_signals, listen
from fastw2v.cli.ask import analogy, similar
from fastw2v.cli.bench import bench
from fastw2v.cli.cluster import cluster
from fastw2v.cli.convert import convert, info
from fastw2v.cli.demo import demo
from fastw2v.cli.evaluate import evaluate
from fastw2v.cli.phrases import phrases
from fastw2v.cli.plot import plot
from fastw2v.cli.plot_loss import plot_loss
from fastw2v.cli.resume import resume
from fastw2v.cli.train import train
from fastw2v.cli.vocab import vocab
from fastw2v.cli.wording import CommandLine, Commands, unknown_option
from fastw2v.errors import Fastw2vError, Interrupted, reason, stopped, worded

LAST_STREAM = 2  # of standard input, output and error
# What newer versions of click raise, with the help as its message, where a command is missing.
NO_COMMAND: tuple[type[click.UsageError], ...] = tuple(filter(None, [getattr(click.exceptions, "NoArgsIsHelpError", None)]))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="fastw2v %(version)s")
def cli() -> None:
    """Train word2vec vectors on all cores, from plain or compressed text; query, evaluate and convert them.

    \b
    fastw2v demo                                    see it work, no file needed
    fastw2v train corpus.txt -o vectors.bin         train on a file
    fastw2v train 'news/*.gz' -o v.txt --dim 300    on many, compressed
    fastw2v similar vectors.bin king                what is near
    """


for command in (train, resume, demo, bench):
    cli.add_command(command)
for command in (similar, analogy, evaluate, convert, info, plot, plot_loss, cluster, vocab, phrases):
    cli.add_command(command)


def main() -> None:
    """Run a command. Every error is one line on standard error: exit code 2 for misuse, 1 for failure, 130 for Ctrl-C."""
    _open_closed_streams()
    show_any_letter()
    listen()
    try:
        with worded(CommandLine(cli)), cli.make_context("fastw2v", sys.argv[1:]) as context:
            cli.invoke(context)
        code = 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except NO_COMMAND as error:
        print(error.format_message(), file=sys.stderr)  # the help, of many lines
        code = error.exit_code
    except click.NoSuchOption as error:
        code = _say(unknown_option(error, sys.argv[1:]), error.exit_code)
    except click.ClickException as error:
        code = _say(error.format_message(), error.exit_code)
    except Interrupted as error:
        _leave(str(error), getattr(error.__cause__, "exit_code", error.exit_code))
    except Fastw2vError as error:
        code = _say(str(error), error.exit_code)
    except KeyboardInterrupt as stop:
        _leave(stopped(), getattr(stop, "exit_code", Interrupted.exit_code))
    except MemoryError:
        code = _say("memory ran out", 1)
    except OSError as error:
        code = _lost_output(error)
    try:
        sys.stdout.flush()
    except OSError as error:
        code = _lost_output(error)
    try:
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)
    sys.exit(code)


def _open_closed_streams() -> None:
    """Open standard streams that are closed: else a file of ours gets the number, and what is printed."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= LAST_STREAM:
        pass
    os.close(number)
    sys.stdin = sys.stdin or open(os.devnull)
    sys.stdout = sys.stdout or open(os.devnull, "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")


def _lost_output(error: OSError) -> int:
    """Report output that could not be printed; Python would complain again when it closes standard output."""
    _forget(sys.stdout)
    if isinstance(error, BrokenPipeError):  # the reader has seen enough
        return 1
    return _say(f"cannot write {error.filename or 'to standard output'}: {reason(error)}", 1)


def _forget(stream: TextIO) -> None:
    """Discard what is left in a stream's buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _say(message: str, code: int) -> int:
    line = " ".join(message.split())
    if found := rank_of():
        from fastw2v.distributed.failure_report import report_failure, send_exit_code

        report_failure(line, rank=found[0])
        send_exit_code(code)
        return code
    say(f"fastw2v: {line}")
    return code


def _leave(message: str, code: int) -> NoReturn:
    """Exit at once: Python's own exit would wait for threads, and be interrupted by a second Ctrl-C."""
    ignore_signals()
    _say(message, code)
    os._exit(code)
