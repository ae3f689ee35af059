"""What a person sees: a live line on a terminal, a plain line every ten seconds elsewhere, a summary at the end."""

import math
import sys
import time
from contextlib import suppress
from typing import IO, Any, cast

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from fastw2v.corpus.findings import files_in_words
from fastw2v.machine import readable_bytes
from fastw2v.reporting.listener import Listener, Summary
from fastw2v.training.progress import Progress

EVERY = 10.0  # seconds between plain lines
PLAIN_WIDTH = 120


def display(stream: IO[str] | None = None) -> Listener:
    """A live display where `stream` (standard error) is a terminal, plain lines where it is not."""
    kept = cast(IO[str], Unfailing(stream or sys.stderr))
    return Live(kept) if kept.isatty() else Lines(kept)


class Unfailing:
    """A stream that a run outlives: what can no longer be written, for the terminal is gone or the disk full, is lost."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Live(Listener):
    """One line that changes in place, by rich."""

    def __init__(self, stream: IO[str]) -> None:
        self.console = Console(file=stream)
        self.bars: Bars | None = None
        self.task = TaskID(0)
        self.stage = ""

    def note(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def reading(self, stage: str, total_bytes: int) -> None:
        columns = TextColumn("{task.description}"), BarColumn(20), DownloadColumn(), TimeRemainingColumn()
        self._begin(stage, total_bytes, *columns)

    def read(self, count: int) -> None:
        if self.bars:
            self.bars.update(self.task, advance=count)

    def training(self, progress: Progress) -> None:
        if self.stage != "training":
            columns = (
                TextColumn("{task.description}"),
                BarColumn(16),
                TextColumn("{task.percentage:3.0f}% {task.fields[figures]}"),
            )
            self._begin("training", progress.total_words, *columns)
        if self.bars:
            self.bars.update(self.task, completed=progress.words, figures=_figures(progress))

    def finished(self, summary: Summary) -> None:
        self._end()
        print_summary(summary, self.console)

    def close(self) -> None:
        self._end()

    def _begin(self, stage: str, total: int, *columns: TextColumn | BarColumn | DownloadColumn | TimeRemainingColumn) -> None:
        self._end()
        self.stage = stage
        self.bars = Bars(*columns, console=self.console, transient=True)
        self.bars.start()
        self.task = self.bars.add_task(stage, total=total, figures="")

    def _end(self) -> None:
        if self.bars:
            self.bars.stop()
            self.bars = None
        self.stage = ""


class Lines(Listener):
    """A line now and then, for output that goes to a file."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.stage = ""
        self.stage_bytes = self.stage_read = 0
        self.last_line = time.monotonic()

    def note(self, text: str) -> None:
        print(text, file=self.stream, flush=True)

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
        print_summary(summary, Console(file=self.stream, width=PLAIN_WIDTH, soft_wrap=True))

    def _due(self) -> bool:
        now = time.monotonic()
        if now - self.last_line < EVERY:
            return False
        self.last_line = now
        return True


def print_summary(summary: Summary, console: Console) -> None:
    """The run in a small table: the text, the seconds of each stage, speed, loss, files."""
    table = Table(show_header=False, box=None, pad_edge=False)
    words = f"{summary.train_words:,} words, vocabulary {summary.vocab_size:,}"
    files = files_in_words(summary.texts, summary.empty_texts)
    table.add_row("text", f"{words}, {files}" if files else words)
    stages = [("counting", summary.vocab_seconds), ("encoding", summary.encode_seconds)]
    stages += [("training", summary.train_seconds), ("saving", summary.save_seconds)]
    if summary.compile_seconds:
        stages.insert(0, ("compiling", summary.compile_seconds))
    table.add_row("seconds", ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages))
    gpu = summary.settings["device"] == "cuda"
    count, what = summary.settings["stretches" if gpu else "threads"], "stretch of text" if gpu else "thread"
    plural = what if count == 1 else "stretches of text" if gpu else "threads"
    ranks = len(summary.rank_words_per_second)
    each = f" in each of {ranks} ranks" if ranks else ""
    table.add_row("speed", f"{summary.words_per_second:,.0f} words/s on {'a GPU, ' if gpu else ''}{count} {plural}{each}")
    table.add_row("loss", f"{_loss(summary.loss)} nats a pair")
    for path, size in summary.files.items():
        table.add_row("written", f"{path} ({readable_bytes(size)})")
    console.print(table, markup=False, highlight=False)


def _figures(progress: Progress) -> str:
    parts = [f"{progress.words_per_second / 1000:,.0f}k words/s", f"alpha {progress.alpha:.4f}", f"loss {_loss(progress.loss)}"]
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        parts.append(f"{minutes // 60}:{minutes % 60:02}:{seconds:02} left")
    return ", ".join(parts)


def _loss(loss: float) -> str:
    return "–" if math.isnan(loss) else f"{loss:.3f}"
