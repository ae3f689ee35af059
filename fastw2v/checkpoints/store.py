"""A folder of checkpoints: numbered folders, each whole, of which the newest counts.

A checkpoint holds run.json (what was asked for, and what the text was), words.txt, and an array in each .npy file: the words'
counts, those of the text alone where a run went on from previous vectors, the matrices and the state of training. A new one is
written beside the one before, which is removed only then.

run.json has the checksums of all other files, and ends with its own: each is looked at before anything of the file is used.
Version 1 had none.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastw2v._system.array_folder import (
    description_text,
    parse_description,
    read_array,
    read_file,
    read_word_lines,
    word_lines,
    write_array,
)
from fastw2v._system.files import folder_written_whole, hold, remove_leftovers, sync_folder, temporary_beside
from fastw2v.checkpoints.checksums import checksums, is_sealed, is_whole, sealed
from fastw2v.errors import UsageError, reason

FORMAT, VERSION, WITHOUT_CHECKSUMS = "fastw2v checkpoint", 2, 1
RUN, WORDS = "run.json", "words.txt"
COUNTS, TEXT_COUNTS = "counts", "text-counts"
ASIDE = "earlier"  # a folder for the checkpoints of a run that another one takes the place of
NUMBER_DIGITS = 6


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
        return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) >= NUMBER_DIGITS)

    def write(self, checkpoint: Checkpoint) -> None:
        """Add a checkpoint, and remove those before it once it is on the disk."""
        previous = self.numbers()
        target = self._path(previous[-1] + 1 if previous else 1)
        words = word_lines(checkpoint.words)
        with folder_written_whole(target) as folder, checksums() as threads:
            (folder / WORDS).write_bytes(words)
            sums: dict[str, Callable[[], int]] = {WORDS: lambda: zlib.crc32(words)}
            for name, array in checkpoint.arrays.items():
                sums[f"{name}.npy"] = threads.of_array(array)
                write_array(folder / f"{name}.npy", array)
            about = {"folder": self.identity(), "checksums": {name: found() for name, found in sums.items()}}
            (folder / RUN).write_bytes(sealed(description_text(FORMAT, VERSION, about | checkpoint.run)))
        for number in previous:
            shutil.rmtree(self._path(number), ignore_errors=True)
        shutil.rmtree(self.folder / ASIDE, ignore_errors=True)

    def read(self) -> Checkpoint:
        """The newest checkpoint. Raises UsageError where there is none, or where it is no checkpoint of ours, or damaged."""
        folder, run = self.read_run()
        if run["version"] == WITHOUT_CHECKSUMS:
            names = run.get("arrays")
            if not isinstance(names, list) or not all(isinstance(name, str) and _is_array_name(name) for name in names):
                raise UsageError(f"{folder / RUN} is damaged: its list of arrays makes no sense")
        else:
            names = _checked_arrays(folder, run.get("checksums"))
        return Checkpoint(run, read_word_lines(folder / WORDS), {name: read_array(folder / f"{name}.npy") for name in names})

    def read_run(self) -> tuple[Path, dict[str, Any]]:
        """The newest checkpoint's folder, and what is said of its run. Raises UsageError as `read` does."""
        numbers = self.numbers()
        if not numbers:
            raise UsageError(f"there is no checkpoint in {self.folder}{self._set_aside()}")
        folder = self._path(numbers[-1])
        content = read_file(folder / RUN)
        if is_sealed(content) and not is_whole(content):
            raise _damaged(folder / RUN)
        run = parse_description(folder / RUN, content, FORMAT, WITHOUT_CHECKSUMS, VERSION)
        if run["version"] != WITHOUT_CHECKSUMS and not is_sealed(content):
            raise _damaged(folder / RUN)
        return folder, run

    def set_aside(self) -> None:
        """Let no run go on from the checkpoints that are there, as a new one begins: its first takes their place.

        Raises UsageError.
        """
        numbers = self.numbers()
        if not numbers:
            return
        aside = self.folder / ASIDE
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(exist_ok=True)
            for number in numbers:
                self._path(number).rename(aside / self._path(number).name)
            sync_folder(self.folder)
        except OSError as error:
            raise UsageError(f"the checkpoints in {self.folder} cannot be set aside: {reason(error)}") from error

    def _set_aside(self) -> str:
        """Whether those of an previous run are, in words that continue a message."""
        kept = sorted(path.name for path in (self.folder / ASIDE).glob("[0-9]*"))
        if not kept:
            return ""
        return (
            f": the last run ended before its first, and the one before it was set aside by --force; "
            f"mv {self.folder / ASIDE / kept[-1]} {self.folder}/ brings that back"
        )

    def remove(self) -> None:
        """Remove all checkpoints, and the folder if nothing else is in it; what cannot be removed stays."""
        with suppress(UsageError, OSError):
            for number in self.numbers():
                shutil.rmtree(self._path(number), ignore_errors=True)
            shutil.rmtree(self.folder / ASIDE, ignore_errors=True)
            self.folder.rmdir()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:0{NUMBER_DIGITS}d}"


def _checked_arrays(folder: Path, sums: Any) -> list[str]:
    """The names of a checkpoint's arrays, once the checksums of all its files are right. Raises UsageError."""
    if not isinstance(sums, dict) or WORDS not in sums or not all(_is_file_of_ours(name) for name in sums):
        raise UsageError(f"{folder / RUN} is damaged: its list of checksums makes no sense")
    with checksums() as threads:
        for name, checksum in sums.items():
            if threads.of_file(folder / name) != checksum:
                raise _damaged(folder / name)
    return [name.removesuffix(".npy") for name in sums if name != WORDS]


def _is_file_of_ours(name: str) -> bool:
    return name == WORDS or (name.endswith(".npy") and _is_array_name(name.removesuffix(".npy")))


def _is_array_name(name: str) -> bool:
    """Whether it is a name that arrays have, and no way out of the folder."""
    return name.replace("-", "").isalnum()


def _damaged(path: Path) -> UsageError:
    return UsageError(
        f"{path} is damaged: it is not what was written there; restore it from a copy, or begin anew with fastw2v train --force"
    )
