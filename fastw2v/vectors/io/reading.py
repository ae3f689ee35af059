"""Files of word vectors, told apart by content, and read: word2vec binary and text, fastText, GloVe, plain or compressed."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from fastw2v._system.resources import available_memory, readable_bytes
from fastw2v._system.text_encoding import quoted
from fastw2v.compression.reading import open_content
from fastw2v.errors import Fastw2vError, UsageError, option, reason
from fastw2v.vectors.io import binary_rows, text_rows
from fastw2v.vectors.io.foreign import refuse_archive
from fastw2v.vectors.io.recognition import GAP, LINE_END, Kind, number, recognise

FLOAT_BYTES = 4
CHUNK = 1 << 23  # bytes read at a time
FIRST_ROWS = 1 << 26  # bytes of vectors that a promise which cannot be checked is believed for
ROWS_AT_ONCE = 1 << 14
ROWS_COMPARED = 20  # before a row that can be read in several ways
NOT_TAKEN = -1  # of a row that is left out


def _lenient() -> str:
    return f"{option('lenient', True)} reads the rows that are there"


class Rows(NamedTuple):
    """Words as bytes and their vectors, (n, dim) float32."""

    words: list[bytes]
    vectors: np.ndarray


def read_rows(
    path: Path, limit: int | None = None, *, lenient: bool = False, note: Callable[[str], None] = lambda _: None
) -> tuple[Kind, Rows]:
    """Read a file of any of the formats, all rows or the first `limit`. Of rows with the same word the first is kept.

    lenient : read what is there, though the first line promises more rows or fewer
    note : is told what the user should know: words that are there twice, a promise that was not kept

    Raises UsageError that names the file, the row or line where it stops making sense, and the mend; Fastw2vError where
    memory is too small.
    """
    with _opened(path) as file:
        refuse_archive(file, path)
        size = path.stat().st_size
        reader = open_content(file, str(path))
        data, kind = recognise(path, reader)
        sure = kind.rows is not None and kind.compression is None
        if sure and not _fits(kind, size, limit):
            if not lenient:
                raise UsageError(
                    f"{path}, line 1: {kind.rows:,} rows of dimension {kind.dim} cannot be in a file of {size:,} bytes; "
                    f"it is cut short, or its first line is wrong; {_lenient()}"
                )
            sure = False
        reading = _Reading(path, kind, reader, data[kind.start :])
        reading.want(limit, sure=sure, lenient=lenient)
        rows = reading.binary() if kind.binary else reading.text()
        for told in reading.notes:
            note(f"{path}: {told}")
        return kind, rows


def _opened(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {str(path)!r}: {reason(error)}") from error


def _fits(kind: Kind, size: int, limit: int | None) -> bool:
    """Whether a file of this size may hold the rows that are promised, or those that are to be read."""
    least = kind.dim * FLOAT_BYTES + 2 if kind.binary else 2 * kind.dim + 2  # a word of one byte
    return (kind.rows or 0) * least <= size or (limit is not None and limit * least <= size)


class _Reading:
    """One file being read: a chunk at a time, whole rows of it.

    wanted : rows to read, None for all
    """

    def __init__(self, path: Path, kind: Kind, reader: Any, data: bytes) -> None:
        self.path = path
        self.kind = kind
        self.reader = reader
        self.data = data
        self.ended = False  # all of the file has been read
        self.wanted: int | None = None
        self.lenient = False
        self.words: list[bytes] = []
        self.row = 0
        self.style = binary_rows.UNKNOWN
        self.numbers_too_many = 0  # rows with a number before the vector
        self.notes: list[str] = []

    def want(self, limit: int | None, *, sure: bool, lenient: bool) -> None:
        """Say how many rows are read, and make room for them; sure : the file is large enough for what it promises."""
        self.lenient = lenient
        promised = None if lenient else self.kind.rows
        self.wanted = promised if limit is None else limit if promised is None else min(limit, promised)
        believed = max(1, FIRST_ROWS // (self.kind.dim * FLOAT_BYTES))
        likely = self.kind.rows if self.wanted is None else self.wanted
        self.vectors = self._empty(likely if sure and likely else min(believed, likely or believed))
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
            row, position, why = binary_rows.split_rows(data, position, self.row, bytes_of_vectors, self.places, self.style)
            seen = self.ended or position + binary_rows.bytes_looked_at(width) <= len(data)
            return row, position, why if why != binary_rows.DOUBTFUL or seen else binary_rows.NEEDS_MORE

        def split_one(data: bytes, position: int) -> int:
            before = self.vectors[max(0, self.row - ROWS_COMPARED) : self.row]
            place = binary_rows.place_of_word(data, position, width, self.style, before)
            if place is None:
                raise UsageError(
                    f"{self.what}: where its word ends cannot be told; it or a row before it is of another length, or damaged"
                )
            self.style = place.style
            self.places[self.row] = place.start, place.end
            self.vectors[self.row] = np.frombuffer(data, "<f4", self.kind.dim, place.end + 1)
            return place.end + 1 + width

        rest = self._read(split, split_one)
        if self.row < (self.wanted or 0) and not self.lenient:
            raise UsageError(
                f"{self.what}: the file is cut short; get it whole, "
                f"or read the rows before with {option('limit', self.row)}; {_lenient()}"
            )
        if self.row != self.wanted and rest.strip(b"\n"):
            self.notes.append("its last row is cut short and was left out")
        if not self.vectors.dtype.isnative:
            self.vectors = self.vectors.astype(np.float32)
        return self._checked()

    def text(self) -> Rows:
        """All rows of a text file."""

        def parse(data: np.ndarray, position: int) -> tuple[int, int, int]:
            found: tuple[int, int, int] = text_rows.parse_rows(data, position, self.row, self.vectors, self.places)
            return found

        def parse_one(data: bytes, position: int) -> int:
            end = data.index(b"\n", position)
            try:
                self.places[self.row] = position, position + len(self._parse(data[position:end]))
            except UsageError:
                if not (self.lenient and self.ended):  # then it is the last line, and has no end
                    raise
                self.notes.append("its last line is cut short and was left out")
                return NOT_TAKEN
            return end + 1

        self._read(parse, parse_one)
        if self.row < (self.wanted or 0) and self.kind.rows is not None and not self.lenient:
            raise UsageError(
                f"{self.what}: the file is cut short, {self.kind.rows:,} rows were promised in line 1; {_lenient()}"
            )
        if self.numbers_too_many == self.row > 1:
            raise UsageError(
                f"{self.path}, line 1: the dimension is {self.kind.dim}, and every line has more numbers; set the right one"
            )
        return self._checked()

    def _read(self, take: Callable[[np.ndarray, int], tuple[int, int, int]], take_one: Callable[[bytes, int], int]) -> bytes:
        """Take rows from chunk after chunk; a row that `take` leaves goes to `take_one`, which says where the next starts.

        Returns what is left of the data that were read.
        """
        data = self.data
        while True:
            position = 0
            while True:
                first = self.row
                self.row, position, why = take(np.frombuffer(data, np.uint8), position)
                self._note_words(data, first)
                if self.row == len(self.vectors) and not self._finished(data, position):
                    self._grow()
                elif self.row < len(self.vectors) and why and not _blank(data, position):
                    after = take_one(data, position)
                    if after == NOT_TAKEN:
                        break
                    first, position = self.row, after
                    self.row += 1
                    self._note_words(data, first)
                else:
                    break
            rest = data[position:]
            if self.ended or self.row == self.wanted:
                break
            if not self.kind.binary:
                rest = self._unended(rest)
            more = self.reader.read(CHUNK)
            self.ended = not more
            # A last row need not be ended.
            data = rest + more if more else rest + b"\n" if rest.strip() or self.kind.binary else b""
        if self.row == self.wanted == self.kind.rows:
            self._check_end(rest)
        return rest

    def _unended(self, rest: bytes) -> bytes:
        """The beginning of a line. Raises UsageError where it is longer than a line may be."""
        if len(rest) > self.kind.longest_line and rest.strip():
            raise UsageError(f"{self.what}: no line ends within {self.kind.longest_line:,} bytes; is this a file of vectors?")
        return rest if rest.strip() else b""

    def _finished(self, data: bytes, position: int) -> bool:
        """Whether no further row is wanted, or none is there so far."""
        return self.row == self.wanted or _blank(data, position)

    def _note_words(self, data: bytes, first: int) -> None:
        starts, ends = self.places[first : self.row].T.tolist()
        self.words += [data[start:end] for start, end in zip(starts, ends)]

    def _parse(self, line: bytes) -> bytes:
        """A line that the compiled loop left: its vector goes to its place. Returns its word, or raises UsageError.

        The last fields are the numbers, and what is before them is the word: a space may be in it.
        """
        dim = self.kind.dim
        line = line.rstrip(LINE_END)
        fields = GAP.split(line)
        extra = len(fields) - 1 - dim
        before = [number(field) for field in fields[1 : 1 + max(0, extra)]]
        numbers = [number(field) for field in fields[1 + max(0, extra) :]]
        if None in numbers:
            wrong = fields[len(fields) - len(numbers) + numbers.index(None)]
            raise UsageError(f"{self.what}: expected {dim} numbers after the word, found {quoted(wrong)} among them")
        if extra < 0 or (extra > 0 and self.kind.rows is None and None not in before):
            raise UsageError(f"{self.what}: {len(fields) - 1} numbers where {dim} were expected")
        word = line[: [gap.start() for gap in GAP.finditer(line)][extra]]
        if not word:
            raise UsageError(f"{self.what}: it has no word before its numbers; give it one, or delete it")
        self.numbers_too_many += extra > 0 and before[-1] is not None
        with np.errstate(over="ignore"):  # infinity is found at the end
            self.vectors[self.row] = np.array(numbers, np.float64)
        return word

    def _check_end(self, rest: bytes) -> None:
        """Refuse rows past those that were promised."""
        while not rest.strip():
            if not (rest := self.reader.read(CHUNK)):
                return
        raise UsageError(
            f"{self.path}: more follows after the {self.kind.rows:,} rows promised in line 1; "
            f"set the right number; {_lenient()}"
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
                f"{readable_bytes(available)} are available; {option('limit')} reads the first rows only"
            )
        return np.empty((rows, self.kind.dim), "<f4")

    def _checked(self) -> Rows:
        found = self.row
        vectors = self.vectors[:found]
        for start in range(0, found, ROWS_AT_ONCE):
            finite = np.isfinite(vectors[start : start + ROWS_AT_ONCE]).all(axis=1)
            if not finite.all():
                self.row = start + int(np.argmin(finite))
                raise UsageError(
                    f"{self.what}: the vector of {quoted(self.words[self.row])} holds NaN or infinity; mend or delete it"
                )
        if self.lenient and self.kind.rows not in (None, found) and (self.wanted is None or found < self.wanted):
            self.notes.append(f"line 1 promises {self.kind.rows:,} rows, and {found:,} are there, which were read")
        return self._first_of_each(vectors)

    def _first_of_each(self, vectors: np.ndarray) -> Rows:
        """The rows without those whose word was there before."""
        known = set(self.words)
        if len(known) == len(self.words):
            return Rows(self.words, vectors)
        repeated = []
        for row, word in enumerate(self.words):
            if word in known:
                known.remove(word)
            else:
                repeated.append(row)
        again = f"{len(repeated):,} row{'s' if len(repeated) > 1 else ''} with a word that was there before"
        self.notes.append(f"{again}, such as {quoted(self.words[repeated[0]])}: the first of each is kept")
        kept = 0
        words: list[bytes] = []
        for start, stop in zip([-1, *repeated], [*repeated, len(self.words)]):  # in place: there may be no room for a copy
            words += self.words[start + 1 : stop]
            vectors[kept : len(words)] = vectors[start + 1 : stop]
            kept = len(words)
        return Rows(words, vectors[:kept])


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
