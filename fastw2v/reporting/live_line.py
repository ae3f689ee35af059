"""One line of a terminal that changes in place and fits its window, however narrow it is and whenever that changes.

rich's own leaves the cursor at the end of its line. Where a window becomes narrower, terminals that wrap lines anew then have
the cursor on a later row, others on the same: nobody can tell how many rows to erase. Here it waits at the line's beginning,
which stays the beginning, and all below is erased.
"""

import time
from typing import IO, NamedTuple

from rich.text import Text

from fastw2v._system.display import ERASE_BELOW
from fastw2v.reporting.console import PlainConsole, width_of

EVERY = 0.1  # seconds between two drawings
ERASE = "\r" + ERASE_BELOW  # to the line's beginning, and erase all that follows
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"  # a window that has just become narrower cuts the line
BAR = 16  # columns
NEVER = 0


class Part(NamedTuple):
    """A part of the line.

    goes : its turn to be left out where there is no room, 1 first; NEVER for what stays
    before : what divides it from the part before
    """

    text: str
    goes: int = NEVER
    before: str = " "


def fitted(parts: list[Part], width: int) -> list[Part]:
    """The parts that there is room for: those whose turn it is are left out one by one."""
    left = [part for part in parts if part.text]
    for turn in sorted({part.goes for part in left} - {NEVER}):
        if len(joined(left)) <= width:
            break
        left = [part for part in left if part.goes != turn]
    return left


def joined(parts: list[Part]) -> str:
    """The parts as one text."""
    return "".join((part.before if place else "") + part.text for place, part in enumerate(parts))


def time_left(seconds: float | None) -> str:
    """Hours, minutes and seconds; "" where nothing is known."""
    if seconds is None or not seconds < 1e9:
        return ""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


class LiveLine:
    """The line itself; nothing of it is seen until the first `show`, nor after `close`."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.console = PlainConsole(file=stream)
        self.shown = False
        self.drawn = -EVERY  # when, by the clock

    def bar(self, share: float) -> str:
        """So much of the work as a bar."""
        done = round(min(1.0, max(0.0, share)) * BAR)
        full, empty = "#-" if self.console.options.ascii_only else "━─"
        return full * done + empty * (BAR - done)

    @property
    def due(self) -> bool:
        """Whether it is time to draw again."""
        return time.monotonic() - self.drawn >= EVERY

    def show(self, parts: list[Part]) -> None:
        """Draw the parts in place of what was there."""
        width = width_of(self.stream, self.console.width)
        text = joined(fitted(parts, width - 1))[: width - 1]
        with self.console.capture() as drawn:
            self.console.print(self._coloured(text), end="", soft_wrap=True)
        hide = "" if self.shown else HIDE_CURSOR
        self._write(f"{hide}{ERASE}{NO_WRAP}{drawn.get()}{WRAP}\r")
        self.shown = True
        self.drawn = time.monotonic()

    def close(self) -> None:
        """Leave nothing of the line behind."""
        if self.shown:
            self._write(ERASE + SHOW_CURSOR)
        self.shown = False
        self.drawn = -EVERY

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()

    def _coloured(self, text: str) -> Text:
        made = Text(text)
        made.highlight_regex("[━#]+", "bar.complete")
        made.highlight_regex("─+", "bar.back")
        return made
