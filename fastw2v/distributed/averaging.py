"""What several ranks have changed in their copies of a matrix, as one change that all of them make.

Every rank keeps, beside a matrix, the rows that all ranks had when they last agreed. What it has changed since is sent; of the
sum of all ranks' changes a share is made at once, row by row, from the mean to all of it, and the rest in the rounds to come,
as momentum. After Chen and Huo 2016, "Scalable training of deep learning machines by incremental block training with
intra-block parallel optimization and blockwise model-update filtering", who have one share, the mean, for all parameters.
"""

from collections.abc import Iterator

import numpy as np

from fastw2v._jit.compiling import Entry, compiled_math

# How far one occurrence of a word moves its rows to where the text wants them, as a share of the way, at a learning rate of
# 0.025: in most directions, and in those in which it moves fastest.
PULL, FASTEST_PULL = 0.003, 0.3
PULL_ALPHA = 0.025
# How far to their place in the fastest directions rows of two ranks go at once; with momentum, 1.7 would come no nearer.
MOST_OF_THE_WAY = 1.6
FREQUENT = 4096  # rows that are brought together in every round


class SharedRows:
    """A matrix that ranks train, and what they last agreed on.

    own : (rows, row length) float32, the rank's rows; other threads may be training them
    dim : the floats of a row that count
    frequency : (rows,) float64, how often a row is trained for each word of the text
    frequent : slice, the rows of every round
    agreed : (rows, row length) float32
    momentum : (rows, dim) float32, of the rounds so far
    since : (rows,) float64, the words of a rank when a row was last agreed on
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
        """The rows of a round: the frequent ones, and one of so many parts of the others in turn."""
        begin, end = (0, self.frequent.start) if self.frequent.start else (self.frequent.stop, len(self.own))
        part = turn % parts
        yield self.frequent.start, self.frequent.stop
        yield begin + (end - begin) * part // parts, begin + (end - begin) * (part + 1) // parts

    def take_changes(self, begin: int, end: int, changes: np.ndarray) -> None:
        """What the rank has changed in some rows, (end - begin, dim) float32."""
        take_changes(self.own[begin:end], self.agreed[begin:end], changes)

    def make_changes(self, begin: int, changes: np.ndarray, summed: np.ndarray, ranks: int, words: float, alpha: float) -> None:
        """Let some rows take in the sum of all ranks' changes, of which `changes` were this rank's.

        words : that each rank has trained so far, on average
        alpha : the learning rate
        """
        rows = slice(begin, begin + len(changes))
        occurrences = self.frequency[rows] * (words - self.since[rows])
        self.since[rows] = words
        share = shares(occurrences, ranks, alpha).astype(np.float32)
        make_changes(self.own[rows], self.agreed[rows], self.momentum[rows], changes, summed, share)


def shares(occurrences: np.ndarray, ranks: int, alpha: float) -> np.ndarray:
    """The share of the sum of the ranks' changes that rows make at once, (rows,) float64 from 1 / `ranks` to 1.

    A row that is pulled to a fixed point by the share a of its distance, at each of n occurrences, goes 1 - exp(-a n) of the
    way; one rank that saw the n · ranks occurrences of all would go 1 - exp(-a n ranks). From these follows a share: all of the
    sum for rare words, of which what is learned adds up, the mean for frequent ones, of which all ranks learn the same. It is
    right for one a. Of two ranks it is that of most directions, if that does not carry rows too far in the fastest; of more it
    is that of the fastest, and momentum mends the others.

    occurrences : (rows,) float64, n, since the rows were last agreed on
    """
    rate = np.maximum(alpha / PULL_ALPHA * occurrences, 1e-9)
    pull = (PULL if ranks == 2 else FASTEST_PULL) * rate
    found: np.ndarray = np.expm1(-pull * ranks) / np.expm1(-pull) / ranks
    return np.minimum(found, MOST_OF_THE_WAY / -np.expm1(-FASTEST_PULL * rate) / ranks) if ranks == 2 else found


@compiled_math
def take_changes(own, agreed, changes):
    """Write into `changes`, (rows, dim), how a rank's rows differ from those agreed on, both (rows, row length)."""
    for row in range(changes.shape[0]):
        for d in range(changes.shape[1]):
            changes[row, d] = own[row, d] - agreed[row, d]


@compiled_math
def make_changes(own, agreed, momentum, changes, summed, shares):
    """Add to the rows agreed on their shares of the summed changes, with momentum, and to the rank's own what these lack of it.

    Of changes that go on, round after round, all is made in the end; the momentum is that of Nesterov.
    What other threads add to `own` meanwhile is kept, but for what two write in the same moment, as ever in Hogwild.
    """
    for row in range(changes.shape[0]):
        rest = np.float32(1) - shares[row]
        for d in range(changes.shape[1]):
            at_once = summed[row, d] * shares[row]
            momentum[row, d] = rest * momentum[row, d] + at_once
            together = at_once + rest * momentum[row, d]
            own[row, d] += together - changes[row, d]
            agreed[row, d] += together


def entries() -> list[Entry]:
    """The compiled functions, for warming up."""
    rows, changes, share = np.zeros((2, 16), np.float32), np.zeros((2, 3), np.float32), np.zeros(2, np.float32)
    return [Entry(take_changes, (rows, rows, changes)), Entry(make_changes, (rows, rows, changes, changes, changes, share))]
