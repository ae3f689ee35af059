"""Rows with the highest cosines, in an order that does not depend on how they were computed."""

import numpy as np

from fastw2v.vectors.io.stored import Stored

ROWS_RESCORED_AT_ONCE = 4096


class ExactCosines:
    """Cosines of rows with a (dim,) unit vector, each summed in the same order.

    A matrix product sums in another order at its edges, so equal vectors get scores that differ in the last digits. The highest
    scores are therefore computed again.

    rounding : the largest error of a score from a matrix product
    """

    def __init__(self, stored: Stored, norms: np.ndarray, direction: np.ndarray) -> None:
        self.stored = stored
        self.norms = norms
        self.direction = direction.astype(np.float64)
        self.rounding = float(np.finfo(np.float32).eps) * (len(direction) + 8)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(m,) float32 cosines of m row numbers; 0 for a zero vector."""
        found = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), ROWS_RESCORED_AT_ONCE):
            part = rows[start : start + ROWS_RESCORED_AT_ONCE]
            products = np.einsum("ij,j->i", self.stored.rows(part).astype(np.float64), self.direction)
            norms = self.norms[part]
            found[start : start + ROWS_RESCORED_AT_ONCE] = products / np.where(norms > 0, norms, 1)
        return found


def nearest_rows(scores: np.ndarray, count: int, exact: ExactCosines) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the `count` highest scores, highest first, ties by row.

    scores : (n,) float32, from a matrix product; rows with -inf or NaN are left out

    Returns int64 rows and float32 cosines, at most `count` of each.
    """
    count = min(count, len(scores))
    if count == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    highest = np.partition(scores, len(scores) - count)[len(scores) - count :]
    last = highest[0]
    if np.isnan(highest).any() or last == -np.inf:  # NaN sorts highest, and fewer than `count` rows may be left
        found = np.sort(scores[scores > -np.inf])[-count:]
        last = found[0] if len(found) else np.inf
    rows = np.flatnonzero((scores >= last - exact.rounding) & (scores > -np.inf))
    cosines = exact(rows)
    order = np.lexsort((rows, -cosines))[:count]
    return rows[order], cosines[order]
