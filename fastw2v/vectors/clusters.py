"""Word classes by k-means, as `word2vec.c -classes` computes them."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from fastw2v._system.files import written_whole
from fastw2v.arguments import Range, checked_number

ITERATIONS = 10
MOST_CLASSES = 2**31 - 1
PRODUCTS_AT_ONCE = 1 << 23  # dot products held at a time: 32 MB
ROWS_SUMMED_AT_ONCE = 1 << 15
LEAST_SCORE = -10.0  # a word whose dot products are all lower goes to class 0


def clusters(
    vectors: np.ndarray, k: int, iterations: int = ITERATIONS, advanced: Callable[[int], None] = lambda _: None
) -> np.ndarray:
    """Assign each word to one of k classes.

    Row r starts in class r modulo k. Each iteration takes the sum of a class's vectors, scaled to length 1, as its center, then
    moves each word to the center with the largest dot product, the first of equals; words are not scaled (word2vec.c). A class
    that becomes empty stays empty.

    Parameters
    ----------
    vectors : (n, dim) float32
    k : int
        The number of classes.
    iterations : int, default 10
    advanced : callable, optional
        Called with the number of rows just assigned, iterations × n in all.

    Returns
    -------
    (n,) int32
        The class of each word, from 0 to k - 1.

    Raises
    ------
    UsageError
        `k` or `iterations` is out of range.
    """
    k = checked_number("k", k, Range(1, MOST_CLASSES))
    iterations = checked_number("iterations", iterations, Range(1, 10**6))
    k = max(1, min(k, len(vectors)))  # more classes than words would stay empty, and take memory
    classes: np.ndarray = np.arange(len(vectors), dtype=np.int32) % np.int32(k)
    for _ in range(iterations):
        centers = _centers(vectors, classes, k)
        empty = ~centers.any(axis=1)
        at_once = max(1, PRODUCTS_AT_ONCE // k)
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
    """(k, dim) float32: the sum of each class's vectors, scaled to length 1; zeros for an empty class."""
    sums = np.zeros((k, vectors.shape[1]))
    for start in range(0, len(vectors), ROWS_SUMMED_AT_ONCE):
        part = classes[start : start + ROWS_SUMMED_AT_ONCE]
        order = np.argsort(part, kind="stable")
        firsts = np.flatnonzero(np.diff(part[order], prepend=-1))  # where each class begins in this order
        sums[part[order[firsts]]] += np.add.reduceat(vectors[start + order], firsts, axis=0, dtype=np.float64)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centers: np.ndarray = np.divide(sums, lengths, out=np.zeros_like(sums), where=(lengths > 0) & np.isfinite(lengths)).astype(
        np.float32
    )
    return centers


def rows_by_class(classes: np.ndarray) -> list[int]:
    """Row numbers sorted by class; within a class they rise."""
    rows: list[int] = np.argsort(classes, kind="stable").tolist()
    return rows


def write_clusters(
    path: Path, words: Iterable[bytes], classes: np.ndarray, *, separator: bytes = b" ", by_class: bool = False
) -> int:
    """Write lines "word class", as word2vec.c does, to a file that appears whole or not at all. Returns its size in bytes.

    classes : (n,) int32
    by_class : sort the lines by class; within a class they keep their order
    """
    lines = [b"%s%s%d\n" % (word, separator, number) for word, number in zip(words, classes.tolist(), strict=True)]
    if by_class:
        lines = [lines[row] for row in rows_by_class(classes)]
    with written_whole(path) as file:
        return file.write(b"".join(lines))
