"""What vectors are asked with: words, vectors and rows of them, alone or several, each with a weight; as gensim takes them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from fastw2v.arguments import Range, checked_number, shown
from fastw2v.errors import UsageError

WEIGHT = Range(-(10**9), 10**9)
NUMBERS = "fiub"  # kinds of NumPy's dtypes


def several(query: Any) -> list[Any]:
    """A query as a list: nothing for None, one word or (dim,) vector, the rows of a matrix, or all that an iterable gives."""
    if query is None:
        return []
    is_vector = isinstance(query, np.ndarray) and query.ndim < 2 and query.dtype.kind in NUMBERS
    if is_vector or isinstance(query, (str, bytes)) or not isinstance(query, Iterable):
        return [query]
    return list(query)


def weighted(query: Any, weight: float) -> list[tuple[Any, float]]:
    """The same with the weight of each, its own where it is given as a pair. Raises UsageError for a weight that is none."""
    return [
        (one[0], checked_number("a weight", one[1], WEIGHT, whole=False)) if _is_pair(one) else (one, weight)
        for one in several(query)
    ]


def is_vector(query: Any) -> bool:
    """Whether a single query is a vector, or meant to be one, and no word."""
    return isinstance(query, Iterable) and not isinstance(query, (str, bytes))


def checked_vector(vector: Any, dim: int) -> np.ndarray:
    """A vector asked with, (dim,) float32, checked; a single row of a matrix is taken for one. Raises UsageError."""
    try:
        with np.errstate(over="ignore"):
            found = np.asarray(vector if np.isrealobj(vector) else None, np.float32)
    except (TypeError, ValueError):
        raise UsageError(f"{shown(vector)} was asked with: it is neither a word nor a vector of numbers") from None
    if found.shape == (1, dim):
        found = found[0]
    if found.shape != (dim,):
        raise UsageError(f"a vector of shape {found.shape} was asked with: it must be ({dim},)")
    if not np.isfinite(found).all():
        raise UsageError("a vector that holds NaN or infinity was asked with")
    return found


def _is_pair(query: Any) -> bool:
    """Whether it is a word or vector with something beside it that is neither."""
    if not isinstance(query, (tuple, list)) or len(query) != 2:
        return False
    return isinstance(query[0], (str, np.ndarray)) and not isinstance(query[1], (str, np.ndarray))
