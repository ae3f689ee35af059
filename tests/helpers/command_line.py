"""The command line in the process of the tests: the fixture `cli`."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str
