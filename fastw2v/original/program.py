"""Shared by the original's programs: unbuffered output, and errors as one line with an exit code."""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from fastw2v._system.display import say, show_any_letter, shown_on
from fastw2v._system.platforms import check_system
from fastw2v._system.text_encoding import to_bytes, to_text
from fastw2v.errors import Fastw2vError, Interrupted, Terminated, Wording, worded


def finish(name: str, program: Callable[[list[str]], None], wording: Wording) -> NoReturn:
    """Run a program on the arguments of this process, and exit with code 0 or that of the error.

    wording : how messages name the program's options
    """
    signal.signal(signal.SIGTERM, _terminate)
    atexit.register(gc.freeze)  # see fastw2v.__main__
    show_any_letter()
    code, message = 0, ""
    try:
        check_system()
        with worded(wording):
            program(sys.argv[1:])
        sys.stdout.flush()
    except Interrupted as error:
        code, message = getattr(error.__cause__, "exit_code", error.exit_code), str(error)
    except Fastw2vError as error:
        code, message = error.exit_code, str(error)
    except KeyboardInterrupt as stop:
        code, message = getattr(stop, "exit_code", Interrupted.exit_code), "stopped"
    except MemoryError:
        code, message = 1, "memory ran out"
    except ModuleNotFoundError as error:
        code, message = 1, f"{error.name} is not installed: install fastw2v in this Python environment"
    except BrokenPipeError:
        # The reader of the output has gone. Closing standard output would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    if message:
        say(f"{name}: {' '.join(message.split())}")
    sys.exit(code)


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


def write_out(text: str | bytes) -> None:
    """Write to standard output unbuffered. Words and file names may be any bytes, and scripts read them."""
    sys.stdout.buffer.write(text if isinstance(text, bytes) else to_bytes(text))
    sys.stdout.buffer.flush()


def displayable(text: bytes | str) -> bytes:
    """The bytes of a word or file name; on a terminal, with what it cannot display escaped."""
    if sys.stdout.isatty():
        return to_bytes(shown_on(sys.stdout, text if isinstance(text, str) else to_text(text)))
    return text if isinstance(text, bytes) else to_bytes(text)
