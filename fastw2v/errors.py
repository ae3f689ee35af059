"""The errors that leave this package: each message is one line that names the place and the mend."""


class Fastw2vError(Exception):
    """Something went wrong that the user can understand; the command line shows the message and ends with `exit_code`."""

    exit_code = 1


class UsageError(Fastw2vError, ValueError):
    """The request itself is wrong: a value out of range, options that contradict each other, a file that is not there."""

    exit_code = 2


class Interrupted(KeyboardInterrupt):
    """The user stopped the run, by Ctrl-C or a signal to end; the message says what is left of it.

    It is no Exception, so that a loop which logs errors and goes on ends too.
    """

    exit_code = 130


class Terminated(KeyboardInterrupt):
    """SIGTERM, which stops a run the way Ctrl-C does."""

    exit_code = 143


class HungUp(KeyboardInterrupt):
    """SIGHUP: the terminal is gone."""

    exit_code = 129


def reason(error: OSError | ValueError) -> str:
    """The system's own words for an error, without its number and file name."""
    return getattr(error, "strerror", None) or str(error)
