"""MpiCommunicator that are threads of one process: what `fastw2v.distributed.mpi.MpiCommunicator` does, without MPI."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np


class Meeting:
    """Where the threads hand over what they send."""

    def __init__(self, size: int) -> None:
        self.barrier = threading.Barrier(size, timeout=200)
        self.sent: list[Any] = [None] * size


class ThreadRanks:
    def __init__(self, meeting: Meeting, rank: int) -> None:
        self.meeting, self.rank, self.size = meeting, rank, len(meeting.sent)

    def _all(self, mine: Any) -> list[Any]:
        self.meeting.sent[self.rank] = mine
        self.meeting.barrier.wait()
        found = list(self.meeting.sent)
        self.meeting.barrier.wait()
        return found

    def start_all_reduce(self, mine: np.ndarray, total: np.ndarray) -> None:
        total[...] = np.sum(self._all(mine.copy()), axis=0)

    def wait(self, request: None) -> None:
        pass

    def all_reduce(self, mine: np.ndarray) -> np.ndarray:
        return np.sum(self._all(mine.copy()), axis=0)

    def barrier(self) -> None:
        self._all(None)

    def all_gather(self, mine: np.ndarray) -> list[np.ndarray]:
        return [part.copy() for part in self._all(mine)]

    def all_to_all(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        return [sent[self.rank].copy() for sent in self._all(parts)]

    def broadcast(self, array: np.ndarray) -> None:
        array[...] = self._all(array.copy())[0]


def on_each(size: int, function: Callable[[Any], Any]) -> list[Any]:
    """function(ranks) of so many ranks at once; what each returned. Raises what the first that failed raised."""
    meeting = Meeting(size)
    results: list[Any] = [None] * size
    failures: list[BaseException] = []

    def run(rank: int) -> None:
        try:
            results[rank] = function(ThreadRanks(meeting, rank))
        except BaseException as failure:
            failures.append(failure)
            meeting.barrier.abort()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
