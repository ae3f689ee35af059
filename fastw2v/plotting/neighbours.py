"""Nearest neighbours of many words at once."""

import numpy as np

COSINES_BYTES = 2**26  # of cosines held at a time


def neighbours_of_rows(vectors: np.ndarray, rows: list[int], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the `count` other rows of the highest cosine for each of n rows, nearest first.

    vectors : (all, dim) float32; a vector that is not finite has cosine -1 with all others

    Returns (n, count) int64 rows and (n, count) float32 cosines; fewer columns if there are fewer other rows.
    """
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(vectors, axis=1)
    broken = np.flatnonzero(~np.isfinite(lengths))
    lengths = np.where(lengths > 0, lengths, 1).astype(np.float32)
    count = max(0, min(count, len(vectors) - 1))
    found = np.empty((len(rows), count), np.int64)
    cosines = np.empty((len(rows), count), np.float32)
    if not count:
        return found, cosines
    at_once = max(1, COSINES_BYTES // (4 * len(vectors)))
    for start in range(0, len(rows), at_once):
        asked = rows[start : start + at_once]
        with np.errstate(all="ignore"):
            block = (vectors[asked] / lengths[asked, np.newaxis]) @ vectors.T / lengths
        block[:, broken] = -1
        block[np.arange(len(asked)), asked] = -np.inf
        best = np.argpartition(-block, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(block, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        found[start : start + at_once] = np.take_along_axis(best, order, axis=1)
        cosines[start : start + at_once] = np.take_along_axis(values, order, axis=1)
    return found, cosines
