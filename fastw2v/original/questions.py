"""Questions of compute-accuracy: read as the original's scanf reads them, answered many at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fastw2v._system.display import say
from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.vectors.word_vectors import load

SCORES_AT_ONCE = 1 << 24  # cosines held at a time: 64 MB; an eighth of it is half as fast
LEAST_AT_ONCE = 32  # questions at a time, at least: fewer are limited by memory bandwidth

Question = tuple[bytes, bytes, bytes, bytes]


class QuestionSection(NamedTuple):
    """A section and its questions; the first has no name and holds the questions before any ":"."""

    name: bytes
    questions: list[Question]


class Tally(NamedTuple):
    """Questions answered correctly, and questions whose four words are all known."""

    right: int = 0
    known: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """The sums."""
        return Tally(self.right + other.right, self.known + other.known)


def percent(part: int, whole: int) -> str:
    """A percentage in the original's float32; 0 of 0 prints as on x86."""
    return f"{np.float32(part) / np.float32(whole) * np.float32(100):.2f}" if whole else "-nan"


def read_sections(data: bytes) -> list[QuestionSection]:
    """Read sections of questions, four words each in capitals, whatever the lines; ":" or EXIT precedes a section's name.

    A last word without white space after it coincides with the end of the file: it ends the text where a question or name would
    begin, but counts inside a question. An incomplete question keeps the last words of the previous one.
    """
    scan = Scanner(data)
    a = b = c = d = b""
    found = [QuestionSection(b"", [])]
    while True:
        a = scan.word(a).upper()
        if a in (b":", b"EXIT") or scan.at_end:
            a = scan.word(a)
            if scan.at_end:
                return found
            found.append(QuestionSection(a, []))
        else:
            b, c, d = (scan.word(old).upper() for old in (b, c, d))
            found[-1].questions.append((a, b, c, d))


class Scanner:
    """Reads words from bytes like scanf("%s"); `at_end` is feof."""

    def __init__(self, data: bytes) -> None:
        self.words = data.split()
        self.ends_in_word = bool(data) and not data[-1:].isspace()
        self.place = 0
        self.at_end = False

    def word(self, old: bytes) -> bytes:
        """The next word, or `old` at the end."""
        left = len(self.words) - self.place
        self.at_end = left == 0 or (left == 1 and self.ends_in_word)
        if left == 0:
            return old
        self.place += 1
        return self.words[self.place - 1]


class QuestionAnswers:
    """Answers questions with the first words of a vector file, in capitals.

    rows : the row of each word, of equal words the first
    same : (n,) int64, for each row the first row with the same word
    units : (n, dim) float32, unit vectors; zero vectors stay zero
    directed : (n,) bool, whether the vector is not zero
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
        """Count the questions whose words are known, and those of them answered correctly."""
        known = [question for question in questions if all(word in self.rows for word in question)]
        rows = np.array([[self.rows[word] for word in question] for question in known], np.int64).reshape(-1, 4)
        at_once = max(LEAST_AT_ONCE, SCORES_AT_ONCE // max(1, len(self.units)))
        right = sum(self._count_right(rows[start : start + at_once]) for start in range(0, len(rows), at_once))
        return Tally(right, len(known))

    def _count_right(self, rows: np.ndarray) -> int:
        """Count the questions that are answered correctly.

        The answer is the row with the highest score above 0, the first of equals, other than a, b and c. It is correct if it
        has the same word as d.

        rows : (m, 4) int64, rows of a, b, c and d
        """
        a, b, c, d = rows.T
        scores = (self.units[b] - self.units[a] + self.units[c]) @ self.units.T
        lines = np.arange(len(rows))
        for asked in (a, b, c):
            scores[lines, asked] = -np.inf
        best = scores.argmax(axis=1)
        right = (scores[lines, best] > 0) & (self.same[best] == d) & self.directed[rows[:, :3]].all(axis=1)
        return int(np.count_nonzero(right))
