"""Questions of compute-accuracy: reading them as the original's scanf does, and answering them in blocks."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fastw2v._system.display import say
from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.vectors.word_vectors import load

SCORES_AT_ONCE = 1 << 24  # numbers in a block's table of dot products: 64 MB; with an eighth of it, half as fast
LEAST_AT_ONCE = 32  # questions in a block, however many words there are: fewer would wait for memory

Question = tuple[bytes, bytes, bytes, bytes]


class Section(NamedTuple):
    """The questions under one name; those of the first section, which has none, stand before any ":"."""

    name: bytes
    questions: list[Question]


class Tally(NamedTuple):
    """Questions answered rightly, of those whose four words are all known."""

    right: int = 0
    known: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.right + other.right, self.known + other.known)


def percent(part: int, whole: int) -> str:
    """A share in the original's float32; 0 of 0 is what an x86 processor makes of it."""
    return f"{np.float32(part) / np.float32(whole) * np.float32(100):.2f}" if whole else "-nan"


def read_sections(data: bytes) -> list[Section]:
    """Questions of four words each, in capitals, wherever a line ends; ":" or EXIT stands before a section's name.

    A last word with no white space after it is met together with the end of the file: it ends the text where a question or a
    name would begin, and counts inside a question. A question cut short keeps the words of the one before in its last places.
    """
    scan = Scanner(data)
    a = b = c = d = b""
    found = [Section(b"", [])]
    while True:
        a = scan.word(a).upper()
        if a in (b":", b"EXIT") or scan.at_end:
            a = scan.word(a)
            if scan.at_end:
                return found
            found.append(Section(a, []))
        else:
            b, c, d = (scan.word(old).upper() for old in (b, c, d))
            found[-1].questions.append((a, b, c, d))


class Scanner:
    """Words from bytes, as scanf("%s") reads them; `at_end` is feof."""

    def __init__(self, data: bytes) -> None:
        self.words = data.split()
        self.ends_in_word = bool(data) and not data[-1:].isspace()
        self.place = 0
        self.at_end = False

    def word(self, old: bytes) -> bytes:
        """The next word, or `old` where there is none."""
        left = len(self.words) - self.place
        self.at_end = left == 0 or (left == 1 and self.ends_in_word)
        if left == 0:
            return old
        self.place += 1
        return self.words[self.place - 1]


class Answers:
    """The words of a file in capitals, and vectors at length 1.

    rows : the row of each word, the first of equals
    same : (n,) int64, for each row the first row with the same word
    units : (n, dim) float32; zeros for a vector of no direction
    directed : (n,) bool, whether a vector has one
    """

    def __init__(self, path: Path, threshold: int) -> None:
        loaded = load(path, note=say)
        count = min(threshold, len(loaded.words)) if threshold else len(loaded.words)
        words = [word.upper() for word in words_to_bytes(loaded.words[:count])]
        self.rows: dict[bytes, int] = {}
        self.same = np.array([self.rows.setdefault(word, row) for row, word in enumerate(words)], np.int64)
        vectors = loaded.vectors[:count]
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        self.directed = lengths > 0
        self.units = np.zeros_like(vectors)
        np.divide(vectors, lengths[:, np.newaxis], out=self.units, where=self.directed[:, np.newaxis])

    def tally(self, questions: Sequence[Question]) -> Tally:
        """How many of the questions are known, and how many of these are answered rightly."""
        known = [question for question in questions if all(word in self.rows for word in question)]
        rows = np.array([[self.rows[word] for word in question] for question in known], np.int64).reshape(-1, 4)
        at_once = max(LEAST_AT_ONCE, SCORES_AT_ONCE // max(1, len(self.units)))
        right = sum(self._right(rows[start : start + at_once]) for start in range(0, len(rows), at_once))
        return Tally(right, len(known))

    def _right(self, rows: np.ndarray) -> int:
        """How many of some questions, (m, 4) rows of a b c d, are answered by d.

        The answer is the first of the highest scores above 0, the rows a, b and c left out; a row with d's word will do.
        """
        a, b, c, d = rows.T
        scores = (self.units[b] - self.units[a] + self.units[c]) @ self.units.T
        lines = np.arange(len(rows))
        for asked in (a, b, c):
            scores[lines, asked] = -np.inf
        best = scores.argmax(axis=1)
        right = (scores[lines, best] > 0) & (self.same[best] == d) & self.directed[rows[:, :3]].all(axis=1)
        return int(np.count_nonzero(right))
