"""The errors that leave this package: each message is one line that says what, where, and how to fix it.

Python, the command line and the original's programs call the same setting by different names: `min_count=`, `--min-count`,
`-min-count`. A message takes the name from `argument`, `option` or `call`, which ask the front end that runs.
"""

import errno
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

WRITE_VECTORS = ["train"], ["resume"], ["demo"], ["convert"]  # the commands


class Fastw2vError(Exception):
    """What this package raises: something went wrong that the user can understand, as a full disk or damaged data.

    The message is one line. The command line shows it and ends with `exit_code`.

    Examples
    --------
    >>> import fastw2v
    >>> try:
    ...     fastw2v.load("missing.bin")
    ... except fastw2v.Fastw2vError as error:
    ...     print(error)
    cannot read missing.bin: No such file or directory
    """

    exit_code = 1


class UsageError(Fastw2vError, ValueError):
    """The request itself is wrong: a value out of range, options that contradict each other, a missing file.

    Examples
    --------
    >>> import fastw2v
    >>> fastw2v.train("corpus.txt", window=0)
    Traceback (most recent call last):
    fastw2v.errors.UsageError: window is 0: it must be a whole number from 1 to 1,000
    """

    exit_code = 2


class Interrupted(KeyboardInterrupt):
    """A run was stopped by Ctrl-C, by a signal or by a KeyboardInterrupt; the message says what is left of it.

    It is no Exception, so that a loop which logs errors and continues ends too.

    Examples
    --------
    >>> import fastw2v
    >>> def stop(progress):
    ...     raise KeyboardInterrupt
    >>> try:
    ...     fastw2v.train("corpus.txt", callback=stop)
    ... except fastw2v.Interrupted as stopped:
    ...     print(stopped)
    stopped at ...% of the training; no vectors were written
    """

    exit_code = 130


class Terminated(KeyboardInterrupt):
    """SIGTERM, which stops a run the way Ctrl-C does."""

    exit_code = 143


class HungUp(KeyboardInterrupt):
    """SIGHUP: the terminal is gone."""

    exit_code = 129


def stopped() -> str:
    """The message of a command that a signal ends. Those whose result is vectors say that there are none."""
    return "stopped; no vectors were written" if sys.argv[1:2] in WRITE_VECTORS else "stopped"


def cannot_read(name: object, error: OSError | ValueError | None = None) -> str:
    """The message for a file or folder that cannot be read, without an error for one that does not exist."""
    return f"cannot read {str(name) or repr('')}: {reason(error) if error else os.strerror(errno.ENOENT)}"


def reason(error: OSError | ValueError) -> str:
    """The system's own words for an error, without its number and file name."""
    return getattr(error, "strerror", None) or str(error)


class Wording:
    """How a front end writes what its user gives; this is Python's, the others override it."""

    def argument(self, name: str) -> str:
        """A setting or argument as the subject of a sentence: "min_count is 0"."""
        return name

    def option(self, name: str, value: object = None) -> str:
        """The same as something to give, with a value or without: `min_count=`, `device='cpu'`, `force=True`."""
        return f"{name}=" if value is None else f"{name}={value!r}"

    def call(self, command: str, *arguments: object, **options: object) -> str:
        """A function of the package, or a command, with what it is given; "..." stands for arguments that are not shown."""
        given = [repr(str(argument)) for argument in arguments] or ["..."]
        return f"fastw2v.{command}({', '.join(given + [self.option(*option) for option in options.items()])})"


def long_option(name: str) -> str:
    """A name as an option of fastw2v's command line: min_count as --min-count."""
    return f"--{name.replace('_', '-')}"


def with_value(spelled: str, value: object) -> str:
    """An option with its value; None and True need none."""
    return spelled if value is None or value is True else f"{spelled} {value}"


def command_line(command: str, arguments: Iterable[object], options: Iterable[str]) -> str:
    """A command of fastw2v as one types it in a shell."""
    return " ".join(["fastw2v", command, *(shlex.quote(str(argument)) for argument in arguments), *options])


_wording = Wording()


@contextmanager
def worded(wording: Wording) -> Iterator[None]:
    """Inside, messages are written for the user of a front end. Each process has one front end, and so all threads do."""
    global _wording
    before, _wording = _wording, wording
    try:
        yield
    finally:
        _wording = before


def argument(name: str) -> str:
    """See Wording.argument."""
    return _wording.argument(name)


def option(name: str, value: object = None) -> str:
    """See Wording.option."""
    return _wording.option(name, value)


def call(command: str, *arguments: object, **options: object) -> str:
    """See Wording.call."""
    return _wording.call(command, *arguments, **options)
