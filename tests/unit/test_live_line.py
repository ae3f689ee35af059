"""The line that changes in place: what it shows in how wide a window, and what it leaves behind."""

import io
import re

import pytest

from fastw2v._system.display import say
from fastw2v.reporting import live_line, terminal
from fastw2v.reporting.live_line import LiveLine, Segment, fitted, line_text
from fastw2v.reporting.terminal import Live, training_parts
from fastw2v.training.progress import Progress

HALF = Progress(2, 5, 500, 1000, 60.0, 1_234_567.0, 0.0123, 2.345)
LEFT = Progress(2, 5, 500, 1000, 60.0, 5.0, 0.0123, 2.345)  # 100 s to go


class Screen(io.StringIO):
    """A terminal of some columns: lines that it wraps anew when it gets another width, or else cuts."""

    def __init__(self, columns: int, *, wraps_anew: bool) -> None:
        super().__init__()
        self.columns = columns
        self.wraps_anew = wraps_anew
        self.lines = [""]
        self.at = 0  # in the last line

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|.|\n", text):
            if token == "\n":
                self.lines.append("")
                self.at = 0
            elif token == "\r":
                self.at -= self.at % self.columns
            elif token == "\x1b[J":
                self.lines[-1] = self.lines[-1][: self.at]
            elif not token.startswith("\x1b"):
                self.lines[-1] = self.lines[-1][: self.at] + token + self.lines[-1][self.at + 1 :]
                self.at += 1
        return len(text)

    def resize(self, columns: int) -> None:
        self.columns = columns
        if not self.wraps_anew:
            self.lines = [line[:columns] for line in self.lines]
            self.at = min(self.at, columns - 1)

    @property
    def shown(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Screen:
    made = Screen(120, wraps_anew=getattr(request, "param", True))
    monkeypatch.setattr(live_line, "width_of", lambda stream, otherwise: made.columns)
    monkeypatch.setattr(live_line, "SECONDS_BETWEEN_DRAWINGS", 0.0)
    return made


def test_a_narrow_window_drops_the_bar_then_the_learning_rate_then_the_speed_and_never_percent_and_time_left() -> None:
    parts = training_parts(LEFT, "=" * 16)
    whole = line_text(fitted(parts, 200))
    assert whole == f"training {'=' * 16} 50% epoch 2 of 5, 0k words/s, alpha 0.0123, loss 2.345, 0:01:40 left"
    seen = {"=": 0, "alpha": 0, "words/s": 0, "loss": 0, "training": 0, "left": 0, "epoch": 0}
    for width in range(12, 200):
        text = line_text(fitted(parts, width))
        assert len(text) <= width
        assert "50%" in text
        assert "0:01:40" in text
        for name in seen:
            if name in text and not seen[name]:
                seen[name] = width
    assert list(seen.values()) == sorted(seen.values(), reverse=True)
    assert len(set(seen.values())) == len(seen)


def test_parts_without_text_leave_no_gap() -> None:
    assert line_text(fitted([Segment("a"), Segment("", drop=1), Segment("b", before=", ")], 10)) == "a, b"


@pytest.mark.parametrize("screen", [True, False], indirect=True)
def test_whatever_the_window_becomes_nothing_is_left_behind(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    live = Live(screen)
    live.note("before")
    for columns in (120, 60, 33, 100, 20, 9, 5, 1, 120):
        screen.resize(columns)
        live.training(LEFT)
        lines = screen.shown.split("\n")
        assert len(lines) == 2
        assert len(lines[1]) < max(columns, 2)
        if columns > 12:
            assert re.search("50%.* 0:01:40", lines[1])
    say("between", screen)  # by another than the display
    live.training(LEFT)
    live.close()
    shown = screen.shown if screen.wraps_anew else screen.shown.replace("b\n", "before\n", 1)
    assert shown == "before\nbetween\n"


def test_reading_tells_percent_and_time_left_or_the_amount_of_a_pipe(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    live = Live(screen)
    live.reading("counting", 4_000_000)
    now[0] += 10
    live.read(1_000_000)
    assert screen.shown == "counting ━━━━──────────── 25%, 1.0 MB of 4.0 MB, 0:00:30 left"
    screen.resize(20)
    now[0] += 10
    live.read(1_000_000)
    assert screen.shown == "50%, 0:00:20 left"
    live.reading("counting", 0)
    live.read(7)
    assert screen.shown.startswith("counting 7")
    live.close()


def test_an_old_terminal_gets_a_bar_that_it_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    line = LiveLine(io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert line.bar(0.5) == "#" * 8 + "-" * 8


def test_a_terminal_that_cannot_move_the_cursor_gets_plain_lines(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(terminal.display(screen), Live)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(terminal.display(screen), terminal.Lines)
