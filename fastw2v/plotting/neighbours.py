"""The nearest neighbours of many words at once."""

import numpy as np

BLOCK_BYTES = 2**26  # of the cosines that are in memory at a time


def nearest(vectors: np.ndarray, rows: list[int], count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of n rows of (all, dim) float32 vectors, the `count` other rows of the highest cosine, nearest first.

    Returns (n, count) int64 rows and (n, count) float32 cosines; fewer columns where there are fewer other rows. A vector with
    numbers that are not finite is as far from all others as can be, cosine -1.
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
    at_once = max(1, BLOCK_BYTES // (4 * len(vectors)))
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
