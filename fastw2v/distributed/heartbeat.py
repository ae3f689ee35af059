"""Heartbeats between ranks: rank 0 misses a rank whose network is gone or whose machine hangs, all others miss rank 0."""

import threading
import time
from collections.abc import Callable

from fastw2v.distributed.mpi import MpiCommunicator
from fastw2v.distributed.supervisor import show_life, stop_showing_life

INTERVAL = 1.0  # seconds between two heartbeats
TIMEOUT = 20.0  # seconds without one, after which rank 0 gives a rank up
RANK_0_FIRST = 3.0  # seconds more, after which another rank gives rank 0 up ...
AFTER_PREVIOUS_RANK, MOST_AFTER = 0.2, 1.8  # ... in the order of the ranks, so that the first ends the others


class Heartbeat:
    """A thread that sends heartbeats to other ranks and checks theirs, until it is closed.

    give_up : called with the rank whose heartbeats are missing, and the seconds since the last one
    """

    def __init__(
        self,
        communicator: MpiCommunicator,
        give_up: Callable[[int, float], None],
        timeout: float = TIMEOUT,
        interval: float = INTERVAL,
    ) -> None:
        self.communicator = communicator
        self.give_up = give_up
        self.timeout = timeout
        if communicator.rank > 0:
            self.timeout += RANK_0_FIRST + min(MOST_AFTER, AFTER_PREVIOUS_RANK * (communicator.rank - 1))
        self.interval = interval
        self.watched = range(1, communicator.size) if communicator.rank == 0 else range(1)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop."""
        self.ended.set()
        self.thread.join()
        stop_showing_life()

    def _run(self) -> None:
        last = dict.fromkeys(self.watched, time.monotonic())
        while not self.ended.wait(self.interval):
            show_life()
            now = time.monotonic()
            for rank in self.watched:
                self.communicator.send_heartbeat(rank)
            last |= dict.fromkeys(self.communicator.received_heartbeats(), now)
            silent, rank = max((now - heard, rank) for rank, heard in last.items())
            if silent > self.timeout:
                self.give_up(rank, silent)
                return
