"""The useful operations of training on a text: those that word2vec.c's arithmetic needs, whatever a kernel does.

Useful is what the reference does for its own pairs of words, so that figures of different kernels can be compared:

- A *score* is one hidden row against one output row: the word itself and each noise word (negative sampling), each node of the
  word's path (the tree). It costs 6 · dim operations: the product of the rows, the step of the hidden row and that of the
  output row, each a multiplication and an addition for each dimension. Skip-gram scores every pair of center and context,
  CBOW every center that has a context.
- Adding a row to another costs dim: for a skip-gram pair once (the gradient to the context's vector); for CBOW twice for each
  context (into the mean, and the gradient back), and once more for each center (the division).

Nothing else counts: no sigmoid, no drawing of words, no noise word that is drawn and left out. The blocked kernel trains the
same pairs, expected over the draw of the windows, and is credited with the same operations, though it shares noise words among
pairs and so does fewer or more of its own. Scores that the tree leaves out because they are past ±6 are counted.
"""

from typing import NamedTuple

import numpy as np

from fastw2v.corpus.ids import IdStream
from fastw2v.kernels.worker import END_OF_SENTENCE, MAX_SENTENCE_LENGTH
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings

SCORE, ADDITION = 6, 1  # operations for each dimension
FLOAT = 4  # bytes
PIECE = 1_000_000  # ids looked at together


class Work(NamedTuple):
    """What one epoch trains on, expected over the draw of the windows.

    centers : words that subsampling leaves and that have a context
    pairs : of center and context
    scores : hidden rows against output rows
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
        """Bytes of rows that are read and written, as if none stayed in a cache: an output row for each score, an input row
        for each context."""
        return 2 * FLOAT * dim * (self.scores + self.pairs)


def work_of(ids: IdStream, tables: Tables, settings: Settings, seed: int = 1) -> Work:
    """Count one epoch's work on an id stream; subsampling is drawn once, windows are taken in expectation."""
    random = np.random.default_rng(seed)
    total = np.zeros(3)
    rest = np.zeros(0, np.int32)
    for start in range(0, len(ids), PIECE):
        read = np.concatenate([rest, ids.read(start, min(start + PIECE, len(ids)))])
        ends = np.flatnonzero(read == END_OF_SENTENCE)
        whole = int(ends[-1]) + 1 if len(ends) and start + PIECE < len(ids) else len(read)
        total += _count(read[:whole], tables, settings, random)
        rest = read[whole:]
    centers, pairs, steps = total.tolist()
    if settings.model == "cbow":
        return Work(centers, pairs, steps, 2 * pairs + centers)
    return Work(centers, pairs, steps, pairs)


def _count(ids: np.ndarray, tables: Tables, settings: Settings, random: np.random.Generator) -> np.ndarray:
    """Centers, pairs and scores of some whole sentences."""
    sentence = np.cumsum(ids == END_OF_SENTENCE)
    stays = (ids != END_OF_SENTENCE) & (random.random(len(ids)) <= tables.keep[ids])
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
    """Contexts of each word, the window's reach being 1 to `window` with equal chances; takes each word's sentence number."""
    starts = np.flatnonzero(np.diff(sentence, prepend=sentence[0] - 1))
    lengths = np.diff(np.append(starts, len(sentence)))
    place = np.arange(len(sentence)) - np.repeat(starts, lengths)
    length = np.repeat(lengths, lengths)
    chunk = place // MAX_SENTENCE_LENGTH * MAX_SENTENCE_LENGTH  # a longer sentence is cut
    before = place - chunk
    after = np.minimum(length - chunk, MAX_SENTENCE_LENGTH) - 1 - before
    # Of n words on one side, as many as the reach allows, in the mean over all reaches.
    reached: np.ndarray = np.minimum(np.arange(window + 1)[:, None], np.arange(1, window + 1)).mean(axis=1)
    return np.asarray(reached[np.minimum(before, window)] + reached[np.minimum(after, window)])
