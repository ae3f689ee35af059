"""Checks for NaN and infinity. No Numba here: `vectors` imports this, and Numba takes half a second."""

import numpy as np


def all_finite(array: np.ndarray) -> bool:
    """Whether an array of any shape holds no NaN and no infinity.

    The elements are checked one by one only if their sum is not finite: on one core a sum runs at 7.1 GB/s, np.isfinite at 3.8,
    a sum in float64 at 2.3.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


def first_not_finite(rows: np.ndarray) -> int | None:
    """The index of the first of (n, dim) rows that holds NaN or infinity; None if all are finite."""
    if all_finite(rows):
        return None
    return int(np.argmin(np.isfinite(rows).all(axis=1)))
