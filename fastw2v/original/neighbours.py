"""Shared by distance and word-analogy: lines of words from standard input, and a table of the nearest words."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fastw2v._system.display import say
from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.original.program import displayable, write_out
from fastw2v.vectors.word_vectors import load

TABLE_WORDS = 40  # in a table
LINE_BYTES = 2000  # of a longer line the last of these bytes is lost, and the rest is the next line


class NeighbourTable:
    """The words of a vector file, as bytes, with tables of the nearest words of a point.

    vectors : (n, dim) float32
    lengths : (n,) float32, of the vectors
    """

    def __init__(self, path: Path) -> None:
        loaded = load(path, note=say)
        self.words = words_to_bytes(loaded.words)
        self.rows = dict(zip(reversed(self.words), reversed(range(len(self.words)))))  # of equal words the first
        self.vectors = loaded.vectors
        self.lengths = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors))

    def looked_up(self, words: Sequence[bytes], unknown: int) -> list[int] | None:
        """Print the rows of words, and return them; None, after a message, if one is not found or in row `unknown`."""
        rows = []
        for word in words:
            row = self.rows.get(word, unknown)
            write_out(b"\nWord: %s  Position in vocabulary: %d\n" % (displayable(word), row))
            if row == unknown:
                write_out("Out of dictionary word!\n")
                return None
            rows.append(row)
        return rows

    def units(self, rows: Sequence[int]) -> np.ndarray:
        """Vectors of some rows scaled to length 1, (rows, dim) float32; a zero vector becomes NaN."""
        with np.errstate(all="ignore"):
            units: np.ndarray = self.vectors[rows] / self.lengths[rows, np.newaxis]
        return units

    def table(self, title: str, target: np.ndarray, left_out: Sequence[int], above: float) -> None:
        """Print the words nearest to a point, (dim,) float32, whose cosines exceed `above`."""
        with np.errstate(all="ignore"):
            cosines = self.vectors @ (target / np.sqrt(target @ target)) / self.lengths
        cosines[left_out] = -np.inf
        lines = [(displayable(self.words[row]), float(cosines[row])) for row in _highest(cosines, above)]
        lines += [(b"", above)] * (TABLE_WORDS - len(lines))
        write_out(f"\n{'Word':>50}{title:>22}\n{'-' * 72}\n")
        write_out(b"".join(b"%50s\t\t%f\n" % line for line in lines))


def _highest(cosines: np.ndarray, above: float) -> np.ndarray:
    """Rows of the highest cosines that exceed `above`, ties by row; NaN never does."""
    rows = np.flatnonzero(cosines > above)
    if len(rows) > TABLE_WORDS:
        rows = rows[cosines[rows] >= np.partition(cosines[rows], -TABLE_WORDS)[-TABLE_WORDS]]
    return rows[np.argsort(-cosines[rows], kind="stable")[:TABLE_WORDS]]


def prompted_lines(prompt: str) -> Iterator[list[bytes]]:
    """Prompt for lines on standard input, until the line EXIT or the end. Yields the words of each."""
    while True:
        write_out(prompt)
        line = sys.stdin.buffer.readline(LINE_BYTES) if sys.stdin else b""
        if not line:
            write_out("\n")
            return
        if line.endswith(b"\n") or len(line) == LINE_BYTES:
            line = line[:-1]
        line = line.partition(b"\0")[0]
        if line == b"EXIT":
            return
        yield split_line(line)


def split_line(line: bytes) -> list[bytes]:
    """Split a line at spaces as the original does: a space at the start, or after another, belongs to a word."""
    words = []
    start = 0
    while (end := line.find(b" ", start + 1)) >= 0:
        words.append(line[start:end])
        start = end + 1
    return [*words, line[start:]]
