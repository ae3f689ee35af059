"""Arguments as Python code gives them: taken as what they mean, or refused in one line that names them."""

import math
import os
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from fastw2v.errors import UsageError, argument

MAP_METHODS = ("pca", "tsne")  # here, so that the command line can offer them without importing what draws
Choice = TypeVar("Choice", bound=str)

LONGEST_SHOWN = 60  # characters of a value in a message


class Range(NamedTuple):
    """The values a number may take, both ends included unless `open_low`."""

    low: float
    high: float
    open_low: bool = False

    def allows(self, value: float) -> bool:
        """Whether a value lies in the range."""
        return (self.low < value if self.open_low else self.low <= value) and value <= self.high

    def __str__(self) -> str:
        if self.high == math.inf:
            words = f"above {self.low:,}" if self.open_low else f"of at least {self.low:,}"
        elif self.open_low:
            words = f"above {self.low:,} and at most {self.high:,}"
        else:
            words = f"from {self.low:,} to {self.high:,}"
        return words.replace(",000,000,000", " billion")


COUNT = Range(1, math.inf)


def checked_number(name: str, value: Any, allowed: Range, *, whole: bool = True, optional: bool = False) -> Any:
    """A number as Python's own, NumPy's too; None where it is `optional`.

    Raises UsageError for another kind of value or one out of its range, which names it, what was given and the range.
    """
    if value is None and optional:
        return None
    number = plain(value)
    right_kind = isinstance(number, Integral if whole else Real) and not isinstance(number, bool)
    if not right_kind or not allowed.allows(number):
        kind = "a whole number" if whole else "a number"
        raise UsageError(f"{argument(name)} is {shown(value)}: it must be {kind} {allowed}")
    return int(number) if whole else float(number)


def checked_choice(name: str, value: Any, choices: tuple[Choice, ...]) -> Choice:
    """Check that a value is one of `choices`. Raises UsageError."""
    found = [choice for choice in choices if isinstance(value, str) and choice == value]
    if not found:
        raise UsageError(f"{argument(name)} is {shown(value)}: it must be one of {', '.join(choices)}")
    return found[0]


def checked_flag(name: str, value: Any) -> bool:
    """True or False, NumPy's too, or 1 or 0. Raises UsageError."""
    if not isinstance(flag := plain(value), (bool, int)) or flag not in (0, 1):
        raise UsageError(f"{argument(name)} is {shown(value)}: it must be True or False")
    return bool(flag)


def checked_path(name: str, value: Any) -> Path:
    """The name of a file or folder: str, bytes or what stands for a path. Raises UsageError."""
    try:
        path = os.fsdecode(value)
    except TypeError:
        raise UsageError(f"{argument(name)} is {shown(value)}: it must be the name of a file or folder") from None
    if not path:
        raise UsageError(f"{argument(name)} is an empty name: give the name of a file or folder")
    if "\0" in path:
        raise UsageError(f"{argument(name)} is {shown(path)}: no file's name holds a zero byte")
    return Path(path)


def plain(value: Any) -> Any:
    """NumPy's numbers, and its arrays without a dimension, as Python's own; anything else as it is."""
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def shown(value: Any) -> str:
    """Any value as part of a one-line message; one that cannot be written, as a whole number of 5,000 digits, by its kind."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever a stranger's repr raises
        text = f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
