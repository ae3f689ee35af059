"""The useful operations of training on a text: those of the arithmetic of word2vec.c, whatever the kernel computes.

They are counted for the pairs of the reference kernel, so that the figures of all kernels compare:

- A *score* is the product of a hidden row and an output row: that of the word, of each noise word (negative sampling), or of
  each node on the word's path (hierarchical softmax). With the updates of both rows it costs 6 · dim operations: three times a
  multiplication and an addition for each dimension. Skip-gram has scores for every pair of center and context, CBOW for every
  center that has a context.
- Adding one row to another costs dim operations. Skip-gram does it once a pair (the gradient of the context's row), CBOW twice
  a context (the mean, and the gradient of the row) and once a center (the division).

Nothing else counts: no sigmoid, no random numbers, no noise word that is drawn and skipped. The blocked kernel trains the same
pairs in expectation and is credited with the same operations, although it shares noise words among pairs and so computes fewer
or more. Scores past ±6, which word2vec.c skips on the tree, are counted.
"""

from typing import NamedTuple

import numpy as np

from fastw2v.corpus.id_stream import IdStream
from fastw2v.kernels.worker import END_OF_SENTENCE_ID, MAX_SENTENCE_LENGTH
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings

SCORE, ADDITION = 6, 1  # operations per dimension
ELEMENT_BYTES = 4  # bytes
IDS_COUNTED_AT_ONCE = 1_000_000  # ids


class Work(NamedTuple):
    """The work of one epoch, in expectation over the drawn windows.

    centers : words kept by subsampling that have a context
    pairs : of center and context
    scores : products of a hidden row and an output row
    additions : of one row to another
    """

    centers: float
    pairs: float
    scores: float
    additions: float

    def operations(self, dim: int) -> float:
        """Useful floating-point operations."""
        return dim * (SCORE * self.scores + ADDITION * self.additions)

    def row_bytes(self, dim: int) -> float:
        """Bytes of rows read and written if no row stayed in a cache: an output row a score, an input row a context."""
        return 2 * ELEMENT_BYTES * dim * (self.scores + self.pairs)


def work_of(ids: IdStream, tables: Tables, settings: Settings, seed: int = 1) -> Work:
    """Compute the work of one epoch. Subsampling is drawn once with `seed`; windows are taken in expectation."""
    random = np.random.default_rng(seed)
    total = np.zeros(3)
    rest = np.zeros(0, np.int32)
    for start in range(0, len(ids), IDS_COUNTED_AT_ONCE):
        read = np.concatenate([rest, ids.read(start, min(start + IDS_COUNTED_AT_ONCE, len(ids)))])
        ends = np.flatnonzero(read == END_OF_SENTENCE_ID)
        whole = int(ends[-1]) + 1 if len(ends) and start + IDS_COUNTED_AT_ONCE < len(ids) else len(read)
        total += _count(read[:whole], tables, settings, random)
        rest = read[whole:]
    centers, pairs, steps = total.tolist()
    if settings.model == "cbow":
        return Work(centers, pairs, steps, 2 * pairs + centers)
    return Work(centers, pairs, steps, pairs)


def _count(ids: np.ndarray, tables: Tables, settings: Settings, random: np.random.Generator) -> np.ndarray:
    """Centers, pairs and scores of complete sentences, (3,) float64."""
    sentence = np.cumsum(ids == END_OF_SENTENCE_ID)
    stays = (ids != END_OF_SENTENCE_ID) & (random.random(len(ids)) <= tables.keep[ids])
    words, sentence = ids[stays], sentence[stays]
    if not len(words):
        return np.zeros(3)
    contexts = expected_contexts(sentence, settings.window)
    targets = np.full(len(words), float(settings.negative + 1 if settings.negative else 0))
    if settings.hs:
        targets += np.diff(tables.tree.starts)[words]
    has_context = contexts > 0
    scored = has_context if settings.model == "cbow" else contexts
    return np.array([has_context.sum(), contexts.sum(), (scored * targets).sum()])


def expected_contexts(sentence: np.ndarray, window: int) -> np.ndarray:
    """Expected contexts of each word, (n,) float64, with a dynamic window uniform from 1 to `window`.

    sentence : (n,) int64, number of each word's sentence, ascending
    """
    starts = np.flatnonzero(np.diff(sentence, prepend=sentence[0] - 1))
    lengths = np.diff(np.append(starts, len(sentence)))
    place = np.arange(len(sentence)) - np.repeat(starts, lengths)
    length = np.repeat(lengths, lengths)
    start = place // MAX_SENTENCE_LENGTH * MAX_SENTENCE_LENGTH  # a longer sentence is cut
    before = place - start
    after = np.minimum(length - start, MAX_SENTENCE_LENGTH) - 1 - before
    # reached[n]: the mean over all reaches of the contexts on a side that has n words.
    reached: np.ndarray = np.minimum(np.arange(window + 1)[:, None], np.arange(1, window + 1)).mean(axis=1)
    return np.asarray(reached[np.minimum(before, window)] + reached[np.minimum(after, window)])
