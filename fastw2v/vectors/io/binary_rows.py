"""Rows of binary files: a compiled loop for the clear ones, Python for those whose word may end at several places.

A row is a word, a space and the vector's bytes; word2vec.c writes a newline after each, gensim none. gensim's words may contain
spaces, and bytes of a vector may look like text. Such a word ends where what follows it is most likely a vector.
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled, inlined

TAB, NEWLINE, SPACE, DELETE = ord("\t"), ord("\n"), ord(" "), 0x7F
MAX_BINARY_WORD_BYTES = 10_000  # bytes without a space after which the data are damaged
UNKNOWN, BARE, ENDED = -1, 0, 1  # style: whether a newline ends each row
NEEDS_MORE, NO_SPACE, DOUBTFUL = 0, 1, 2  # why splitting stopped before the last row
LEAST, MOST = 1e-15, 1e15  # range of a vector's numbers, besides 0; letters read as float32 fall outside
MIN_LEAD = 2.0  # powers of ten by which the best candidate must fit better than the next


@compiled
def split_rows(data, start, row, bytes_of_vectors, words, style):
    """Split data into rows, each with the byte that follows it.

    data : (n,) uint8
    start : position of the first row
    row : its number
    bytes_of_vectors : (rows, 4 × dim) uint8, filled with the vectors
    words : (rows, 2) int64, filled with the start and end of each word
    style : UNKNOWN, BARE or ENDED

    Returns (row, start, reason): the first row not split, its position, and NEEDS_MORE, NO_SPACE or DOUBTFUL.
    """
    width = bytes_of_vectors.shape[1]
    while row < len(bytes_of_vectors):
        position = start
        while position < len(data) and data[position] == NEWLINE:
            position += 1
        end, broken = position, False
        while end < len(data) and data[end] != SPACE:
            broken |= data[end] == NEWLINE
            end += 1
            if end - position > MAX_BINARY_WORD_BYTES:
                return row, start, NO_SPACE
        after = end + 1 + width
        if after >= len(data):
            return row, start, NEEDS_MORE
        odd = broken or style == UNKNOWN or (style == ENDED and data[after] != NEWLINE)
        if odd or _text_follows(data, end + 1, after):
            return row, start, DOUBTFUL
        words[row, 0] = position
        words[row, 1] = end
        for i in range(width):
            bytes_of_vectors[row, i] = data[end + 1 + i]
        start = after
        row += 1
    return row, start, NEEDS_MORE


@inlined
def _text_follows(data, position, stop):
    """Whether the bytes up to the next space are UTF-8 text without control characters."""
    missing = 0  # bytes of the current character still to come
    while position < stop:
        letter = data[position]
        if missing:
            if letter & 0xC0 != 0x80:
                return False
            missing -= 1
        elif letter == SPACE:
            return True
        elif letter >= 0x80:
            if not 0xC2 <= letter <= 0xF4:
                return False
            missing = 1 + (letter >= 0xE0) + (letter >= 0xF0)
        elif (letter < SPACE and letter != TAB) or letter == DELETE:
            return False
        position += 1
    return False


class WordBounds(NamedTuple):
    """Start and end of a word in the data, and the style of its row."""

    start: int
    end: int
    style: int


def bytes_to_decide(width: int) -> int:
    """Bytes from the start of a row that `find_word` needs, unless the file ends before. `width` : bytes of a vector."""
    return 2 * MAX_BINARY_WORD_BYTES + width + 3


def find_word(data: bytes, start: int, width: int, style: int, before: np.ndarray) -> WordBounds | None:
    """Find the word of the row at `start`; None if it cannot be told at which space it ends.

    width : bytes of a vector
    before : (m, dim) float32, vectors of previous rows

    The word ends at the space that is followed by a likely vector and then by another word. After a wrong space the bytes of
    all numbers are shifted, or letters are read as numbers.
    """
    while data[start : start + 1] == b"\n":
        start += 1
    found = []
    for end in _spaces(data, start, only_text=style != ENDED):
        after = end + 1 + width
        if after < len(data):
            ended = data[after] == NEWLINE
            if ended or style != ENDED:
                sizes = np.abs(np.frombuffer(data[end + 1 : after], "<f4"))
                likely = _plausible(sizes) + _is_printable(_first_word(data, after)) + (style == UNKNOWN and ended)
                found.append((-likely, _deviation(sizes, before), end, ENDED if ended else BARE))
    found.sort()
    if not found or (len(found) > 1 and found[0][0] == found[1][0] and found[1][1] < found[0][1] + MIN_LEAD):
        return None
    *_, end, seen = found[0]
    return WordBounds(start, end, seen if style == UNKNOWN else style)


def _spaces(data: bytes, start: int, *, only_text: bool) -> list[int]:
    """Spaces at which the word may end: the first, and later ones in the same line; with `only_text` those after text alone."""
    line = data[start : start + MAX_BINARY_WORD_BYTES + 1].partition(b"\n")[0]
    places = [place for place, letter in enumerate(line) if letter == SPACE]
    return [start + place for place in places if place == places[0] or not only_text or _is_printable(line[:place])]


def _first_word(data: bytes, start: int) -> bytes:
    """The bytes up to the next space, without newlines before them; a newline if there is no space."""
    rest = data[start : start + MAX_BINARY_WORD_BYTES + 2]
    word, space, _ = rest.lstrip(b"\n").partition(b" ")
    return word if space or not word else b"\n"


def _is_printable(data: bytes) -> bool:
    """Whether bytes are UTF-8 without control characters."""
    try:
        return not any((letter < " " and letter != "\t") or letter == "\x7f" for letter in data.decode())
    except UnicodeDecodeError:
        return False


def _plausible(sizes: np.ndarray) -> bool:
    """Whether absolute values are all in the range of a vector's numbers."""
    return bool(((sizes == 0) | ((sizes >= LEAST) & (sizes <= MOST))).all())


def _deviation(sizes: np.ndarray, before: np.ndarray) -> float:
    """Largest distance, in powers of ten, of a vector's absolute values from the median of `before`; 0 if that is unknown."""
    known = np.abs(before[before != 0])
    sizes = sizes[sizes > 0]
    if not len(known) or not len(sizes) or not np.isfinite(sizes).all():
        return 0.0
    return float(np.abs(np.log10(sizes) - np.log10(np.median(known))).max())
