"""Averaging: the changes that several ranks have made to their copies of a matrix, as one update that all of them apply.

Every rank keeps, beside a matrix, the rows that all ranks had after the last round. It sends the changes since then. Of the sum
of all ranks' changes each row takes a part at once, between the mean and all of it, and the rest in later rounds, as momentum.
After Chen and Huo 2016, "Scalable training of deep learning machines by incremental block training with
intra-block parallel optimization and blockwise model-update filtering", who take the mean for all parameters.
"""

from collections.abc import Iterator

import numpy as np

from fastw2v._jit.compiling import Entry, compiled_math
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.state import inner_nodes

# How far one occurrence of a word moves its rows towards the optimum, as a part of the distance, at a learning rate of 0.025:
# in most directions, and in those in which it moves fastest.
PULL, FASTEST_PULL = 0.003, 0.3
PULL_ALPHA = 0.025
# How far rows of two ranks move at once in the fastest directions, as a part of the distance; with momentum, 1.7 is no better.
MOST_OF_THE_WAY = 1.6
FREQUENT = 4096  # rows that are averaged in every round


class SharedRows:
    """A matrix that all ranks train, and its rows after the last round.

    own : (rows, row length) float32, the rank's rows; threads may train them during a round
    dim : the floats of a row without padding
    frequency : (rows,) float64, how often a row is trained for each word of the text
    frequent : slice, the rows of every round
    agreed : (rows, row length) float32, the same on all ranks
    momentum : (rows, dim) float32, of the rounds so far
    since : (rows,) float64, the words that a rank had trained when a row was last averaged
    """

    def __init__(self, own: np.ndarray, dim: int, frequency: np.ndarray, *, frequent_first: bool = True) -> None:
        rows = len(own)
        self.own = own
        self.dim = dim
        self.frequency = frequency
        self.frequent = slice(0, min(rows, FREQUENT)) if frequent_first else slice(max(0, rows - FREQUENT), rows)
        self.agreed = own.copy()
        self.momentum = np.zeros((rows, dim), np.float32)
        self.since = np.zeros(rows)

    def spans(self, turn: int, parts: int) -> Iterator[tuple[int, int]]:
        """The rows of round number `turn`, (begin, end): the frequent ones, and in turn one of `parts` parts of the others."""
        begin, end = (0, self.frequent.start) if self.frequent.start else (self.frequent.stop, len(self.own))
        part = turn % parts
        yield self.frequent.start, self.frequent.stop
        yield begin + (end - begin) * part // parts, begin + (end - begin) * (part + 1) // parts

    def take_changes(self, begin: int, end: int, changes: np.ndarray) -> None:
        """Write the rank's changes in some rows into `changes`, (end - begin, dim) float32."""
        take_changes(self.own[begin:end], self.agreed[begin:end], changes)

    def make_changes(self, begin: int, changes: np.ndarray, summed: np.ndarray, ranks: int, words: float, alpha: float) -> None:
        """Update some rows by the sum of all ranks' changes, of which `changes` are this rank's.

        words : the words that a rank has trained so far, on average
        alpha : the learning rate
        """
        rows = slice(begin, begin + len(changes))
        occurrences = self.frequency[rows] * (words - self.since[rows])
        self.since[rows] = words
        share = parts_at_once(occurrences, ranks, alpha).astype(np.float32)
        make_changes(self.own[rows], self.agreed[rows], self.momentum[rows], changes, summed, share)


def parts_at_once(occurrences: np.ndarray, ranks: int, alpha: float) -> np.ndarray:
    """The part of the sum of all ranks' changes that rows take at once, (rows,) float64 between 1 / `ranks` and 1.

    A row that moves towards a fixed point by a part a of its distance, at each of n occurrences, covers 1 - exp(-a n) of it;
    one rank that saw the n R occurrences of all R ranks would cover 1 - exp(-a n R). The part is

        (1 - exp(-a n R)) / (1 - exp(-a n)) / R:

    all of the sum for rare words, whose ranks learn different things, and the mean for frequent words, whose ranks all learn
    the same. It depends on a. For two ranks a is that of most directions, as long as rows do not move too far in the fastest
    ones; for more it is that of the fastest, and momentum makes up for the others.

        n    occurrences    (rows,) float64, since the rows were last averaged
        R    ranks          int
        a    pull           (rows,) float64, times n
    """
    rate = np.maximum(alpha / PULL_ALPHA * occurrences, 1e-9)
    pull = (PULL if ranks == 2 else FASTEST_PULL) * rate
    found: np.ndarray = np.expm1(-pull * ranks) / np.expm1(-pull) / ranks
    return np.minimum(found, MOST_OF_THE_WAY / -np.expm1(-FASTEST_PULL * rate) / ranks) if ranks == 2 else found


@compiled_math
def take_changes(own, agreed, changes):
    """changes = own - agreed; `changes` is (rows, dim), the others are (rows, row length) float32."""
    for row in range(changes.shape[0]):
        for d in range(changes.shape[1]):
            changes[row, d] = own[row, d] - agreed[row, d]


@compiled_math
def make_changes(own, agreed, momentum, changes, summed, shares):
    """Add each row's part of the summed changes to the agreed rows, with Nesterov's momentum, and the difference to the rank's
    own.

    Over many rounds all of the changes are made. What threads add to `own` meanwhile is kept, but for updates of the same float
    at the same moment, as ever in Hogwild.

    shares : (rows,) float32, see `parts_at_once`
    """
    for row in range(changes.shape[0]):
        rest = np.float32(1) - shares[row]
        for d in range(changes.shape[1]):
            at_once = summed[row, d] * shares[row]
            momentum[row, d] = rest * momentum[row, d] + at_once
            together = at_once + rest * momentum[row, d]
            own[row, d] += together - changes[row, d]
            agreed[row, d] += together


def shared_rows(model: Model, tables: Tables, counts: np.ndarray, settings: Settings) -> list[SharedRows]:
    """The matrices that are trained, with how often each row is, for each word of the text.

    counts : (vocabulary,) int64, of the words in the text that is trained on

    A word's rows count its occurrences after subsampling; a node's those of all words below it.
    """
    trained = counts * np.minimum(1, tables.keep.astype(np.float64)) / max(1, int(counts.sum()))
    shared = [SharedRows(model.input, settings.dim, trained)]
    if settings.negative:
        shared.append(SharedRows(model.output, settings.dim, trained))
    if settings.hs:
        passed = np.zeros(inner_nodes(model))
        np.add.at(passed, tables.tree.nodes, np.repeat(trained, np.diff(tables.tree.starts)))
        shared.append(SharedRows(model.nodes[: len(passed)], settings.dim, passed, frequent_first=False))
    return shared


def entries() -> list[Entry]:
    """The compiled functions, for warming up."""
    rows, changes, share = np.zeros((2, 16), np.float32), np.zeros((2, 3), np.float32), np.zeros(2, np.float32)
    return [Entry(take_changes, (rows, rows, changes)), Entry(make_changes, (rows, rows, changes, changes, changes, share))]
