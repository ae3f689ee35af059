"""Detection of the format of a file of vectors from its content."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v.errors import UsageError
from fastw2v.vectors.io.foreign import foreign

SAMPLE = 1 << 16  # bytes read at first
LONGEST_HEADER = 64  # bytes
LARGEST_DIMENSION = 10**6
LONGEST_TEXT_WORD = 1 << 20  # bytes
LONGEST_TEXT_NUMBER = 64  # bytes, far more than any program writes
FIELD_GAP = re.compile(rb"[ \t]+")  # between a word and its numbers
LINE_ENDINGS = b" \t\r"
LETTERS_OF_NUMBERS = set(b"0123456789+-.eE \t\r")


class VectorFormat(NamedTuple):
    """The format of a file.

    name : "word2vec binary", "word2vec text" or "text without a header" (GloVe)
    rows : number of rows that the header states, None without a header
    dim : length of a vector
    start : position of the first row, in bytes
    compression : "gzip", "bzip2", "xz", "zstd" or None
    """

    name: str
    rows: int | None
    dim: int
    start: int
    compression: str | None

    @property
    def binary(self) -> bool:
        """Whether numbers are stored as float32 instead of text."""
        return self.name == "word2vec binary"

    @property
    def longest_line(self) -> int:
        """Most bytes in a line of a text file."""
        return LONGEST_TEXT_WORD + self.dim * LONGEST_TEXT_NUMBER


def recognise(path: Path, reader: Any) -> tuple[bytes, VectorFormat]:
    """Detect the format of a file. Returns the bytes read so far, and the format.

    reader : has `read(size)` and `compression`

    Raises UsageError for a file without word vectors, with advice where its format is known.
    """
    data: bytes = reader.read(SAMPLE)
    header = data[:LONGEST_HEADER].split(b"\n", 1)[0]
    fields = header.split()
    if b"\n" in data[:LONGEST_HEADER] and len(fields) == 2 and all(field.isdigit() for field in fields):
        rows, dim = int(fields[0]), int(fields[1])
        if not 1 <= dim <= LARGEST_DIMENSION:
            raise UsageError(f"{path}, line 1: the dimension is {dim}; it must be from 1 to {LARGEST_DIMENSION}")
        start = len(header) + 1
        data = _longer(data, reader, start + (dim + 1) * LONGEST_TEXT_NUMBER)
        name = "word2vec text" if _starts_with_text_row(data[start:], dim) else "word2vec binary"
        return data, VectorFormat(name, rows, dim, start, reader.compression)
    while b"\n" not in data and b"\0" not in data and len(data) < LARGEST_DIMENSION * LONGEST_TEXT_NUMBER:
        longer = _longer(data, reader, 2 * len(data))
        if longer == data:
            break
        data = longer
    dim = _numbers_at_the_end(data)
    if dim < 1 or not _starts_with_text_row(data, dim):
        known = foreign(data)
        if known:
            raise UsageError(f"{path} is {known}")
        raise UsageError(f'{path} holds no word vectors: expected a line "rows dimension", or a word and its numbers')
    return data, VectorFormat("text without a header", None, dim, 0, reader.compression)


def parsed_number(field: bytes) -> float | None:
    """The number that text stands for, None if it is no number."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None


def _longer(data: bytes, reader: Any, size: int) -> bytes:
    """The same data, extended to `size` bytes if the file has them."""
    parts = [data]
    missing = size - len(data)
    while missing > 0 and (more := reader.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)


def _numbers_at_the_end(data: bytes) -> int:
    """Count the numbers at the end of the first line, after a word; 0 if the line is no row."""
    line = data.split(b"\n", 1)[0].rstrip(LINE_ENDINGS)
    if line.count(b" ") + line.count(b"\t") > LARGEST_DIMENSION:
        return 0
    fields = FIELD_GAP.split(line)
    found = 0
    while found < len(fields) - 1 and parsed_number(fields[-1 - found]) is not None:
        found += 1
    return found


def _starts_with_text_row(data: bytes, dim: int) -> bool:
    """Whether data start with a word and `dim` numbers as text."""
    line = data.split(b"\n", 1)[0].rstrip(LINE_ENDINGS)
    fields = FIELD_GAP.split(line)
    if b"\n" in data and len(fields) > dim:
        return all(parsed_number(field) is not None for field in fields[-dim:])
    gap = FIELD_GAP.search(line)
    return bool(line) and set(line[gap.end() if gap else 0 :]) <= LETTERS_OF_NUMBERS
