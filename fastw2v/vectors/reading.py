"""Files of word vectors, told apart by content, and read: word2vec binary and text, fastText, GloVe, plain or compressed."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from fastw2v.compression.reading import opened
from fastw2v.errors import Fastw2vError, UsageError, reason
from fastw2v.machine import available_memory, readable_bytes
from fastw2v.utf8 import quoted
from fastw2v.vectors import binary_rows, text_rows

FLOAT_BYTES = 4
CHUNK = 1 << 23  # bytes read at a time
SAMPLE = 1 << 16  # bytes looked at to tell the format, at first
LARGEST_DIMENSION = 10**6
FIRST_ROWS = 1 << 26  # bytes of vectors that a promise which cannot be checked is believed for
LETTERS_OF_NUMBERS = set(b"0123456789+-.eE \r")
LONGEST_TEXT_NUMBER = 64  # bytes, far more than anyone writes
LONGEST_WORD = 1 << 24


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


class Rows(NamedTuple):
    """Words as bytes and their vectors, (n, dim) float32."""

    words: list[bytes]
    vectors: np.ndarray


def read_rows(path: Path, limit: int | None = None) -> tuple[Kind, Rows]:
    """Read a file of any of the formats, all rows or the first `limit`.

    Raises UsageError that names the file, the row or line where it stops making sense, and the mend; Fastw2vError where
    memory is too small.
    """
    with _opened(path) as file:
        size = path.stat().st_size
        reader = opened(file, str(path))
        data, kind = recognise(path, reader)
        if kind.compression is None:
            _check_size(path, kind, size, limit)
        reading = _Reading(path, kind, reader, data[kind.start :], limit)
        return kind, reading.binary() if kind.binary else reading.text()


def _opened(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {str(path)!r}: {reason(error)}") from error


def recognise(path: Path, reader: Any) -> tuple[bytes, Kind]:
    """What a file is, by its beginning, which is returned too. Raises UsageError where it is nothing that holds vectors."""
    data: bytes = reader.read(SAMPLE)
    header = data[:64].split(b"\n", 1)[0]
    fields = header.split()
    if b"\n" in data[:64] and len(fields) == 2 and all(field.isdigit() for field in fields):
        rows, dim = int(fields[0]), int(fields[1])
        if not 1 <= dim <= LARGEST_DIMENSION:
            raise UsageError(f"{path}, line 1: the dimension is {dim}; it must be from 1 to {LARGEST_DIMENSION}")
        start = len(header) + 1
        data = _longer(data, reader, start + (dim + 1) * LONGEST_TEXT_NUMBER)
        name = "word2vec text" if _is_text(data[start:], dim) else "word2vec binary"
        return data, Kind(name, rows, dim, start, reader.compression)
    while b"\n" not in data and len(data) < LARGEST_DIMENSION * LONGEST_TEXT_NUMBER:
        longer = _longer(data, reader, 2 * len(data))
        if longer == data:
            break
        data = longer
    dim = len(data.split(b"\n", 1)[0].rstrip(b" \r").split(b" ")) - 1
    if dim < 1 or not _is_text(data, dim):
        raise UsageError(
            f'{path} holds no word vectors: it should begin with a line "rows dimension", or with a word and its numbers'
        )
    return data, Kind("text without a header", None, dim, 0, reader.compression)


def _longer(data: bytes, reader: Any, size: int) -> bytes:
    """The same beginning, read on to a size."""
    parts = [data]
    missing = size - len(data)
    while missing > 0 and (more := reader.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)


def _is_text(data: bytes, dim: int) -> bool:
    """Whether the first row is a word and `dim` numbers in letters."""
    line = data.split(b"\n", 1)[0].rstrip(b" \r")
    fields = line.split(b" ")
    numbers = fields[1 : dim + 1] if len(fields) == dim + 1 else fields[-dim:]
    if b"\n" in data and len(fields) > dim:
        return all(_number(field) is not None for field in numbers)
    return bool(line) and set(line[line.find(b" ") + 1 :]) <= LETTERS_OF_NUMBERS


def _number(field: bytes) -> float | None:
    """The number that letters mean, None where they mean none."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None


