"""A rank that lives and is not heard, for its network is gone or its machine hangs: rank 0 misses it, all others rank 0."""

import threading
import time
from collections.abc import Callable

from fastw2v.distributed.mpi import Ranks
from fastw2v.distributed.supervisor import show_life, show_no_more_life

EVERY = 1.0  # seconds between two signs of life
SILENCE = 20.0  # seconds without one after which a rank is given up
RANK_0_FIRST = 3.0  # seconds more, after which another rank gives rank 0 up ...
AFTER_THE_ONE_BEFORE, MOST_AFTER = 0.2, 1.8  # ... one after the other, so that the first ends the others


class Watch:
    """A thread that sends and looks for signs of life for as long as the process lives.

    give_up : called with the rank that has been silent for too long
    """

    def __init__(
        self, ranks: Ranks, give_up: Callable[[int, float], None], silence: float = SILENCE, every: float = EVERY
    ) -> None:
        self.ranks = ranks
        self.give_up = give_up
        self.silence = silence
        if ranks.rank > 0:
            self.silence += RANK_0_FIRST + min(MOST_AFTER, AFTER_THE_ONE_BEFORE * (ranks.rank - 1))
        self.every = every
        self.watched = range(1, ranks.size) if ranks.rank == 0 else range(1)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop watching."""
        self.ended.set()
        self.thread.join()
        show_no_more_life()

    def _watch(self) -> None:
        last = dict.fromkeys(self.watched, time.monotonic())
        while not self.ended.wait(self.every):
            show_life()
            now = time.monotonic()
            for rank in self.watched:
                self.ranks.beat(rank)
            last |= dict.fromkeys(self.ranks.beats(), now)
            silent, rank = max((now - heard, rank) for rank, heard in last.items())
            if silent > self.silence:
                self.give_up(rank, silent)
                return
