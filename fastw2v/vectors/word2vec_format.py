"""The original's two vector files, text and binary, byte for byte as word2vec.c writes them.

Both start with a line "rows dimension". A text row is the word and its numbers with six decimals, each followed by a space; a
binary row is the word, a space and the numbers as little-endian float32; a newline ends either.
"""

import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from fastw2v.errors import UsageError, reason
from fastw2v.files import written_whole

FORMATS = ("auto", "binary", "text")
FLOAT = np.dtype("<f4")
ROWS_AT_ONCE = 1024
LARGEST_DIMENSION = 10**6


def is_binary(path: Path, file_format: str) -> bool:
    """What a format's name means for a file: "auto" is binary for `.bin`, else text."""
    if file_format not in FORMATS:
        raise UsageError(f"format is {file_format!r}: it must be one of {', '.join(FORMATS)}")
    return path.suffix == ".bin" if file_format == "auto" else file_format == "binary"


def write_vectors(path: Path, words: Iterable[bytes], vectors: np.ndarray, *, binary: bool) -> int:
    """Write (n, dim) float32 vectors with their words, whole or not at all; returns the file's size in bytes."""
    rows, dim = vectors.shape
    pattern = b"%.6f " * dim + b"\n"
    written = 0
    with written_whole(path) as file:
        written += file.write(b"%d %d\n" % (rows, dim))
        names = iter(words)
        for start in range(0, rows, ROWS_AT_ONCE):
            part = vectors[start : start + ROWS_AT_ONCE]
            if binary:
                lines = [b"%s %s\n" % (next(names), row.tobytes()) for row in np.ascontiguousarray(part, FLOAT)]
            else:
                lines = [b"%s %s" % (next(names), pattern % tuple(row)) for row in part.tolist()]
            written += file.write(b"".join(lines))
    return written


def read_vectors(path: Path) -> tuple[list[bytes], np.ndarray]:
    """The words and their (n, dim) float32 vectors from either format, told apart by content.

    Raises UsageError that names the file and the row or line where it stops making sense.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {str(path)!r}: {reason(error)}") from error
    header = data[:64].split(b"\n", 1)[0]
    parts = header.split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise UsageError(f'{path} is no word2vec file: its first line must be "rows dimension"')
    rows, dim = int(parts[0]), int(parts[1])
    least = rows * (2 * dim + 2)  # a text row: a word of one byte, then a space and a digit for each number
    if not 1 <= dim <= LARGEST_DIMENSION or least > len(data):
        raise UsageError(f"{path}: {rows} rows of dimension {dim} cannot be in a file of {len(data)} bytes; is it cut short?")
    if _looks_like_text(data, len(header) + 1, dim):
        return _read_text(path, data, len(header) + 1, rows, dim)
    return _read_binary(path, data, len(header) + 1, rows, dim)


def _looks_like_text(data: bytes, start: int, dim: int) -> bool:
    """Whether the first row is a word and `dim` numbers in letters."""
    end = data.find(b"\n", start)
    fields = data[start : end if end >= 0 else len(data)].rstrip(b" \r").split(b" ")  # a word may hold other white space
    if len(fields) != dim + 1:
        return False
    try:
        [float(field) for field in fields[1:]]
    except ValueError:
        return False
    return True


def _read_binary(path: Path, data: bytes, position: int, rows: int, dim: int) -> tuple[list[bytes], np.ndarray]:
    width = dim * FLOAT.itemsize
    words: list[bytes] = []
    if rows * (width + 2) > len(data):
        raise UsageError(f"{path} is cut short: {rows} rows of dimension {dim} need more than its {len(data)} bytes")
    vectors = np.empty((rows, dim), np.float32)
    for row in range(rows):
        while data[position : position + 1] == b"\n":
            position += 1
        end = data.find(b" ", position)
        if end < 0 or end + 1 + width > len(data):
            raise UsageError(f"{path}, row {row + 1} of {rows}: the file is cut short")
        words.append(data[position:end])
        vectors[row] = np.frombuffer(data, FLOAT, dim, end + 1)
        position = end + 1 + width
    return words, vectors


def _read_text(path: Path, data: bytes, position: int, rows: int, dim: int) -> tuple[list[bytes], np.ndarray]:
    words: list[bytes] = []
    vectors = np.empty((rows, dim), np.float32)
    lines = data[position:].split(b"\n")
    for row in range(rows):
        place = f"{path}, line {row + 2}"
        if row >= len(lines) or not lines[row]:
            raise UsageError(f"{place}: the file is cut short, {rows} rows were promised")
        word, _, numbers = lines[row].partition(b" ")
        words.append(word)
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # how NumPy says that it met something else than a number
            try:
                values = np.fromstring(numbers.decode("ascii", "replace"), np.float32, sep=" ")
            except (DeprecationWarning, ValueError):
                raise UsageError(f"{place}: expected {dim} numbers after the word") from None
        if len(values) != dim:
            raise UsageError(f"{place}: {len(values)} numbers where {dim} were promised")
        vectors[row] = values
    return words, vectors
