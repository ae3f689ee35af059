"""Arguments of queries, as gensim takes them: words and vectors, one or several, each with an optional weight."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from fastw2v.arguments import Range, checked_number, shown
from fastw2v.errors import UsageError

WEIGHT = Range(-(10**9), 10**9)
NUMERIC_KINDS = "fiub"  # dtype kinds of NumPy: floats, integers, booleans


def several(query: Any) -> list[Any]:
    """A query as a list: empty for None, one word or (dim,) vector, the rows of a matrix, or the items of an iterable."""
    if query is None:
        return []
    is_vector = isinstance(query, np.ndarray) and query.ndim < 2 and query.dtype.kind in NUMERIC_KINDS
    if is_vector or isinstance(query, (str, bytes)) or not isinstance(query, Iterable):
        return [query]
    return list(query)


def weighted(query: Any, weight: float) -> list[tuple[Any, float]]:
    """The items of a query with their weights: `weight`, or their own in a pair. Raises UsageError for an invalid weight."""
    return [
        (one[0], checked_number("a weight", one[1], WEIGHT, whole=False)) if _is_pair(one) else (one, weight)
        for one in several(query)
    ]


def is_vector(query: Any) -> bool:
    """Whether a single query is a vector, or meant as one, rather than a word."""
    return isinstance(query, Iterable) and not isinstance(query, (str, bytes))


def checked_vector(vector: Any, dim: int) -> np.ndarray:
    """The vector of a query, (dim,) float32; a (1, dim) matrix is taken for one. Raises UsageError for anything else."""
    try:
        with np.errstate(over="ignore"):
            found = np.asarray(vector if np.isrealobj(vector) else None, np.float32)
    except (TypeError, ValueError):
        raise UsageError(f"the query {shown(vector)} is neither a word nor a vector of numbers") from None
    if found.shape == (1, dim):
        found = found[0]
    if found.shape != (dim,):
        raise UsageError(f"the query vector has shape {found.shape}: it must be ({dim},)")
    if not np.isfinite(found).all():
        raise UsageError("the query vector holds NaN or infinity")
    return found


def _is_pair(query: Any) -> bool:
    """Whether it is a pair (word or vector, weight)."""
    if not isinstance(query, (tuple, list)) or len(query) != 2:
        return False
    return isinstance(query[0], (str, np.ndarray)) and not isinstance(query[1], (str, np.ndarray))
