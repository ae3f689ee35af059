"""The chunks of ids that each thread trains next: of its own partition of the text, then of what another thread has left.

Without this, threads would wait at the end for one whose core other programs use too, or whose words have more pairs: on two
cores for 2 to 3 % of an epoch of 3 million words, and without bound where a core is busy for long.
"""

import threading
from itertools import pairwise

import numpy as np

from fastw2v.corpus.id_stream import IdStream
from fastw2v.training.partition_bounds import partition_bounds, sentence_end

EPOCH, NEXT, END = 0, 1, 2  # columns of WorkQueue.places


class WorkQueue:
    """Hands out every id once in each epoch; the chunks of a thread are contiguous up to the end of its current range.

    ids : the text
    threads : the number of threads, and of partitions
    epochs : None for no end
    least : ids that a thread must have left for another to take half of them
    places : (threads, 3) int64, each thread's epoch, its next id, and the end of its current range
    """

    def __init__(self, ids: IdStream, threads: int, epochs: int | None, least: int) -> None:
        self.ids = ids
        self.epochs = epochs
        self.least = least
        self.bounds = partition_bounds(ids, threads)
        self.places = np.array([(0, *bounds) for bounds in pairwise(self.bounds)], np.int64)
        self.lock = threading.Lock()

    def take(self, thread: int, most: int) -> tuple[int, int, bool] | None:
        """A thread's next chunk of at most `most` ids: begin, end, and whether its range ends there. None: nothing is left."""
        with self.lock:
            if not (self._left(thread) or self._take_over(thread) or self._begin_epoch(thread)):
                return None
            start, end = self.places[thread, NEXT:].tolist()
            stop = min(start + most, end)
            self.places[thread, NEXT] = stop
            return start, stop, stop == end

    def partition_size(self, thread: int) -> int:
        """The ids of a thread's partition."""
        return self.bounds[thread + 1] - self.bounds[thread]

    def check(self) -> None:
        """Check restored places: they must lie inside the text and its epochs. Raises ValueError."""
        epochs, starts, ends = self.places.T
        past = np.inf if self.epochs is None else self.epochs
        sound = (epochs >= 0) & (epochs < past) & (starts >= 0) & (starts <= ends) & (ends <= len(self.ids))
        if not sound.all():
            raise ValueError("a thread's place is outside the text")

    def begin_at(self, epochs: float) -> None:
        """Start as if each thread had done `epochs` epochs of its partition."""
        whole = int(epochs) if self.epochs is None else min(int(epochs), self.epochs - 1)
        for thread, (begin, end) in enumerate(pairwise(self.bounds)):
            self.places[thread] = whole, begin + min(end - begin, int((end - begin) * (epochs - whole))), end

    def _left(self, thread: int) -> int:
        """The ids of its range that a thread has not taken."""
        return int(self.places[thread, END] - self.places[thread, NEXT])

    def _take_over(self, thread: int) -> bool:
        """Take half of what is left to the thread with the most ids left in this epoch, from the end of a sentence on."""
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
        """Begin the thread's partition once more, unless it is empty or all epochs are done."""
        epoch = int(self.places[thread, EPOCH]) + 1
        if not self.partition_size(thread) or (self.epochs is not None and epoch >= self.epochs):
            return False
        self.places[thread] = epoch, self.bounds[thread], self.bounds[thread + 1]
        return True