def _check_size(path: Path, kind: Kind, size: int, limit: int | None) -> None:
    """Refuse a promise that a file of this size cannot keep."""
    if kind.rows is None:
        return
    least = kind.dim * FLOAT_BYTES + 2 if kind.binary else 2 * kind.dim + 2  # a word of one byte
    if kind.rows * least > size and (limit is None or limit * least > size):
        raise UsageError(
            f"{path}, line 1: {kind.rows:,} rows of dimension {kind.dim} cannot be in a file of {size:,} bytes; "
            "it is cut short, or its first line is wrong"
        )


class _Reading:
    """One file being read: a chunk at a time, whole rows of it."""

    def __init__(self, path: Path, kind: Kind, reader: Any, data: bytes, limit: int | None) -> None:
        self.path = path
        self.kind = kind
        self.reader = reader
        self.data = data
        self.wanted = kind.rows if limit is None else limit if kind.rows is None else min(limit, kind.rows)
        self.words: list[bytes] = []
        self.row = 0
        # A plain file's promise was checked against its size.
        sure = kind.compression is None and kind.rows is not None
        believed = max(1, FIRST_ROWS // (kind.dim * FLOAT_BYTES))
        self.vectors = self._empty(self.wanted if sure and self.wanted is not None else min(believed, self.wanted or believed))
        self.places = np.empty((len(self.vectors), 2), np.int64)

    @property
    def what(self) -> str:
        """What the place of an error is called and counted from."""
        if self.kind.binary:
            return f"{self.path}, row {self.row + 1:,} of {self.kind.rows:,}"
        return f"{self.path}, line {self.row + 1 + (self.kind.rows is not None):,}"

    def binary(self) -> Rows:
        """All rows of a binary file."""
        width = self.kind.dim * FLOAT_BYTES

        def split(data: np.ndarray, position: int) -> tuple[int, int, int]:
            bytes_of_vectors = self.vectors.view(np.uint8).reshape(len(self.vectors), width)
            found: tuple[int, int, int] = binary_rows.split_rows(data, position, self.row, bytes_of_vectors, self.places)
            return found

        def refuse(data: bytes, position: int) -> int:
            raise UsageError(f"{self.what}: no space ends its word; the rows before it are of another length, or damaged")

        self._read(split, refuse)
        if self.row < (self.wanted or 0):
            raise UsageError(f"{self.what}: the file is cut short; get it whole, or read the rows before with limit={self.row}")
        if not self.vectors.dtype.isnative:
            self.vectors = self.vectors.astype(np.float32)
        return self._checked()

    def text(self) -> Rows:
        """All rows of a text file."""

        def parse(data: np.ndarray, position: int) -> tuple[int, int, int]:
            found: tuple[int, int, int] = text_rows.parse_rows(data, position, self.row, self.vectors, self.places)
            return found

        def parse_line(data: bytes, position: int) -> int:
            end = data.index(b"\n", position)
            self.places[self.row] = position, position + len(self._parse(data[position:end]))
            return end + 1

        self._read(parse, parse_line)
        if self.row < (self.wanted or 0) and self.kind.rows is not None:
            raise UsageError(f"{self.what}: the file is cut short, {self.kind.rows:,} rows were promised in line 1")
        return self._checked()

    def _read(self, take: Callable[[np.ndarray, int], tuple[int, int, int]], take_one: Callable[[bytes, int], int]) -> None:
        """Take rows from chunk after chunk; a row that `take` leaves goes to `take_one`, which says where the next starts."""
        data, ended = self.data, False
        while True:
            position = 0
            while True:
                first = self.row
                self.row, position, why = take(np.frombuffer(data, np.uint8), position)
                self._note_words(data, first)
                if self.row == len(self.vectors) and not self._finished(data, position):
                    self._grow()
                elif self.row < len(self.vectors) and why and not _blank(data, position):
                    first = self.row
                    position = take_one(data, position)
                    self.row += 1
                    self._note_words(data, first)
                else:
                    break
            if ended or self.row == self.wanted:
                break
            more = self.reader.read(CHUNK)
            ended = not more
            rest = data[position:]
            if len(rest) > LONGEST_WORD + (self.kind.dim + 1) * LONGEST_TEXT_NUMBER:
                raise UsageError(f"{self.what}: it has no end within {len(rest):,} bytes; the file is damaged")
            # A last line need not be ended; what is left of a binary file is no row.
            data = rest + more if more else rest + b"\n" if rest.strip() and not self.kind.binary else b""
        if self.row == self.wanted == self.kind.rows:
            self._check_end(data[position:])

    def _finished(self, data: bytes, position: int) -> bool:
        """Whether no further row is wanted, or none is there so far."""
        return self.row == self.wanted or _blank(data, position)

    def _note_words(self, data: bytes, first: int) -> None:
        starts, ends = self.places[first : self.row].T.tolist()
        self.words += [data[start:end] for start, end in zip(starts, ends)]

    def _parse(self, line: bytes) -> bytes:
        """A line that the compiled loop left: its vector goes to its place. Returns its word, or raises UsageError."""
        dim = self.kind.dim
        fields = line.rstrip(b" \r").split(b" ")
        numbers = [_number(field) for field in fields[1:]]
        if len(fields) > dim + 1 and None in numbers[: len(fields) - dim - 1]:
            numbers = numbers[len(fields) - dim - 1 :]  # a word with spaces in it, as some GloVe files have
        word = b" ".join(fields[: len(fields) - len(numbers)])
        if None in numbers:
            wrong = fields[len(fields) - len(numbers) + numbers.index(None)]
            raise UsageError(f"{self.what}: expected {dim} numbers after the word, found {quoted(wrong)} among them")
        if len(numbers) != dim:
            raise UsageError(f"{self.what}: {len(numbers)} numbers where {dim} were expected")
        if not word:
            raise UsageError(f"{self.what}: it has no word before its numbers; give it one, or delete it")
        with np.errstate(over="ignore"):  # infinity is found at the end
            self.vectors[self.row] = np.array(numbers, np.float64)
        return word

    def _check_end(self, rest: bytes) -> None:
        """Refuse rows past those that were promised."""
        while not rest.strip():
            if not (rest := self.reader.read(CHUNK)):
                return
        raise UsageError(
            f"{self.path}: more follows after the {self.kind.rows:,} rows promised in line 1; set the right number"
        )

    def _grow(self) -> None:
        """Twice the room."""
        rows = 2 * len(self.vectors) if self.wanted is None else min(2 * len(self.vectors), self.wanted)
        larger = self._empty(rows)
        larger[: self.row] = self.vectors[: self.row]
        self.vectors = larger
        self.places = np.empty((rows, 2), np.int64)

    def _empty(self, rows: int) -> np.ndarray:
        needed = rows * self.kind.dim * FLOAT_BYTES
        available = available_memory()
        if needed > available:
            raise Fastw2vError(
                f"{self.path}: {rows:,} rows of dimension {self.kind.dim} need {readable_bytes(needed)} of memory, "
                f"{readable_bytes(available)} are available; limit reads the first rows only"
            )
        return np.empty((rows, self.kind.dim), "<f4")

    def _checked(self) -> Rows:
        vectors = self.vectors[: self.row]
        for start in range(0, self.row, 1 << 14):
            finite = np.isfinite(vectors[start : start + (1 << 14)]).all(axis=1)
            if not finite.all():
                self.row = start + int(np.argmin(finite))
                raise UsageError(
                    f"{self.what}: the vector of {quoted(self.words[self.row])} holds NaN or infinity; mend or delete it"
                )
        check_distinct(self.words, self._place)
        return Rows(self.words, vectors)

    def _place(self, row: int) -> str:
        self.row = row
        return self.what


def check_distinct(words: list[bytes], place: Callable[[int], str]) -> None:
    """Refuse a word that is there twice. Raises UsageError."""
    if len(set(words)) == len(words):
        return
    seen: dict[bytes, int] = {}
    for row, word in enumerate(words):
        if word in seen:
            raise UsageError(f"{place(row)}: the word {quoted(word)} was there before, in row {seen[word] + 1:,}; delete one")
        seen[word] = row


def _blank(data: bytes, position: int) -> bool:
    """Whether nothing but white space follows."""
    return not data[position : position + 64].strip() and not data[position:].strip()
