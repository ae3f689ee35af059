"""The CRC-32 of files, worked out by several threads, and of a whole from those of its parts.

One thread does 1.1 GB/s, less than disks that a checkpoint goes to: so the checksums of a file's parts are worked out side by
side, and while it is being written.
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
from fastw2v.errors import UsageError, reason

CRC_POLYNOMIAL = 0xEDB88320  # of zlib's CRC-32, the highest power in the lowest bit
CRC_ONE, CRC_X = 1 << 31, 1 << 30
MOST_THREADS = 4
CHECKSUM_FIELD = b',\n "checksum": '  # how the line begins that ends a sealed description


class Checksums:
    """Threads that work out checksums, from the first that is asked for until `close`."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(min(MOST_THREADS, usable_cores()))

    def close(self) -> None:
        """Give up what has yet to be begun: whoever was interrupted waits for nothing."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def of_array(self, array: np.ndarray) -> Callable[[], int]:
        """The checksum that the file of an array will have; what is returned waits for it."""
        rows = max(1, ARRAY_BUFFER_BYTES * len(array) // max(1, array.nbytes))
        header = array_header(array)
        begun = [self._begin(_of_rows, array[start : start + rows]) for start in range(0, len(array), rows)]
        return lambda: combine_crc32([(zlib.crc32(header), len(header)), *(part.result() for part in begun)])

    def of_file(self, path: Path) -> int:
        """The checksum of a file. Raises UsageError where it cannot be read."""
        try:
            with open(path, "rb") as file:
                starts = range(0, os.fstat(file.fileno()).st_size, ARRAY_BUFFER_BYTES)
                return combine_crc32(
                    [part.result() for part in [self._begin(_of_part, file.fileno(), start) for start in starts]]
                )
        except OSError as error:
            raise UsageError(f"cannot read {path}: {reason(error)}") from error

    def _begin(self, work: Callable[..., tuple[int, int]], *arguments: object) -> "Future[tuple[int, int]]":
        try:
            return self.pool.submit(work, *arguments)
        except RuntimeError:  # no more threads are allowed
            done: Future[tuple[int, int]] = Future()
            done.set_result(work(*arguments))
            return done


@contextmanager
def checksums() -> Iterator[Checksums]:
    """Threads that work out checksums inside."""
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
    """A JSON object that `description_text` returned, with the checksum of all that is before it as its last field."""
    content = description.removesuffix("\n}\n").encode()
    return content + CHECKSUM_FIELD + b"%d\n}\n" % zlib.crc32(content)


def is_sealed(content: bytes) -> bool:
    """Whether a description ends with a checksum."""
    return CHECKSUM_FIELD in content


def is_whole(content: bytes) -> bool:
    """Whether a sealed description is as it was written, to the last byte."""
    before, _, end = content.rpartition(CHECKSUM_FIELD)
    return end == b"%d\n}\n" % zlib.crc32(before)


def combine_crc32(parts: list[tuple[int, int]]) -> int:
    """zlib.crc32 of bytes of which each part's checksum and length are known.

    A checksum is a remainder of polynomials over two elements: n bytes that follow multiply it by x^(8 n).
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
