"""Which ids each thread trains next: those of its own share of the text, and then half of what another has left.

A core that other programs use too, or a share whose words have more pairs, would leave the other threads waiting at the end: on
two cores for 2 to 3 % of an epoch of 3 million words, and without bound where a core is taken for long.
"""

import threading
from itertools import pairwise

import numpy as np

from fastw2v.corpus.ids import IdStream
from fastw2v.training.partitions import sentence_end, share_bounds

EPOCH, NEXT, END = 0, 1, 2  # columns of Claims.places


class Claims:
    """Every id is claimed once in each epoch, whoever is fast; a thread's ids follow each other up to the end of its piece.

    ids : the text; shares : how many threads there are
    epochs : None for no end; least : ids, at least, that a thread must have left for another to take half of them
    places : (threads, 3) int64, each thread's epoch, its next id, and the end of the piece that it is on
    """

    def __init__(self, ids: IdStream, shares: int, epochs: int | None, least: int) -> None:
        self.ids = ids
        self.epochs = epochs
        self.least = least
        self.bounds = share_bounds(ids, shares)
        self.places = np.array([(0, *bounds) for bounds in pairwise(self.bounds)], np.int64)
        self.lock = threading.Lock()

    def claim(self, thread: int, most: int) -> tuple[int, int, bool] | None:
        """A thread's next ids, so many at most: from, to, and whether its piece ends there. None: it has no more to do."""
        with self.lock:
            if not (self._left(thread) or self._take_over(thread) or self._begin_epoch(thread)):
                return None
            start, end = self.places[thread, NEXT:].tolist()
            stop = min(start + most, end)
            self.places[thread, NEXT] = stop
            return start, stop, stop == end

    def share_size(self, thread: int) -> int:
        """The ids of a thread's own share."""
        return self.bounds[thread + 1] - self.bounds[thread]

    def check(self) -> None:
        """Refuse earlier places that were put back and are outside the text or its epochs. Raises ValueError."""
        epochs, starts, ends = self.places.T
        past = np.inf if self.epochs is None else self.epochs
        sound = (epochs >= 0) & (epochs < past) & (starts >= 0) & (starts <= ends) & (ends <= len(self.ids))
        if not sound.all():
            raise ValueError("a thread's place is outside the text")

    def begin_at(self, epochs: float) -> None:
        """Go on as if each thread had done so many epochs of its own share."""
        whole = int(epochs) if self.epochs is None else min(int(epochs), self.epochs - 1)
        for thread, (begin, end) in enumerate(pairwise(self.bounds)):
            self.places[thread] = whole, begin + min(end - begin, int((end - begin) * (epochs - whole))), end

    def _left(self, thread: int) -> int:
        """The ids of its piece that a thread has not claimed."""
        return int(self.places[thread, END] - self.places[thread, NEXT])

    def _take_over(self, thread: int) -> bool:
        """Take the later half of what the thread that has the most left in this epoch has left, from a sentence's end on."""
        left = self.places[:, END] - self.places[:, NEXT]
        left[self.places[:, EPOCH] != self.places[thread, EPOCH]] = 0
        slowest = int(left.argmax())
        if left[slowest] < self.least:
            return False
        start, end = self.places[slowest, NEXT:].tolist()
        middle = sentence_end(self.ids, (start + end) // 2, end)
        self.places[slowest, END] = middle
        self.places[thread, NEXT:] = middle, end
        return bool(middle < end)

    def _begin_epoch(self, thread: int) -> bool:
        """Begin the thread's own share once more, if there is anything in it and another epoch is wanted."""
        epoch = int(self.places[thread, EPOCH]) + 1
        if not self.share_size(thread) or (self.epochs is not None and epoch >= self.epochs):
            return False
        self.places[thread] = epoch, self.bounds[thread], self.bounds[thread + 1]
        return True
