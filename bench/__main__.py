"""The command line: `python -m bench COMMAND`."""

import sys
from importlib import import_module

import click

from bench.common.processes import Failure
from fastw2v.errors import Fastw2vError

COMMANDS = {
    "compare": "bench.compare.command:compare",
    "speed": "bench.speed:speed",
    "learning": "bench.learning.command:learning",
    "scale": "bench.scale:scale",
    "distributed": "bench.distributed:distributed",
    "gpu": "bench.gpu.command:gpu",
    "files": "bench.files:files",
    "tables": "bench.tables.command:tables",
    "targets": "bench.targets:show",
}
SUMMARIES = {
    "compare": "fastw2v beside word2vec.c, gensim and fastText: speed, memory and scores.",
    "speed": "Speed: of two commits, over settings, of each stage, of each part of a kernel.",
    "learning": "What the two kernels learn on a graph, on item sessions and on baskets.",
    "scale": "How speed and memory change with text, vocabulary, dimension and threads.",
    "distributed": "Several ranks: on this machine, over imitated hosts, in a model of a cluster.",
    "gpu": "A GPU beside the CPU of the same machine.",
    "files": "Files of vectors beside gensim, phrases beside word2phrase.c.",
    "tables": "Write the tables and pictures of README and documentation from bench/results.",
    "targets": "What the kernels are held to, beside what bench/results holds.",
}


class LazyGroup(click.Group):
    """Imports a command when it is called: programs that are measured must not share their parent's memory."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and summaries, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure fastw2v. Each command writes bench/results/NAME.json and prints a table.

    Nothing else should run meanwhile. --quick runs a command on a tiny text within seconds, to see that it works.
    """


def run() -> None:
    """Run a command; an error that the user can understand is one line."""
    try:
        main(prog_name="python -m bench")
    except (Fastw2vError, Failure) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(getattr(error, "exit_code", 1))


if __name__ == "__main__":
    run()
