"""The rows of binary files: a compiled loop, and for it the places where a word may end in more than one way.

A row is a word, a space and the vector's bytes; word2vec.c puts a newline after each, gensim nothing. Words of gensim may have
spaces inside, and bytes of a vector may look like text. Where a word ends then follows from where its vector would end.
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled, inlined

TAB, NEWLINE, SPACE, DELETE = ord("\t"), ord("\n"), ord(" "), 0x7F
LONGEST_WORD = 10_000  # bytes; where no space comes for so long, there is none
UNKNOWN, BARE, ENDED = -1, 0, 1  # whether a newline ends each row
NEEDS_MORE, NO_SPACE, DOUBTFUL = 0, 1, 2  # why it stopped before the last row
LEAST, MOST = 1e-15, 1e15  # between which the numbers of vectors are, or 0; those made of letters are not
STRANGER = 2.0  # powers of ten, by which one of two likely vectors has to be the stranger one


@compiled
def split_rows(data, start, row, bytes_of_vectors, words, style):
    """Take whole rows, each with the byte that follows it.

    data : (n,) uint8
    start : of the data, where the first row starts
    bytes_of_vectors : (rows, 4 × dim) uint8, the vectors' memory
    words : (rows, 2) int64, where each word starts and ends in the data
    style : UNKNOWN, BARE or ENDED

    Returns (row, start, reason): the first row not taken, where it starts, and NEEDS_MORE, NO_SPACE or DOUBTFUL.
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
            if end - position > LONGEST_WORD:
                return row, start, NO_SPACE
        after = end + 1 + width
        if after >= len(data):
            return row, start, NEEDS_MORE
        odd = broken or style == UNKNOWN or (style == ENDED and data[after] != NEWLINE)
        if odd or _text_goes_on(data, end + 1, after):
            return row, start, DOUBTFUL
        words[row, 0] = position
        words[row, 1] = end
        for i in range(width):
            bytes_of_vectors[row, i] = data[end + 1 + i]
        start = after
        row += 1
    return row, start, NEEDS_MORE


@inlined
def _text_goes_on(data, position, stop):
    """Whether UTF-8 text follows, up to a space."""
    missing = 0  # bytes of a character that has begun
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


class Place(NamedTuple):
    """Where a word starts and ends, and the style of its row."""

    start: int
    end: int
    style: int


def bytes_looked_at(width: int) -> int:
    """How many bytes from a row's start `place_of_word` looks at, where there are so many."""
    return 2 * LONGEST_WORD + width + 3


def place_of_word(data: bytes, start: int, width: int, style: int, before: np.ndarray) -> Place | None:
    """The word of the row that starts there; None where none of its spaces ends it for sure.

    width : bytes of a vector
    before : (m, dim) float32, some vectors of earlier rows

    Of several spaces it is the one after which a vector is likely, and after that another word: the wrong ones move the bytes
    of all numbers, or make numbers of letters.
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
                likely = _plausible(sizes) + _is_text(_first_word(data, after)) + (style == UNKNOWN and ended)
                found.append((-likely, _strangeness(sizes, before), end, ENDED if ended else BARE))
    found.sort()
    if not found or (len(found) > 1 and found[0][0] == found[1][0] and found[1][1] < found[0][1] + STRANGER):
        return None
    *_, end, seen = found[0]
    return Place(start, end, seen if style == UNKNOWN else style)


def _spaces(data: bytes, start: int, *, only_text: bool) -> list[int]:
    """The spaces that may end a word: the first one, and those after it as long as there is no newline, or only text."""
    line = data[start : start + LONGEST_WORD + 1].partition(b"\n")[0]
    places = [place for place, letter in enumerate(line) if letter == SPACE]
    return [start + place for place in places if place == places[0] or not only_text or _is_text(line[:place])]


def _first_word(data: bytes, start: int) -> bytes:
    """What comes up to the next space; nothing at the end of the data."""
    rest = data[start : start + LONGEST_WORD + 2]
    word, space, _ = rest.lstrip(b"\n").partition(b" ")
    return word if space or not word else b"\n"


def _is_text(data: bytes) -> bool:
    """Whether bytes are UTF-8 without control characters."""
    try:
        return not any((letter < " " and letter != "\t") or letter == "\x7f" for letter in data.decode())
    except UnicodeDecodeError:
        return False


def _plausible(sizes: np.ndarray) -> bool:
    """Whether numbers are likely to be a vector's."""
    return bool(((sizes == 0) | ((sizes >= LEAST) & (sizes <= MOST))).all())


def _strangeness(sizes: np.ndarray, before: np.ndarray) -> float:
    """How many powers of ten are between the numbers of a vector, (dim,), and the usual ones; 0 where that is not known."""
    known = np.abs(before[before != 0])
    sizes = sizes[sizes > 0]
    if not len(known) or not len(sizes) or not np.isfinite(sizes).all():
        return 0.0
    return float(np.abs(np.log10(sizes) - np.log10(np.median(known))).max())
