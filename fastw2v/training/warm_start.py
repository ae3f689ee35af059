"""Warm start: a run begins with the words and vectors of an earlier one, and adds up their counts."""

from collections.abc import Callable
from os import PathLike, fspath
from typing import NamedTuple

import numpy as np

from fastw2v._system.text_encoding import quoted, words_to_bytes
from fastw2v.corpus.vocabulary import LARGEST_COUNT, Vocabulary, vocabulary_of
from fastw2v.corpus.word_table import END_OF_SENTENCE, MAX_WORD_BYTES, WHITE_SPACE, is_possible_word
from fastw2v.errors import UsageError, option
from fastw2v.model.finite import all_finite
from fastw2v.model.matrices import Model
from fastw2v.vectors.io.reading import check_distinct
from fastw2v.vectors.word_vectors import WordVectors, load

ROWS_AT_ONCE = 1 << 14


class WarmStart(NamedTuple):
    """The vectors that a run starts from.

    name : what messages call them
    vectors : WordVectors
    vocabulary : their words in their order, after `</s>`, which they need not hold; the count of a word is at least 1
    """

    name: str
    vectors: WordVectors
    vocabulary: Vocabulary


def opened(init: str | PathLike[str] | WordVectors, dim: int, note: Callable[[str], None] = lambda _: None) -> WarmStart:
    """Open the vectors of a warm start, given themselves or by the name of their file or folder, and check them.

    note : is told what the user should know about the file

    Raises UsageError for what could not be trained on or not be written at the end: another dimension than `dim`, words that no
    text can hold, counts, vectors or output vectors that do not fit the words or hold NaN or infinity.
    """
    if isinstance(init, WordVectors):
        name, vectors = "the vectors given as init", init
    else:
        name, vectors = fspath(init), load(init, note=note)
    if vectors.dim != dim:
        raise UsageError(
            f"the vectors of the warm start have dimension {vectors.dim}, not {dim}: give {option('dim', vectors.dim)}"
        )
    words = _checked_words(name, vectors.words)
    counts = _checked_counts(name, vectors)
    _check_numbers(name, words, vectors)
    known = dict(zip(words, counts.tolist()))
    ends = known.pop(END_OF_SENTENCE, 0)
    return WarmStart(name, vectors, vocabulary_of([(END_OF_SENTENCE, ends), *known.items()]))


def start_from(model: Model, vocabulary: Vocabulary, earlier: WarmStart) -> str:
    """Copy the vectors, and the output vectors if there are any, into a new model. Returns what was done, in words."""
    vectors = earlier.vectors
    rows = {word: row for row, word in enumerate(words_to_bytes(vectors.words))}
    places = [(row, rows[word]) for row, word in enumerate(vocabulary.words()) if word in rows]
    for start in range(0, len(places), ROWS_AT_ONCE):  # all at once would take twice the memory
        here, there = np.array(places[start : start + ROWS_AT_ONCE], np.int64).T
        model.input[here, : vectors.dim] = vectors.stored.rows(there)
        if vectors.kept_output is not None and len(model.output):
            model.output[here, : vectors.dim] = vectors.kept_output[there]
    return f"warm start from {earlier.name}: {len(places):,} words of {len(vocabulary):,} have vectors"


def _checked_words(name: str, words: list[str]) -> list[bytes]:
    """The words as bytes."""
    try:
        found = words_to_bytes(words)
    except (AttributeError, TypeError, UnicodeEncodeError) as error:
        raise UsageError(f"{name}: a word cannot be written as UTF-8 ({error})") from error
    letters = b"".join(found)  # checked together, because there may be millions of words
    too_long = max(map(len, found), default=0) > MAX_WORD_BYTES
    if not all(found) or too_long or len(letters.translate(None, WHITE_SPACE)) < len(letters):
        row = next(row for row, word in enumerate(found) if not is_possible_word(word))
        raise UsageError(
            f"{name}: word {row + 1:,}, {quoted(found[row])}, cannot be a word of a text: it must have 1 to {MAX_WORD_BYTES:,} "
            "bytes, and no white space"
        )
    check_distinct(found, lambda row: f"{name}, word {row + 1:,}")
    return found


def _checked_counts(name: str, vectors: WordVectors) -> np.ndarray:
    """(n,) int64, the counts: 1 for all where none are known, and at least 1 but for `</s>`, which a text of one line lacks."""
    if vectors.counts is None:
        return np.ones(len(vectors), np.int64)
    counts = np.asarray(vectors.counts)
    if counts.shape != (len(vectors),) or counts.dtype.kind not in "iu":
        raise UsageError(f"{name}: the counts are {counts.dtype} {counts.shape}; they must be integers, one for each word")
    if len(counts) and (counts.min() < 0 or counts.sum(dtype=np.float64) > LARGEST_COUNT):
        raise UsageError(f"{name}: a count is negative, or together they are more than 2^62")
    least = [word != "</s>" for word in vectors.words]
    found: np.ndarray = np.maximum(counts, least).astype(np.int64)
    return found


def _check_numbers(name: str, words: list[bytes], vectors: WordVectors) -> None:
    """Refuse NaN and infinity, which training would spread to all words."""
    output = vectors.kept_output
    if output is not None and output.shape != (len(words), vectors.dim):
        raise UsageError(f"{name}: the output vectors have the shape {output.shape}, not {(len(words), vectors.dim)}")
    for start in range(0, len(words), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        parts = {"vector": vectors.stored.rows(rows)} | ({} if output is None else {"output vector": np.asarray(output[rows])})
        for what, part in parts.items():
            if not all_finite(part):
                row = start + int(np.argmin(np.isfinite(part).all(axis=1)))
                raise UsageError(f"{name}: the {what} of {quoted(words[row])} holds NaN or infinity")
