"""CRC-32 checksums of files, computed by several threads and combined.

One thread computes 1.1 GB/s, less than fast disks write. So the checksums of a file's parts are computed in parallel, while
the file is being written.
"""

import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import reduce
from pathlib import Path

import numpy as np

from fastw2v._system.array_folder import ARRAY_BUFFER_BYTES, array_header
from fastw2v._system.resources import usable_cores
from fastw2v.errors import UsageError, cannot_read

CRC_POLYNOMIAL = 0xEDB88320  # of zlib's CRC-32, with the highest power in the lowest bit
CRC_ONE, CRC_X = 1 << 31, 1 << 30
MOST_THREADS = 4
CHECKSUM_FIELD = b',\n "checksum": '  # begins the last field of a sealed description


class Checksums:
    """Threads that compute checksums until `close`."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(min(MOST_THREADS, usable_cores()))

    def close(self) -> None:
        """Cancel checksums that have not begun, so that an interrupted run does not wait for them."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def of_array(self, array: np.ndarray) -> Callable[[], int]:
        """Begin the checksum of an array's .npy file. Returns a function that waits for it."""
        rows = max(1, ARRAY_BUFFER_BYTES * len(array) // max(1, array.nbytes))
        header = array_header(array)
        begun = [self._begin(_of_rows, array[start : start + rows]) for start in range(0, len(array), rows)]
        return lambda: combine_crc32([(zlib.crc32(header), len(header)), *(part.result() for part in begun)])

    def of_file(self, path: Path) -> int:
        """The checksum of a file. Raises UsageError if it cannot be read."""
        try:
            with open(path, "rb") as file:
                starts = range(0, os.fstat(file.fileno()).st_size, ARRAY_BUFFER_BYTES)
                return combine_crc32(
                    [part.result() for part in [self._begin(_of_part, file.fileno(), start) for start in starts]]
                )
        except OSError as error:
            raise UsageError(cannot_read(path, error)) from error

    def _begin(self, work: Callable[..., tuple[int, int]], *arguments: object) -> "Future[tuple[int, int]]":
        try:
            return self.pool.submit(work, *arguments)
        except RuntimeError:  # no thread can be started
            done: Future[tuple[int, int]] = Future()
            done.set_result(work(*arguments))
            return done


@contextmanager
def checksums() -> Iterator[Checksums]:
    """Threads that compute checksums, closed at the end of the block."""
    found = Checksums()
    try:
        yield found
    finally:
        found.close()


def _of_rows(rows: np.ndarray) -> tuple[int, int]:
    data = np.ascontiguousarray(rows).reshape(-1).view(np.uint8)
    return zlib.crc32(data.data), data.nbytes


def _of_part(handle: int, start: int) -> tuple[int, int]:
    data = os.pread(handle, ARRAY_BUFFER_BYTES, start)
    return zlib.crc32(data), len(data)


def sealed(description: str) -> bytes:
    """The result of `description_text` with a last field added: the checksum of everything before it."""
    content = description.removesuffix("\n}\n").encode()
    return content + CHECKSUM_FIELD + b"%d\n}\n" % zlib.crc32(content)


def is_sealed(content: bytes) -> bool:
    """Whether a description ends with a checksum."""
    return CHECKSUM_FIELD in content


def is_whole(content: bytes) -> bool:
    """Whether a sealed description matches its checksum."""
    before, _, end = content.rpartition(CHECKSUM_FIELD)
    return end == b"%d\n}\n" % zlib.crc32(before)


def combine_crc32(parts: list[tuple[int, int]]) -> int:
    """The zlib.crc32 of concatenated parts, from the checksum and the length in bytes of each.

    A checksum is a remainder of polynomials over GF(2): n bytes that follow multiply it by x^(8 n).
    """
    return reduce(lambda before, part: _product(before, _power_of_x(8 * part[1])) ^ part[0], parts, 0)


def _product(a: int, b: int) -> int:
    product = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ (CRC_POLYNOMIAL if b & 1 else 0)
    return product


def _power_of_x(exponent: int) -> int:
    power, square = CRC_ONE, CRC_X
    while exponent:
        if exponent & 1:
            power = _product(power, square)
        square = _product(square, square)
        exponent >>= 1
    return power
