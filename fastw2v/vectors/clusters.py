"""Word classes by k-means, as `word2vec.c -classes` makes them of its vectors."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from fastw2v._system.files import written_whole
from fastw2v.arguments import Range, checked_number

ITERATIONS = 10
MOST_CLASSES = 2**31 - 1
SCORES_AT_ONCE = 1 << 23  # numbers in a block's table of dot products: 32 MB
ROWS_AT_ONCE = 1 << 15
LEAST_SCORE = -10.0  # a word with no center above it falls to class 0


def clusters(
    vectors: np.ndarray, k: int, iterations: int = ITERATIONS, advanced: Callable[[int], None] = lambda _: None
) -> np.ndarray:
    """The class of each word, (n,) int32 from 0 to k - 1, for (n, dim) float32 vectors.

    Row r starts in class r modulo k. In each iteration a class's center is the sum of its vectors at length 1, and a word, its
    length as it is, goes to the center with the largest dot product, the first of equals. A class that has become empty stays
    so; hence of more than n classes those past n would only take memory. `advanced` is told of rows that got their class,
    iterations × n in all.

    Raises UsageError for a `k` or `iterations` below 1, or too large.
    """
    k = checked_number("k", k, Range(1, MOST_CLASSES))
    iterations = checked_number("iterations", iterations, Range(1, 10**6))
    k = max(1, min(k, len(vectors)))
    classes: np.ndarray = np.arange(len(vectors), dtype=np.int32) % np.int32(k)
    for _ in range(iterations):
        centers = _centers(vectors, classes, k)
        empty = ~centers.any(axis=1)
        at_once = max(1, SCORES_AT_ONCE // k)
        for start in range(0, len(vectors), at_once):
            part = slice(start, start + at_once)
            with np.errstate(over="ignore", invalid="ignore"):
                scores = vectors[part] @ centers.T
            scores[:, empty] = -np.inf
            best = scores.argmax(axis=1)
            above = scores[np.arange(len(best)), best] > LEAST_SCORE
            classes[part] = np.where(above, best, 0)
            advanced(len(best))
    return classes


def _centers(vectors: np.ndarray, classes: np.ndarray, k: int) -> np.ndarray:
    """(k, dim) float32: each class's sum of vectors at length 1; zeros for a class without words."""
    sums = np.zeros((k, vectors.shape[1]))
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        part = classes[start : start + ROWS_AT_ONCE]
        order = np.argsort(part, kind="stable")
        firsts = np.flatnonzero(np.diff(part[order], prepend=-1))  # where in this order each class begins
        sums[part[order[firsts]]] += np.add.reduceat(vectors[start + order], firsts, axis=0, dtype=np.float64)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centers: np.ndarray = np.divide(sums, lengths, out=np.zeros_like(sums), where=(lengths > 0) & np.isfinite(lengths)).astype(
        np.float32
    )
    return centers


def in_order(classes: np.ndarray) -> list[int]:
    """The rows class by class, inside a class in their own order."""
    rows: list[int] = np.argsort(classes, kind="stable").tolist()
    return rows


def write_clusters(
    path: Path, words: Iterable[bytes], classes: np.ndarray, *, separator: bytes = b" ", by_class: bool = False
) -> int:
    """Write "word class" lines, as word2vec.c does; returns the file's size in bytes.

    by_class : class 0 first, and inside a class the words in the order given
    """
    lines = [b"%s%s%d\n" % (word, separator, number) for word, number in zip(words, classes.tolist(), strict=True)]
    if by_class:
        lines = [lines[row] for row in in_order(classes)]
    with written_whole(path) as file:
        return file.write(b"".join(lines))
