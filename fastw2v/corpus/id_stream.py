"""The id stream: the text as int32 word ids, with 0 for the end of a sentence, in memory or in a temporary file."""

import os
from pathlib import Path
from typing import IO

import numpy as np

from fastw2v._system.files import unnamed_temporary_file
from fastw2v._system.resources import readable_bytes
from fastw2v.errors import Fastw2vError, reason

ID = np.dtype(np.int32)
GROWTH = 1.3


class IdStream:
    """Ids that are appended once and then read in any order, by several threads.

    Ids that exceed the memory all move to a temporary file, from which readers copy what they ask for. The file is not mapped:
    a text may be larger than the address space, and a failing disk raises an error instead of a signal.

    memory : bytes of ids to keep in memory
    expected : the expected number of ids, if known, so that memory is allocated once
    folder : for the temporary file, unless TMPDIR is set
    """

    def __init__(self, *, memory: int, expected: int = 0, folder: Path | None = None) -> None:
        self.memory = memory
        self.folder = folder
        self.length = 0
        self.file: IO[bytes] | None = None
        self.ids = np.empty(0, ID)
        if expected * ID.itemsize > memory:
            self._move_to_file()
        else:
            self._resize(expected)

    def __len__(self) -> int:
        return self.length

    @property
    def in_memory(self) -> bool:
        """Whether the ids are in memory, not in a temporary file."""
        return self.file is None

    def append(self, ids: np.ndarray) -> None:
        """Append (n,) int32 ids. Raises Fastw2vError if the temporary file cannot be written."""
        length = self.length + len(ids)
        if self.in_memory and length > len(self.ids):
            if length * ID.itemsize > self.memory:
                self._move_to_file()
            else:
                self._resize(min(int(length * GROWTH), self.memory // ID.itemsize))
        if self.in_memory:
            self.ids[self.length : length] = ids
        else:
            self._write(ids)
        self.length = length

    def finish(self) -> None:
        """End appending: free unused memory, or flush the file. Raises Fastw2vError as `append` does."""
        if self.in_memory:
            self._resize(self.length)
        else:
            assert self.file is not None
            try:
                self.file.flush()
            except OSError as error:
                raise self._no_room(error) from error

    def read(self, start: int, stop: int) -> np.ndarray:
        """The ids from `start` to `stop`, (stop - start,) int32, read-only. Raises Fastw2vError if the file cannot be read."""
        if self.in_memory:
            return self.ids[start:stop]
        assert self.file is not None
        try:
            data = os.pread(self.file.fileno(), (stop - start) * ID.itemsize, start * ID.itemsize)
        except OSError as error:
            raise Fastw2vError(f"cannot read the temporary file of word ids: {reason(error)}") from error
        if len(data) < (stop - start) * ID.itemsize:
            raise Fastw2vError("cannot read the temporary file of word ids: it ends too early")
        ids = np.empty(stop - start, ID)
        ids.view(np.uint8)[:] = np.frombuffer(data, np.uint8)
        return ids

    def close(self) -> None:
        """Free the memory or the disk space."""
        self.ids = np.empty(0, ID)
        if self.file is not None:
            self.file.close()

    def _resize(self, length: int) -> None:
        try:
            self.ids.resize(length, refcheck=False)
        except MemoryError:
            self._move_to_file()

    def _move_to_file(self) -> None:
        self.file = unnamed_temporary_file(self.folder)
        self._write(self.ids[: self.length])
        self.ids = np.empty(0, ID)

    def _write(self, ids: np.ndarray) -> None:
        assert self.file is not None
        try:
            self.file.write(ids.tobytes())
        except OSError as error:
            raise self._no_room(error) from error

    def _no_room(self, error: OSError) -> Fastw2vError:
        size = readable_bytes(self.length * ID.itemsize)
        return Fastw2vError(
            f"cannot keep the text's word ids in a temporary file ({reason(error)} after {size}); "
            "set TMPDIR to a folder with room"
        )
