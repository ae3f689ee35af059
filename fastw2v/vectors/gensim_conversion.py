"""Conversion to and from gensim's KeyedVectors."""

from typing import Any

import numpy as np

from fastw2v._system.signals import held_while_importing
from fastw2v.arguments import shown
from fastw2v.errors import UsageError
from fastw2v.vectors.embeddings import Embeddings


def to_gensim(vectors: Embeddings) -> Any:
    """Convert words, vectors and counts to gensim.models.KeyedVectors. Raises UsageError if gensim is not installed."""
    try:
        with held_while_importing():
            from gensim.models import KeyedVectors
    except ImportError as error:
        raise UsageError("gensim is not installed: pip install 'fastw2v[gensim]'") from error
    theirs = KeyedVectors(vectors.dim)
    theirs.add_vectors(vectors.words, vectors.vectors)
    if vectors.counts is not None:
        for word, count in zip(vectors.words, vectors.counts.tolist()):
            theirs.set_vecattr(word, "count", count)
    return theirs


def from_gensim(theirs: Any) -> tuple[list[str], np.ndarray, np.ndarray | None]:
    """Words, vectors, and counts or None, of KeyedVectors or a model that holds them as `wv`. Raises UsageError otherwise."""
    keyed = getattr(theirs, "wv", theirs)
    if not hasattr(keyed, "index_to_key"):
        raise UsageError(f"{shown(theirs)} is not a gensim model: give KeyedVectors, or a model that has them as wv")
    words = list(keyed.index_to_key)
    counted = "count" in getattr(keyed, "expandos", {})
    counts = np.array([keyed.get_vecattr(word, "count") for word in words], np.int64) if counted else None
    return words, np.array(keyed.vectors, np.float32), counts
