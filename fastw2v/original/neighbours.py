"""What distance and word-analogy share: lines of words from standard input, and a table of the nearest words for each."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fastw2v._system.display import say
from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.original.program import of_strangers, show
from fastw2v.vectors.word_vectors import load

SHOWN = 40  # words in a table
LINE_BYTES = 2000  # of a longer line the last of these is lost, and what follows is a line of its own


class Neighbours:
    """The words of a vector file, as bytes, and which are near a point.

    vectors, lengths : (n, dim) and (n,) float32
    """

    def __init__(self, path: Path) -> None:
        loaded = load(path, note=say)
        self.words = words_to_bytes(loaded.words)
        self.rows = dict(zip(reversed(self.words), reversed(range(len(self.words)))))  # the first of equals
        self.vectors = loaded.vectors
        self.lengths = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors))

    def looked_up(self, words: Sequence[bytes], unknown: int) -> list[int] | None:
        """The words' rows, shown one by one; None, once that is said, if a word has no row, or the row `unknown`."""
        rows = []
        for word in words:
            row = self.rows.get(word, unknown)
            show(b"\nWord: %s  Position in vocabulary: %d\n" % (of_strangers(word), row))
            if row == unknown:
                show("Out of dictionary word!\n")
                return None
            rows.append(row)
        return rows

    def units(self, rows: Sequence[int]) -> np.ndarray:
        """(rows, dim) float32 vectors at length 1; a zero vector has no direction and becomes NaN."""
        with np.errstate(all="ignore"):
            units: np.ndarray = self.vectors[rows] / self.lengths[rows, np.newaxis]
        return units

    def table(self, title: str, target: np.ndarray, left_out: Sequence[int], above: float) -> None:
        """Show the words nearest to a point, (dim,) float32, with their cosines; only cosines above `above` count."""
        with np.errstate(all="ignore"):
            cosines = self.vectors @ (target / np.sqrt(target @ target)) / self.lengths
        cosines[left_out] = -np.inf
        lines = [(of_strangers(self.words[row]), float(cosines[row])) for row in _highest(cosines, above)]
        lines += [(b"", above)] * (SHOWN - len(lines))
        show(f"\n{'Word':>50}{title:>22}\n{'-' * 72}\n")
        show(b"".join(b"%50s\t\t%f\n" % line for line in lines))


def _highest(cosines: np.ndarray, above: float) -> np.ndarray:
    """The rows of the highest cosines above a limit, the first of equals first; NaN is above nothing."""
    rows = np.flatnonzero(cosines > above)
    if len(rows) > SHOWN:
        rows = rows[cosines[rows] >= np.partition(cosines[rows], -SHOWN)[-SHOWN]]
    return rows[np.argsort(-cosines[rows], kind="stable")[:SHOWN]]


def asked(prompt: str) -> Iterator[list[bytes]]:
    """The words of each line of standard input, after a prompt, until a line says EXIT or there is none."""
    while True:
        show(prompt)
        line = sys.stdin.buffer.readline(LINE_BYTES) if sys.stdin else b""
        if not line:
            show("\n")
            return
        if line.endswith(b"\n") or len(line) == LINE_BYTES:
            line = line[:-1]
        line = line.partition(b"\0")[0]
        if line == b"EXIT":
            return
        yield words_of(line)


def words_of(line: bytes) -> list[bytes]:
    """A line cut at spaces, as the original cuts it: a space that begins the line or follows another is part of a word."""
    words = []
    start = 0
    while (end := line.find(b" ", start + 1)) >= 0:
        words.append(line[start:end])
        start = end + 1
    return [*words, line[start:]]
