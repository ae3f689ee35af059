"""The original's way with arguments: `-name value` in any order; the first of a name counts, unknown ones are passed over."""

import math
import re
from collections.abc import Iterable, Sequence

from fastw2v.errors import UsageError

WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]+\s*")


def named_arguments(names: Iterable[str], arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The values given for `names`, and the arguments that are neither a name nor its value.

    Raises UsageError for a name with nothing after it.
    """
    values: dict[str, str] = {}
    taken: set[int] = set()
    for name in names:
        if name in arguments:
            place = arguments.index(name)
            if place + 1 == len(arguments):
                raise UsageError(f"{name} is the last argument: its value is missing")
            values[name] = arguments[place + 1]
            taken |= {place, place + 1}
    return values, [argument for place, argument in enumerate(arguments) if place not in taken]


def whole_number(name: str, text: str) -> int:
    """What atoi reads; but where atoi reads the start of a text or nothing, UsageError."""
    if not WHOLE_NUMBER.fullmatch(text) or len(text) > 30:
        raise UsageError(f"{name} is {text!r}: it must be a whole number")
    return int(text)


def number(name: str, text: str) -> float:
    """What atof reads; but where atof reads the start of a text or nothing, UsageError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise UsageError(f"{name} is {text!r}: it must be a number")
    return value
