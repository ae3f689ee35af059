"""A folder of checkpoints: numbered folders, each whole, of which the newest counts.

A checkpoint holds run.json (what was asked for, and what the text was), words.txt, and an array in each .npy file: the words'
counts, those of the text alone where a run went on from earlier vectors, the matrices and the state of training. A new one is
written beside the one before, which is removed only then.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastw2v.array_folder import read_array, read_description, read_words, write_array, write_description, write_words
from fastw2v.errors import UsageError, reason
from fastw2v.files import folder_written_whole, hold, remove_leftovers, temporary_beside

FORMAT, VERSION = "fastw2v checkpoint", 1
RUN, WORDS = "run.json", "words.txt"
COUNTS, TEXT_COUNTS = "counts", "text-counts"
DIGITS = 6


class Checkpoint(NamedTuple):
    """run : what can be said in JSON; words : the vocabulary; arrays : by name."""

    run: dict[str, Any]
    words: list[bytes]
    arrays: dict[str, np.ndarray]


class Store:
    """A folder of checkpoints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = False

    def prepare(self) -> None:
        """Make the folder, or clean it of what killed processes left. Raises UsageError where it cannot be written."""
        try:
            with suppress(FileExistsError):
                self.folder.mkdir()
                self.made = True
            remove_leftovers(self.folder)
            probe = temporary_beside(self.folder / RUN)
            probe.touch()
            probe.unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            raise UsageError(f"checkpoints cannot be written to {self.folder}: {reason(error)}") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs from the folder, which must be there. Raises UsageError where one has it.

        A folder that this run made, and in which nothing is at the end, goes again.
        """
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)  # for a pipe of that name would be waited for
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read the checkpoints in {self.folder}: {reason(error)}") from error
        try:
            if not hold(handle):
                raise UsageError(f"another run has its checkpoints in {self.folder}: wait for it, or give another folder")
            try:
                yield
            finally:
                if self.made:
                    with suppress(OSError):
                        self.folder.rmdir()
        finally:
            os.close(handle)

    def identity(self) -> int:
        """What a copy of the folder does not share with it."""
        return self.folder.stat().st_ino

    def numbers(self) -> list[int]:
        """The checkpoints that are there, oldest first."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except OSError as error:
            raise UsageError(f"cannot read the checkpoints in {self.folder}: {reason(error)}") from error
        return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) >= DIGITS)

    def write(self, checkpoint: Checkpoint) -> None:
        """Add a checkpoint, and remove those before it once it is on the disk."""
        earlier = self.numbers()
        target = self._path(earlier[-1] + 1 if earlier else 1)
        with folder_written_whole(target) as folder:
            write_words(folder / WORDS, checkpoint.words)
            for name, array in checkpoint.arrays.items():
                write_array(folder / f"{name}.npy", array)
            about = {"arrays": sorted(checkpoint.arrays), "folder": self.identity()}
            write_description(folder / RUN, FORMAT, VERSION, about | checkpoint.run)
        for number in earlier:
            shutil.rmtree(self._path(number), ignore_errors=True)

    def read(self) -> Checkpoint:
        """The newest checkpoint. Raises UsageError where there is none, or where it is no checkpoint of ours."""
        folder, run = self.read_run()
        names = run.get("arrays")
        if not isinstance(names, list) or not all(isinstance(name, str) and name.replace("-", "").isalnum() for name in names):
            raise UsageError(f"{folder / RUN} is damaged: its list of arrays makes no sense")
        return Checkpoint(run, read_words(folder / WORDS), {name: read_array(folder / f"{name}.npy") for name in names})

    def read_run(self) -> tuple[Path, dict[str, Any]]:
        """The newest checkpoint's folder, and what is said of its run. Raises UsageError as `read` does."""
        numbers = self.numbers()
        if not numbers:
            raise UsageError(f"there is no checkpoint in {self.folder}")
        folder = self._path(numbers[-1])
        return folder, read_description(folder / RUN, FORMAT, VERSION)

    def remove(self) -> None:
        """Remove all checkpoints, and the folder if nothing else is in it; what cannot be removed stays."""
        with suppress(UsageError, OSError):
            for number in self.numbers():
                shutil.rmtree(self._path(number), ignore_errors=True)
            self.folder.rmdir()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:0{DIGITS}d}"
