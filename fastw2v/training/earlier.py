"""Going on from an earlier model: its words stay, and its vectors are where training starts."""

import numpy as np

from fastw2v.corpus.vocabulary import Vocabulary, vocabulary_of
from fastw2v.corpus.words import MAX_WORD_BYTES
from fastw2v.errors import UsageError
from fastw2v.kernels.model import Model
from fastw2v.vectors.word_vectors import WordVectors


def check_fits(earlier: WordVectors, dim: int) -> None:
    """Refuse a model of another dimension, or with words that no text can hold. Raises UsageError."""
    if earlier.dim != dim:
        raise UsageError(f"the earlier vectors have dimension {earlier.dim}, not {dim}: give --dim {earlier.dim}")
    for word in earlier.words:
        if len(_bytes(word)) > MAX_WORD_BYTES or set(_bytes(word)) & set(b" \t\n\r"):
            raise UsageError(f"the earlier vectors hold {word[:40]!r}, which cannot be a word of a text")


def with_earlier_words(vocabulary: Vocabulary, earlier: WordVectors) -> Vocabulary:
    """A text's vocabulary, and after it the earlier words that it leaves out, with a count of 0."""
    pairs = list(zip(vocabulary.words(), vocabulary.counts.tolist()))
    known = {word for word, _ in pairs}
    return vocabulary_of(pairs + [(word, 0) for word in map(_bytes, earlier.words) if word not in known])


def start_from(model: Model, vocabulary: Vocabulary, earlier: WordVectors) -> int:
    """Put the earlier vectors, and output vectors where they were kept, into a new model; returns how many words had one."""
    rows = {word: row for row, word in enumerate(map(_bytes, earlier.words))}
    places = [(row, rows[word]) for row, word in enumerate(vocabulary.words()) if word in rows]
    here, there = np.array(places, np.int64).reshape(-1, 2).T
    model.input[here, : earlier.dim] = earlier.stored.rows(there)
    if earlier.output_vectors is not None and len(model.output):
        model.output[here, : earlier.dim] = earlier.output_vectors[there]
    return len(places)


def _bytes(word: str) -> bytes:
    return word.encode("utf-8", "surrogateescape")
