"""What a file of vectors is, told by its beginning."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v.errors import UsageError
from fastw2v.vectors.io.foreign import foreign

SAMPLE = 1 << 16  # bytes looked at, at first
LONGEST_HEADER = 64  # bytes
LARGEST_DIMENSION = 10**6
LONGEST_TEXT_WORD = 1 << 20  # bytes
LONGEST_TEXT_NUMBER = 64  # bytes, far more than anyone writes
GAP = re.compile(rb"[ \t]+")  # between a word and its numbers
LINE_END = b" \t\r"
LETTERS_OF_NUMBERS = set(b"0123456789+-.eE \t\r")


class Kind(NamedTuple):
    """What a file was found to be.

    name : "word2vec binary", "word2vec text" or "text without a header" (GloVe)
    rows : as its header promises, None without one
    dim : the vectors' length
    start : bytes before the first row
    compression : "gzip", "bzip2", "xz", "zstd" or None
    """

    name: str
    rows: int | None
    dim: int
    start: int
    compression: str | None

    @property
    def binary(self) -> bool:
        """Whether numbers are bytes of float32."""
        return self.name == "word2vec binary"

    @property
    def longest_line(self) -> int:
        """Bytes that a line of a text file may have."""
        return LONGEST_TEXT_WORD + self.dim * LONGEST_TEXT_NUMBER


def recognise(path: Path, reader: Any) -> tuple[bytes, Kind]:
    """What a file is, by its beginning, which is returned too. Raises UsageError where it is nothing that holds vectors."""
    data: bytes = reader.read(SAMPLE)
    header = data[:LONGEST_HEADER].split(b"\n", 1)[0]
    fields = header.split()
    if b"\n" in data[:LONGEST_HEADER] and len(fields) == 2 and all(field.isdigit() for field in fields):
        rows, dim = int(fields[0]), int(fields[1])
        if not 1 <= dim <= LARGEST_DIMENSION:
            raise UsageError(f"{path}, line 1: the dimension is {dim}; it must be from 1 to {LARGEST_DIMENSION}")
        start = len(header) + 1
        data = _longer(data, reader, start + (dim + 1) * LONGEST_TEXT_NUMBER)
        name = "word2vec text" if _is_text(data[start:], dim) else "word2vec binary"
        return data, Kind(name, rows, dim, start, reader.compression)
    while b"\n" not in data and b"\0" not in data and len(data) < LARGEST_DIMENSION * LONGEST_TEXT_NUMBER:
        longer = _longer(data, reader, 2 * len(data))
        if longer == data:
            break
        data = longer
    dim = _numbers_at_the_end(data)
    if dim < 1 or not _is_text(data, dim):
        known = foreign(data)
        if known:
            raise UsageError(f"{path} is {known}")
        raise UsageError(
            f'{path} holds no word vectors: it should begin with a line "rows dimension", or with a word and its numbers'
        )
    return data, Kind("text without a header", None, dim, 0, reader.compression)


def number(field: bytes) -> float | None:
    """The number that letters mean, None where they mean none."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None


def _longer(data: bytes, reader: Any, size: int) -> bytes:
    """The same beginning, read on to a size."""
    parts = [data]
    missing = size - len(data)
    while missing > 0 and (more := reader.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)


def _numbers_at_the_end(data: bytes) -> int:
    """How many numbers the first line ends with, after a word; 0 for a line that is none."""
    line = data.split(b"\n", 1)[0].rstrip(LINE_END)
    if line.count(b" ") + line.count(b"\t") > LARGEST_DIMENSION:
        return 0
    fields = GAP.split(line)
    found = 0
    while found < len(fields) - 1 and number(fields[-1 - found]) is not None:
        found += 1
    return found


def _is_text(data: bytes, dim: int) -> bool:
    """Whether the first row is a word and `dim` numbers in letters."""
    line = data.split(b"\n", 1)[0].rstrip(LINE_END)
    fields = GAP.split(line)
    if b"\n" in data and len(fields) > dim:
        return all(number(field) is not None for field in fields[-dim:])
    gap = GAP.search(line)
    return bool(line) and set(line[gap.end() if gap else 0 :]) <= LETTERS_OF_NUMBERS
