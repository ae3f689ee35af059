"""Arguments as the original parses them: `-name value` in any order; the first of a name counts, unknown ones are ignored."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from fastw2v.errors import UsageError, Wording, command_line, long_option, with_value

WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]+\s*")


class OriginalOptions(Wording):
    """How messages name a program's options; one that it lacks is that of a command of fastw2v.

    options : by the name of the setting, as {"min_count": "-min-count"}
    command : has the other options, as "train"; ELSEWHERE those that it lacks too
    """

    ELSEWHERE = {"lenient": "convert"}  # noqa: RUF012  # a constant

    def __init__(self, options: Mapping[str, str], command: str = "train") -> None:
        self.options = options
        self.command = command

    def argument(self, name: str) -> str:
        """As -min-count; what is no option keeps its name."""
        return self.options.get(name, name)

    def option(self, name: str, value: object = None) -> str:
        """As -min-count, -hs 1, or fastw2v train --device cpu."""
        if name in self.options:
            return self.options[name] if value is None else f"{self.options[name]} {int(value) if value is True else value}"
        return self.call(self.ELSEWHERE.get(name, self.command), **{name: value})

    def call(self, command: str, *arguments: object, **options: object) -> str:
        """A command of fastw2v."""
        return command_line(command, arguments, (with_value(long_option(name), value) for name, value in options.items()))


def named_arguments(names: Iterable[str], arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The values of the options `names`, and the arguments that are neither an option nor its value.

    Raises UsageError for an option without a value.
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
    """Parse an integer like atoi, but raise UsageError for text that is no complete integer."""
    if not WHOLE_NUMBER.fullmatch(text) or len(text) > 30:
        raise UsageError(f"{name} is {text!r}: it must be a whole number")
    return int(text)


def decimal_number(name: str, text: str) -> float:
    """Parse a number like atof, but raise UsageError for text that is no complete finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise UsageError(f"{name} is {text!r}: it must be a number")
    return value
