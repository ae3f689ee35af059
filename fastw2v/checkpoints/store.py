"""A folder of checkpoints: numbered folders, each complete, of which the newest is read.

A checkpoint holds run.json (the settings, and a description of the text), words.txt, and .npy files: the counts of the words,
those of the text alone after a warm start, the matrices, and the training state. A new checkpoint is written beside the
previous one, which is then removed.

run.json holds the checksums of all other files and ends with its own; each file is verified before it is used. Version 1 has
no checksums.
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
from fastw2v.errors import UsageError, call, option, reason

FORMAT, VERSION, WITHOUT_CHECKSUMS = "fastw2v checkpoint", 2, 1
RUN, WORDS = "run.json", "words.txt"
COUNTS, TEXT_COUNTS = "counts", "text-counts"
ASIDE = "earlier"  # the folder for checkpoints of a run that a new one replaces
NUMBER_DIGITS = 6


class Checkpoint(NamedTuple):
    """One checkpoint.

    run : the fields of run.json
    words : the vocabulary, in the order of the ids
    arrays : by name, without .npy
    """

    run: dict[str, Any]
    words: list[bytes]
    arrays: dict[str, np.ndarray]


class Store:
    """Reads and writes the checkpoints of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = False

    def prepare(self) -> None:
        """Create the folder, or remove leftovers of killed processes. Raises UsageError if it cannot be written."""
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
        """Lock the existing folder inside the block. Raises UsageError if another run has locked it.

        A folder that `prepare` created is removed at the end if it is empty.
        """
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)  # opening a pipe would block
        except (OSError, ValueError) as error:
            over = "; a run that is complete has removed its own" if isinstance(error, FileNotFoundError) else ""
            raise UsageError(f"cannot read the checkpoints in {self.folder}: {reason(error)}{over}") from error
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
        """A number that distinguishes the folder from copies of it."""
        return self.folder.stat().st_ino

    def numbers(self) -> list[int]:
        """The numbers of the checkpoints, oldest first. Raises UsageError if the folder cannot be read."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except OSError as error:
            raise UsageError(f"cannot read the checkpoints in {self.folder}: {reason(error)}") from error
        return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) >= NUMBER_DIGITS)

    def write(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint, and remove the previous ones once it is on disk. Raises Fastw2vError if it cannot be written."""
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
        """Read the newest checkpoint. Raises UsageError if there is none, or if it is damaged or of another kind."""
        folder, run = self.read_run()
        if run["version"] == WITHOUT_CHECKSUMS:
            names = run.get("arrays")
            if not isinstance(names, list) or not all(isinstance(name, str) and _is_array_name(name) for name in names):
                raise UsageError(f"{folder / RUN} is damaged: its list of arrays makes no sense")
        else:
            names = _checked_arrays(folder, run.get("checksums"))
        return Checkpoint(run, read_word_lines(folder / WORDS), {name: read_array(folder / f"{name}.npy") for name in names})

    def read_run(self) -> tuple[Path, dict[str, Any]]:
        """The folder of the newest checkpoint and the fields of its run.json. Raises UsageError as `read` does."""
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
        """Set existing checkpoints aside, so that no run resumes from them; the first new one removes them.

        Raises UsageError if they cannot be moved.
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
        """How to bring back checkpoints that were set aside, to end a message; "" if there are none."""
        kept = sorted(path.name for path in (self.folder / ASIDE).glob("[0-9]*"))
        if not kept:
            return ""
        return (
            f": the last run ended before its first, and the one before it was set aside by {option('force', True)}; "
            f"mv {self.folder / ASIDE / kept[-1]} {self.folder}/ brings that back"
        )

    def remove(self) -> None:
        """Remove all checkpoints, and the folder if it is then empty. Errors are ignored."""
        with suppress(UsageError, OSError):
            for number in self.numbers():
                shutil.rmtree(self._path(number), ignore_errors=True)
            shutil.rmtree(self.folder / ASIDE, ignore_errors=True)
            self.folder.rmdir()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:0{NUMBER_DIGITS}d}"


def _checked_arrays(folder: Path, sums: Any) -> list[str]:
    """The names of a checkpoint's arrays, after all its files match their checksums. Raises UsageError if one does not."""
    if not isinstance(sums, dict) or WORDS not in sums or not all(_is_checkpoint_file(name) for name in sums):
        raise UsageError(f"{folder / RUN} is damaged: its list of checksums makes no sense")
    with checksums() as threads:
        for name, checksum in sums.items():
            if threads.of_file(folder / name) != checksum:
                raise _damaged(folder / name)
    return [name.removesuffix(".npy") for name in sums if name != WORDS]


def _is_checkpoint_file(name: str) -> bool:
    return name == WORDS or (name.endswith(".npy") and _is_array_name(name.removesuffix(".npy")))


def _is_array_name(name: str) -> bool:
    """Whether a name is valid for an array; it cannot lead out of the folder."""
    return name.replace("-", "").isalnum()


def _damaged(path: Path) -> UsageError:
    return UsageError(
        f"{path} is damaged: it is not what was written there; "
        f"restore it from a copy, or begin anew with {call('train', force=True)}"
    )
