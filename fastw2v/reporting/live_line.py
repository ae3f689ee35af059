"""A line on a terminal that is updated in place and fits the window, however narrow, even when it is resized.

rich's live display leaves the cursor at the end of its line. When a window becomes narrower, some terminals rewrap the line and
move the cursor to a later row, others do not, so that nobody knows how many rows to erase. Here the cursor waits at the start
of the line, which stays in place, and all below is erased.
"""

import time
from typing import IO, NamedTuple

from rich.text import Text

from fastw2v._system.display import ERASE_BELOW
from fastw2v.reporting.console import PlainConsole, width_of

SECONDS_BETWEEN_DRAWINGS = 0.1  # seconds between two drawings
ERASE = "\r" + ERASE_BELOW  # to the start of the line, and erase all after it
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"  # so that a window that becomes narrower cuts the line
BAR_COLUMNS = 16  # columns
ALWAYS_SHOWN = 0


class Segment(NamedTuple):
    """A part of the line.

    drop : its turn to be dropped if there is no room, 1 first; ALWAYS_SHOWN to keep it
    before : separator from the previous segment
    """

    text: str
    drop: int = ALWAYS_SHOWN
    before: str = " "


def fitted(parts: list[Segment], width: int) -> list[Segment]:
    """The segments that fit into `width` columns; the others are dropped turn by turn."""
    left = [part for part in parts if part.text]
    for turn in sorted({part.drop for part in left} - {ALWAYS_SHOWN}):
        if len(line_text(left)) <= width:
            break
        left = [part for part in left if part.drop != turn]
    return left


def line_text(parts: list[Segment]) -> str:
    """The text of the segments."""
    return "".join((part.before if place else "") + part.text for place, part in enumerate(parts))


def time_left(seconds: float | None) -> str:
    """Seconds as h:mm:ss; "" if unknown."""
    if seconds is None or not seconds < 1e9:
        return ""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


class LiveLine:
    """The line; it is visible from the first `show` until `close`."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.console = PlainConsole(file=stream)
        self.shown = False
        self.drawn = -SECONDS_BETWEEN_DRAWINGS  # time of the last drawing

    def bar(self, progress: float) -> str:
        """A bar for the completed fraction of the work."""
        done = round(min(1.0, max(0.0, progress)) * BAR_COLUMNS)
        full, empty = "#-" if self.console.options.ascii_only else "━─"
        return full * done + empty * (BAR_COLUMNS - done)

    @property
    def due(self) -> bool:
        """Whether it is time to redraw."""
        return time.monotonic() - self.drawn >= SECONDS_BETWEEN_DRAWINGS

    def show(self, parts: list[Segment]) -> None:
        """Replace the line by these segments."""
        width = width_of(self.stream, self.console.width)
        text = line_text(fitted(parts, width - 1))[: width - 1]
        with self.console.capture() as drawn:
            self.console.print(self._coloured(text), end="", soft_wrap=True)
        hide = "" if self.shown else HIDE_CURSOR
        self._write(f"{hide}{ERASE}{NO_WRAP}{drawn.get()}{WRAP}\r")
        self.shown = True
        self.drawn = time.monotonic()

    def close(self) -> None:
        """Erase the line."""
        if self.shown:
            self._write(ERASE + SHOW_CURSOR)
        self.shown = False
        self.drawn = -SECONDS_BETWEEN_DRAWINGS

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()

    def _coloured(self, text: str) -> Text:
        made = Text(text)
        made.highlight_regex("[━#]+", "bar.complete")
        made.highlight_regex("─+", "bar.back")
        return made
