"""A folder of checkpoints: numbered folders, each whole, of which the newest counts.

A checkpoint holds run.json (what was asked for, and what the text was), words.txt, and an array in each .npy file: the matrices
and the state of training. A new one is written beside the one before, which is removed only then. Nothing is ever unpickled.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastw2v.errors import UsageError, reason
from fastw2v.files import folder_written_whole, hold, remove_leftovers, temporary_beside, write_array

FORMAT, VERSION = "fastw2v checkpoint", 1
RUN, WORDS = "run.json", "words.txt"
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

    def prepare(self) -> None:
        """Make the folder, or clean it of what killed processes left. Raises UsageError where it cannot be written."""
        try:
            self.folder.mkdir(exist_ok=True)
            remove_leftovers(self.folder)
            probe = temporary_beside(self.folder / RUN)
            probe.touch()
            probe.unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            raise UsageError(f"checkpoints cannot be written to {self.folder}: {reason(error)}") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs from the folder, which must be there. Raises UsageError where one has it."""
        try:
            handle = os.open(self.folder, os.O_RDONLY)
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read the checkpoints in {self.folder}: {reason(error)}") from error
        try:
            if not hold(handle):
                raise UsageError(f"another run has its checkpoints in {self.folder}: wait for it, or give another folder")
            yield
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
            (folder / WORDS).write_bytes(b"".join(word + b"\n" for word in checkpoint.words))
            for name, array in checkpoint.arrays.items():
                write_array(folder / f"{name}.npy", array)
            about = {"format": FORMAT, "version": VERSION, "arrays": sorted(checkpoint.arrays), "folder": self.identity()}
            (folder / RUN).write_text(json.dumps(about | checkpoint.run, indent=1) + "\n")
        for number in earlier:
            shutil.rmtree(self._path(number), ignore_errors=True)

    def read(self) -> Checkpoint:
        """The newest checkpoint. Raises UsageError where there is none, or where it is no checkpoint of ours."""
        numbers = self.numbers()
        if not numbers:
            raise UsageError(f"there is no checkpoint in {self.folder}")
        folder = self._path(numbers[-1])
        run = _run(folder / RUN)
        try:
            words = (folder / WORDS).read_bytes().split(b"\n")[:-1]
        except OSError as error:
            raise UsageError(f"cannot read {folder / WORDS}: {reason(error)}") from error
        return Checkpoint(run, words, {name: _array(folder / f"{name}.npy") for name in run["arrays"]})

    def remove(self) -> None:
        """Remove all checkpoints, and the folder if nothing else is in it; what cannot be removed stays."""
        with suppress(UsageError, OSError):
            for number in self.numbers():
                shutil.rmtree(self._path(number), ignore_errors=True)
            self.folder.rmdir()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:0{DIGITS}d}"


def _run(path: Path) -> dict[str, Any]:
    """run.json, checked as far as every checkpoint is alike."""
    try:
        run = json.loads(path.read_text())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason(error)}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is damaged: it is no JSON ({error})") from error
    if not isinstance(run, dict) or run.get("format") != FORMAT:
        raise UsageError(f"{path} does not describe a {FORMAT}")
    if run.get("version") != VERSION:
        raise UsageError(f"{path}: version {run.get('version')!r} is not known, {VERSION} is")
    names = run.get("arrays")
    if not isinstance(names, list) or not all(isinstance(name, str) and name.replace("-", "").isalnum() for name in names):
        raise UsageError(f"{path} is damaged: its list of arrays makes no sense")
    return run


def _array(path: Path) -> np.ndarray:
    """One array, mapped into memory."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason(error)}") from error
    except ValueError as error:
        if "mmap" not in str(error) and "empty" not in str(error):
            raise UsageError(f"{path} is damaged or cut short ({error})") from error
        array = _empty_array(path)
    except Exception as error:  # NumPy lets what its parser of headers raises through
        raise UsageError(f"{path} is damaged or cut short ({error})") from error
    if not isinstance(array, np.ndarray):  # NumPy takes a zip archive for several arrays
        raise UsageError(f"{path} is damaged: it is no array")
    return array


def _empty_array(path: Path) -> np.ndarray:
    """An array without elements, which cannot be mapped."""
    try:
        with open(path, "rb") as file:
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if 0 in shape and not dtype.hasobject:
            return np.empty(shape, dtype)
    except Exception as error:
        raise UsageError(f"{path} is damaged or cut short ({error})") from error
    raise UsageError(f"{path} is damaged or cut short")
