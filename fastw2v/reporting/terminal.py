"""Displays for people: a live line on a terminal, plain lines every ten seconds elsewhere, a summary at the end."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO, Any, cast

from rich.table import Table

from fastw2v._system.display import say
from fastw2v._system.resources import readable_bytes
from fastw2v.corpus.findings import describe_files
from fastw2v.reporting.console import PlainConsole
from fastw2v.reporting.listener import Listener, Summary
from fastw2v.reporting.live_line import LiveLine, Segment, time_left
from fastw2v.training.progress import Progress

SECONDS_BETWEEN_LINES = 10.0  # seconds between plain lines
PLAIN_WIDTH = 120


def display(stream: IO[str] | None = None) -> Listener:
    """A display on `stream` (default: standard error): live on a terminal, plain lines elsewhere, none without a stream."""
    stream = stream or sys.stderr
    if stream is None or stream.closed:  # as in programs without a console
        return Listener()
    safe = cast(IO[str], FaultTolerantStream(stream))
    return Live(safe) if safe.isatty() and not PlainConsole(file=safe).is_dumb_terminal else Lines(safe)


class FaultTolerantStream:
    """A stream whose failure does not end the run: text is lost once the terminal is gone or the disk is full."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):  # ValueError: the stream is closed
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Live(Listener):
    """A line on a terminal that is updated in place."""

    def __init__(self, stream: IO[str]) -> None:
        self.console = PlainConsole(file=stream)
        self.line = LiveLine(stream)
        self.stage = Stage("", 0)

    def note(self, text: str) -> None:
        self.line.close()
        self.console.print(text, soft_wrap=True)

    def reading(self, stage: str, total_bytes: int) -> None:
        self.stage = Stage(stage, total_bytes, readable_bytes)
        self.read(0)

    def read(self, count: int) -> None:
        self.stage.done += count
        if self.line.due:
            self.line.show(self.stage.parts(self.line.bar))

    def training(self, progress: Progress) -> None:
        if self.line.due:
            self.line.show(training_parts(progress, self.line.bar(progress.share)))

    def finished(self, summary: Summary) -> None:
        self.line.close()
        print_summary(summary, self.console)

    def close(self) -> None:
        self.line.close()


class Stage:
    """Progress of a stage.

    total : size of the work, 0 if unknown
    amount : formats an amount of work, such as bytes
    done : work done so far
    """

    def __init__(self, name: str, total: int, amount: Callable[[int], str] | None = None) -> None:
        self.name = name
        self.total = total
        self.amount = amount
        self.done = 0
        self.began = time.monotonic()

    def parts(self, bar: Callable[[float], str]) -> list[Segment]:
        """Segments of its line; a narrow window drops the bar first, then the amount."""
        done = self.amount(self.done) if self.amount else ""
        if not self.total:
            return [Segment(self.name, drop=3), Segment(done)]
        progress = min(1.0, self.done / self.total)
        left = (time.monotonic() - self.began) * (1 - progress) / progress if progress else None
        amount = f"{done} of {self.amount(self.total)}" if self.amount else ""
        first = [Segment(self.name, drop=4), Segment(bar(progress), drop=1), Segment(f"{progress:.0%}")]
        return [*first, Segment(amount, drop=2, before=", "), *_left_parts(left)]


@contextmanager
def shown_work(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show work as a line on a terminal, and not at all elsewhere. Yields a function to call with the steps done."""
    listener = display()
    if not isinstance(listener, Live):
        yield lambda steps: None
        return
    listener.stage = Stage(name, total)
    with closing(listener):
        yield listener.read


class Lines(Listener):
    """Plain lines every few seconds, for output to a file."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.stage = ""
        self.stage_bytes = self.stage_read = 0
        self.last_line = time.monotonic()

    def note(self, text: str) -> None:
        say(text, self.stream)

    def reading(self, stage: str, total_bytes: int) -> None:
        self.stage, self.stage_bytes, self.stage_read = stage, total_bytes, 0
        self.last_line = time.monotonic()

    def read(self, count: int) -> None:
        self.stage_read += count
        if self._due():
            self.note(f"{self.stage}: {readable_bytes(self.stage_read)} of {readable_bytes(self.stage_bytes)}")

    def training(self, progress: Progress) -> None:
        if self._due():
            self.note(f"training: {progress.share:.1%}, epoch {progress.epoch} of {progress.epochs}, {_figures(progress)}")

    def finished(self, summary: Summary) -> None:
        print_summary(summary, PlainConsole(file=self.stream, width=PLAIN_WIDTH, soft_wrap=True))

    def _due(self) -> bool:
        now = time.monotonic()
        if now - self.last_line < SECONDS_BETWEEN_LINES:
            return False
        self.last_line = now
        return True


def print_summary(summary: Summary, console: PlainConsole) -> None:
    """Print a table of a run: text, seconds of each stage, throughput, loss, files."""
    table = Table(show_header=False, box=None, pad_edge=False)
    words = f"{summary.train_words:,} words, vocabulary {summary.vocab_size:,}"
    files = describe_files(summary.texts, summary.empty_texts)
    table.add_row("text", f"{words}, {files}" if files else words)
    stages = [("counting", summary.vocab_seconds), ("encoding", summary.encode_seconds)]
    stages += [("training", summary.train_seconds), ("saving", summary.save_seconds)]
    if summary.compile_seconds:
        stages.insert(0, ("compiling", summary.compile_seconds))
    table.add_row("seconds", ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages))
    gpu = summary.settings["device"] == "cuda"
    count, unit = summary.settings["streams" if gpu else "threads"], "stream" if gpu else "thread"
    units = unit if count == 1 else f"{unit}s"
    ranks = len(summary.rank_words_per_second)
    each = f" in each of {ranks} ranks" if ranks else ""
    table.add_row("speed", f"{summary.words_per_second:,.0f} words/s on {'a GPU, ' if gpu else ''}{count} {units}{each}")
    measured = not math.isnan(summary.loss)
    table.add_row("loss", f"{summary.loss:.3f} nats per pair" if measured else "not measured: there were too few pairs")
    for path, size in summary.files.items():
        table.add_row("written", f"{path} ({readable_bytes(size)})")
    console.print(table)


def training_parts(progress: Progress, bar: str) -> list[Segment]:
    """Segments of the line of training; a narrow window drops the bar first, then the learning rate, then the throughput."""
    return [
        Segment("training", drop=5),
        Segment(bar, drop=1),
        Segment(f"{progress.share:.0%}"),
        Segment(f"epoch {progress.epoch} of {progress.epochs}", drop=7),
        Segment(f"{progress.words_per_second / 1000:,.0f}k words/s", drop=3, before=", "),
        Segment(f"alpha {progress.alpha:.4f}", drop=2, before=", "),
        Segment(f"loss {_loss_text(progress.loss)}", drop=4, before=", "),
        *_left_parts(progress.seconds_left),
    ]


def _left_parts(seconds: float | None) -> list[Segment]:
    left = time_left(seconds)
    return [Segment(left, before=", "), Segment("left", drop=6)] if left else []


def _figures(progress: Progress) -> str:
    parts = [
        f"{progress.words_per_second / 1000:,.0f}k words/s",
        f"alpha {progress.alpha:.4f}",
        f"loss {_loss_text(progress.loss)}",
    ]
    left = time_left(progress.seconds_left)
    return ", ".join([*parts, f"{left} left"] if left else parts)


def _loss_text(loss: float) -> str:
    return "–" if math.isnan(loss) else f"{loss:.3f}"
