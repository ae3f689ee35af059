"""The log for programs: a JSON line every two seconds, and a last one with the summary."""

import math
import os
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from fastw2v._system.display import json_text, say
from fastw2v.errors import Fastw2vError, reason
from fastw2v.reporting.listener import Listener, Summary
from fastw2v.training.progress import Progress

SECONDS_BETWEEN_EVENTS = 2.0  # seconds


class JsonLog(Listener):
    """Writes lines with `"event": "progress"` during training, and a last one with `"event": "end"`.

    The file is opened for the first line, so that a run that never starts leaves none. Raises Fastw2vError if it cannot be
    opened; a later failure ends the log but not the run.

    append : continue the log of a run that is resumed
    """

    def __init__(self, path: Path, *, append: bool = False) -> None:
        self.path = path
        self.append = append
        self.file: IO[str] | None = None
        self.broken = False
        self.last_line = -math.inf

    def training(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.last_line >= SECONDS_BETWEEN_EVENTS:
            self.last_line = now
            self._write(
                event="progress",
                epoch=progress.epoch,
                progress=round(progress.share, 6),
                words_per_second=round(progress.words_per_second, 1),
                alpha=progress.alpha,
                loss=progress.loss,
                seconds=round(progress.seconds, 3),
                **({"rank_words_per_second": [round(rate, 1) for rate in progress.rates]} if progress.rates else {}),
            )

    def finished(self, summary: Summary) -> None:
        self._write(event="end", **asdict(summary))

    def close(self) -> None:
        if self.file:
            with suppress(OSError):
                self.file.close()

    def _write(self, **fields: Any) -> None:
        if self.broken:
            return
        try:
            if self.file is None:
                if self.append:
                    _drop_incomplete_line(self.path)
                self.file = open(self.path, "a" if self.append else "w", encoding="utf-8")
        except OSError as error:
            raise Fastw2vError(f"cannot write the log {self.path}: {reason(error)}") from error
        try:
            self.file.write(json_text(fields) + "\n")
            self.file.flush()
        except OSError as error:
            self.broken = True
            say(f"the log {self.path} ends here: {reason(error)}")


def _drop_incomplete_line(path: Path) -> None:
    """Remove a last line without newline, left by a run that was killed while writing."""
    if path.is_file():
        data = path.read_bytes()
        os.truncate(path, data.rfind(b"\n") + 1)
