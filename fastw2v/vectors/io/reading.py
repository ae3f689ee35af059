"""Readers of vector files, detected from content: word2vec binary and text, fastText, GloVe, plain or compressed."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from fastw2v._system.resources import available_memory, readable_bytes
from fastw2v._system.text_encoding import quoted
from fastw2v.compression.reading import open_content
from fastw2v.errors import Fastw2vError, UsageError, cannot_read, option
from fastw2v.vectors.io import binary_rows, text_rows
from fastw2v.vectors.io.foreign import refuse_archive
from fastw2v.vectors.io.recognition import FIELD_GAP, LINE_ENDINGS, VectorFormat, parsed_number, recognise

FLOAT_BYTES = 4
BYTES_READ_AT_ONCE = 1 << 23
FIRST_BYTES = 1 << 26  # bytes of vectors allocated at first where the header cannot be checked
ROWS_CHECKED_AT_ONCE = 1 << 14
ROWS_COMPARED = 20  # previous rows that an ambiguous row is compared with
SKIPPED = -1  # in place of a position: the row is left out


def _lenient() -> str:
    return f"{option('lenient', True)} reads the rows that are there"


class WordRows(NamedTuple):
    """Words as bytes, and their vectors, (n, dim) float32."""

    words: list[bytes]
    vectors: np.ndarray


def read_rows(
    path: Path, limit: int | None = None, *, lenient: bool = False, note: Callable[[str], None] = lambda _: None
) -> tuple[VectorFormat, WordRows]:
    """Read all rows of a vector file, or the first `limit`. Of rows with the same word the first is kept.

    lenient : read the rows that are there, even if the header states another number
    note : receives messages for the user: repeated words, a wrong header

    Raises UsageError that names the file, the row or line, and the fix; Fastw2vError if memory is too small.
    """
    with _open_file(path) as file:
        refuse_archive(file, path)
        size = path.stat().st_size
        reader = open_content(file, str(path))
        data, kind = recognise(path, reader)
        sure = kind.rows is not None and kind.compression is None
        if sure and not _can_hold(kind, size, limit):
            if not lenient:
                raise UsageError(
                    f"{path}, line 1: {kind.rows:,} rows of dimension {kind.dim} do not fit in a file of {size:,} bytes; "
                    f"it is cut short, or its first line is wrong; {_lenient()}"
                )
            sure = False
        reading = _Reading(path, kind, reader, data[kind.start :])
        reading.want(limit, sure=sure, lenient=lenient)
        rows = reading.binary() if kind.binary else reading.text()
        for text in reading.notes:
            note(f"{path}: {text}")
        return kind, rows


def _open_file(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise UsageError(cannot_read(path, error)) from error


def _can_hold(kind: VectorFormat, size: int, limit: int | None) -> bool:
    """Whether a file of `size` bytes can hold the rows that the header states, or the first `limit`."""
    least = kind.dim * FLOAT_BYTES + 2 if kind.binary else 2 * kind.dim + 2  # with a word of one byte
    return (kind.rows or 0) * least <= size or (limit is not None and limit * least <= size)


class _Reading:
    """The state of reading one file, some megabytes at a time.

    data : bytes read but not yet split into rows
    ended : whether all of the file has been read
    wanted : rows to read, None for all
    words, vectors : the rows read so far
    places : (rows, 2) int64, start and end of the words of the current data
    extra_numbers : rows with a number before the vector
    """

    def __init__(self, path: Path, kind: VectorFormat, reader: Any, data: bytes) -> None:
        self.path = path
        self.kind = kind
        self.reader = reader
        self.data = data
        self.ended = False
        self.wanted: int | None = None
        self.lenient = False
        self.words: list[bytes] = []
        self.row = 0
        self.style = binary_rows.UNKNOWN
        self.extra_numbers = 0
        self.notes: list[str] = []

    def want(self, limit: int | None, *, sure: bool, lenient: bool) -> None:
        """Set the number of rows to read, and allocate them.

        sure : the file is large enough for the rows that its header states
        """
        self.lenient = lenient
        stated = None if lenient else self.kind.rows
        self.wanted = stated if limit is None else limit if stated is None else min(limit, stated)
        first = max(1, FIRST_BYTES // (self.kind.dim * FLOAT_BYTES))
        likely = self.kind.rows if self.wanted is None else self.wanted
        self.vectors = self._empty(likely if sure and likely else min(first, likely or first))
        self.places = np.empty((len(self.vectors), 2), np.int64)

    @property
    def what(self) -> str:
        """The file and the current row or line, for messages."""
        if self.kind.binary:
            return f"{self.path}, row {self.row + 1:,} of {self.kind.rows:,}"
        return f"{self.path}, line {self.row + 1 + (self.kind.rows is not None):,}"

    def binary(self) -> WordRows:
        """Read all rows of a binary file."""
        width = self.kind.dim * FLOAT_BYTES

        def split(data: np.ndarray, position: int) -> tuple[int, int, int]:
            bytes_of_vectors = self.vectors.view(np.uint8).reshape(len(self.vectors), width)
            row, position, why = binary_rows.split_rows(data, position, self.row, bytes_of_vectors, self.places, self.style)
            seen = self.ended or position + binary_rows.bytes_to_decide(width) <= len(data)
            return row, position, why if why != binary_rows.DOUBTFUL or seen else binary_rows.NEEDS_MORE

        def split_one(data: bytes, position: int) -> int:
            before = self.vectors[max(0, self.row - ROWS_COMPARED) : self.row]
            place = binary_rows.find_word(data, position, width, self.style, before)
            if place is None:
                raise UsageError(
                    f"{self.what}: cannot tell where its word ends; this row or one above has another length, or is damaged"
                )
            self.style = place.style
            self.places[self.row] = place.start, place.end
            self.vectors[self.row] = np.frombuffer(data, "<f4", self.kind.dim, place.end + 1)
            return place.end + 1 + width

        rest = self._read(split, split_one)
        if self.row < (self.wanted or 0) and not self.lenient:
            raise UsageError(
                f"{self.what}: the file is cut short; get it complete, "
                f"or read the rows before with {option('limit', self.row)}; {_lenient()}"
            )
        if self.row != self.wanted and rest.strip(b"\n"):
            self.notes.append("skipped the last row, which is cut short")
        if not self.vectors.dtype.isnative:
            self.vectors = self.vectors.astype(np.float32)
        return self._checked()

    def text(self) -> WordRows:
        """Read all rows of a text file."""

        def parse(data: np.ndarray, position: int) -> tuple[int, int, int]:
            found: tuple[int, int, int] = text_rows.parse_rows(data, position, self.row, self.vectors, self.places)
            return found

        def parse_one(data: bytes, position: int) -> int:
            end = data.index(b"\n", position)
            try:
                self.places[self.row] = position, position + len(self._parse(data[position:end]))
            except UsageError:
                if not (self.lenient and self.ended):  # else it is the last line, cut short
                    raise
                self.notes.append("skipped the last line, which is cut short")
                return SKIPPED
            return end + 1

        self._read(parse, parse_one)
        if self.row < (self.wanted or 0) and self.kind.rows is not None and not self.lenient:
            raise UsageError(f"{self.what}: the file is cut short, line 1 states {self.kind.rows:,} rows; {_lenient()}")
        if self.extra_numbers == self.row > 1:
            raise UsageError(
                f"{self.path}, line 1: the dimension is {self.kind.dim}, but every line has more numbers; correct it"
            )
        return self._checked()

    def _read(self, take: Callable[[np.ndarray, int], tuple[int, int, int]], take_one: Callable[[bytes, int], int]) -> bytes:
        """Read the file and split it into rows; rows that `take` leaves go to `take_one`, which returns where the next starts.

        Returns the data after the last row.
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
                    if after == SKIPPED:
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
            more = self.reader.read(BYTES_READ_AT_ONCE)
            self.ended = not more
            # The last row may lack its newline.
            data = rest + more if more else rest + b"\n" if rest.strip() or self.kind.binary else b""
        if self.row == self.wanted == self.kind.rows:
            self._check_end(rest)
        return rest

    def _unended(self, rest: bytes) -> bytes:
        """The incomplete last line of the data. Raises UsageError if it is longer than a line can be."""
        if len(rest) > self.kind.longest_line and rest.strip():
            raise UsageError(f"{self.what}: no line ends within {self.kind.longest_line:,} bytes; is this a file of vectors?")
        return rest if rest.strip() else b""

    def _finished(self, data: bytes, position: int) -> bool:
        """Whether no further row is wanted, or the data hold none."""
        return self.row == self.wanted or _blank(data, position)

    def _note_words(self, data: bytes, first: int) -> None:
        starts, ends = self.places[first : self.row].T.tolist()
        self.words += [data[start:end] for start, end in zip(starts, ends)]

    def _parse(self, line: bytes) -> bytes:
        """Parse a line that the compiled loop left; stores its vector. Returns its word, or raises UsageError.

        The last fields are the numbers. All before them is the word, which may contain spaces.
        """
        dim = self.kind.dim
        line = line.rstrip(LINE_ENDINGS)
        fields = FIELD_GAP.split(line)
        extra = len(fields) - 1 - dim
        before = [parsed_number(field) for field in fields[1 : 1 + max(0, extra)]]
        numbers = [parsed_number(field) for field in fields[1 + max(0, extra) :]]
        if None in numbers:
            wrong = fields[len(fields) - len(numbers) + numbers.index(None)]
            raise UsageError(f"{self.what}: expected {dim} numbers after the word, found {quoted(wrong)}")
        if extra < 0 or (extra > 0 and self.kind.rows is None and None not in before):
            raise UsageError(f"{self.what}: expected {dim} numbers after the word, found {len(fields) - 1}")
        word = line[: [gap.start() for gap in FIELD_GAP.finditer(line)][extra]]
        if not word:
            raise UsageError(f"{self.what}: there is no word before the numbers; add one, or delete the line")
        self.extra_numbers += extra > 0 and before[-1] is not None
        with np.errstate(over="ignore"):  # `_checked` refuses infinity
            self.vectors[self.row] = np.array(numbers, np.float64)
        return word

    def _check_end(self, rest: bytes) -> None:
        """Raise UsageError if rows follow after those that the header states."""
        while not rest.strip():
            if not (rest := self.reader.read(BYTES_READ_AT_ONCE)):
                return
        raise UsageError(
            f"{self.path}: more data follow the {self.kind.rows:,} rows that line 1 states; correct it; {_lenient()}"
        )

    def _grow(self) -> None:
        """Double the allocated rows."""
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

    def _checked(self) -> WordRows:
        found = self.row
        vectors = self.vectors[:found]
        for start in range(0, found, ROWS_CHECKED_AT_ONCE):
            finite = np.isfinite(vectors[start : start + ROWS_CHECKED_AT_ONCE]).all(axis=1)
            if not finite.all():
                self.row = start + int(np.argmin(finite))
                raise UsageError(
                    f"{self.what}: the vector of {quoted(self.words[self.row])} holds NaN or infinity; correct or delete it"
                )
        if self.lenient and self.kind.rows not in (None, found) and (self.wanted is None or found < self.wanted):
            self.notes.append(f"line 1 states {self.kind.rows:,} rows; the file has {found:,}, and all were read")
        return self._first_of_each(vectors)

    def _first_of_each(self, vectors: np.ndarray) -> WordRows:
        """The rows without those that repeat the word of a row above."""
        known = set(self.words)
        if len(known) == len(self.words):
            return WordRows(self.words, vectors)
        repeated = []
        for row, word in enumerate(self.words):
            if word in known:
                known.remove(word)
            else:
                repeated.append(row)
        again = f"{len(repeated):,} row{'s repeat words' if len(repeated) > 1 else ' repeats a word'} of rows above"
        self.notes.append(f"{again}, such as {quoted(self.words[repeated[0]])}; only the first of each is kept")
        kept = 0
        words: list[bytes] = []
        for start, stop in zip([-1, *repeated], [*repeated, len(self.words)]):  # in place: a copy may not fit in memory
            words += self.words[start + 1 : stop]
            vectors[kept : len(words)] = vectors[start + 1 : stop]
            kept = len(words)
        return WordRows(words, vectors[:kept])


def check_distinct(words: list[bytes], place: Callable[[int], str]) -> None:
    """Raise UsageError for a word that occurs twice. `place` maps a row to its name in the message."""
    if len(set(words)) == len(words):
        return
    seen: dict[bytes, int] = {}
    for row, word in enumerate(words):
        if word in seen:
            raise UsageError(f"{place(row)}: the word {quoted(word)} is in row {seen[word] + 1:,} too; delete one")
        seen[word] = row


def _blank(data: bytes, position: int) -> bool:
    """Whether only white space follows."""
    return not data[position : position + 64].strip() and not data[position:].strip()
