"""The log: JSON lines for programs, one every two seconds and a last one with the summary."""

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

EVERY = 2.0  # seconds


class JsonLog(Listener):
    """Writes `event: "progress"` lines during training and one `event: "end"`.

    The file is opened for the first line, so that a run which never starts leaves none. Raises Fastw2vError when that fails;
    a later failure ends the log and not the run.
    """

    def __init__(self, path: Path, *, append: bool = False) -> None:
        self.path = path
        self.append = append
        self.file: IO[str] | None = None
        self.broken = False
        self.last_line = -math.inf

    def training(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.last_line >= EVERY:
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
                    _drop_half_a_line(self.path)
                self.file = open(self.path, "a" if self.append else "w", encoding="utf-8")
        except OSError as error:
            raise Fastw2vError(f"cannot write the log {self.path}: {reason(error)}") from error
        try:
            self.file.write(json_text(fields) + "\n")
            self.file.flush()
        except OSError as error:
            self.broken = True
            say(f"the log {self.path} ends here: {reason(error)}")


def _drop_half_a_line(path: Path) -> None:
    """Remove a last line without an end, which a run left that was killed while it wrote."""
    if path.is_file():
        data = path.read_bytes()
        os.truncate(path, data.rfind(b"\n") + 1)
