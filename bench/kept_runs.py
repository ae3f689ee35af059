"""Runs that are done, kept as JSON lines in a folder, so that a comparison that was stopped goes on where it was."""

import json
import os
from pathlib import Path
from typing import Any


class KeptRuns:
    """The runs in a folder; what was asked is the key, and a line that was cut short counts for nothing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "runs.jsonl"
        self.done: dict[str, dict[str, Any]] = {}
        for line in self.file.read_text().splitlines() if self.file.exists() else []:
            try:
                record = json.loads(line)
                self.done[json.dumps(record["asked"], sort_keys=True)] = record
            except (ValueError, KeyError, TypeError):
                continue

    def find(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """The run that was asked for so, if it is done."""
        return self.done.get(json.dumps(asked, sort_keys=True))

    def add(self, record: dict[str, Any]) -> None:
        """Keep a run: on the disk once this returns."""
        self.done[json.dumps(record["asked"], sort_keys=True)] = record
        with self.file.open("a+b") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(json.dumps(record).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
