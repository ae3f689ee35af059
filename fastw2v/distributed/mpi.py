"""All calls to MPI, behind a few verbs: nothing else here imports mpi4py.

Every wait is a look now and then, with sleep in between: a waiting process costs no core, which its training threads need, and
messages of `Watch` pass meanwhile. Calls come from several threads, one at a time.
"""

import faulthandler
import os
import socket
import threading
import time
from typing import Any

import numpy as np

from fastw2v._system.platforms import core_numbers
from fastw2v._system.resources import usable_cores
from fastw2v.errors import UsageError

LOOKS = 20  # before the first sleep
SLEEP = 0.0005  # seconds
PIECE = 1 << 28  # elements of one broadcast
BEAT = 1  # the tag of a sign of life
MOST_TO_END = 2.0  # seconds


class Ranks:
    """The processes that train one model.

    rank, size : this one's number, and how many there are
    place, beside : its number among those of the same machine, and how many those are
    cores : that this rank may use
    """

    def __init__(self) -> None:
        try:
            from mpi4py import MPI
        except ImportError as error:
            raise UsageError(
                f"this is one of several MPI processes, and mpi4py cannot be loaded ({error}): install fastw2v[mpi]"
            ) from error
        except RuntimeError as error:  # mpi4py is there, and no MPI
            raise UsageError(f"mpi4py finds no MPI library ({error}): install one, as by pip install mpich") from error
        self.mpi = MPI
        self.world = MPI.COMM_WORLD.Dup()
        self.rank, self.size = self.world.rank, self.world.size
        node = self.world.Split_type(MPI.COMM_TYPE_SHARED)
        self.place: int = node.rank
        self.beside: int = node.size
        self.hosts: list[str] = self.world.allgather(socket.gethostname())
        self.cores = self._cores(node.allgather(sorted(core_numbers())))
        self.sign = np.zeros(1, np.uint8)
        self.lock = threading.Lock()

    def _cores(self, allowed: list[list[int]]) -> int:
        """The cores for this rank, of those that each rank of the machine may use: its own, or a part of what they share."""
        together = len({core for cores in allowed for core in cores})
        return max(1, min(usable_cores(), together // self.beside))

    def name(self, rank: int) -> str:
        """A rank, and where it is."""
        return f"rank {rank} on {self.hosts[rank]}"

    def start_sum(self, mine: np.ndarray, total: np.ndarray) -> Any:
        """Begin to add up an array of all ranks into `total`; `wait` for what is returned before either is touched."""
        with self.lock:
            return self.world.Iallreduce(mine, total)

    def wait(self, request: Any) -> None:
        """Until a transfer is done."""
        looks = 0
        while True:
            with self.lock:
                if request.Test():
                    return
            looks += 1
            time.sleep(SLEEP if looks > LOOKS else 0)

    def sum(self, mine: np.ndarray) -> np.ndarray:
        """The sum of an array of all ranks."""
        total = np.empty_like(mine)
        self.wait(self.start_sum(mine, total))
        return total

    def collect(self, mine: np.ndarray) -> list[np.ndarray]:
        """Each rank's (n,) int64, of whatever length, in the order of the ranks."""
        sizes = np.empty(self.size, np.int64)
        with self.lock:
            request = self.world.Iallgather(np.array([len(mine)], np.int64), sizes)
        self.wait(request)
        found = np.empty(sizes.sum(), np.int64)
        with self.lock:
            request = self.world.Iallgatherv(np.ascontiguousarray(mine), [found, sizes.tolist()])
        self.wait(request)
        return np.split(found, np.cumsum(sizes)[:-1])

    def exchange(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """Send part i, (n,) int64, to rank i; what each rank sent here."""
        sizes = np.array([len(part) for part in parts], np.int64)
        incoming = np.empty_like(sizes)
        with self.lock:
            request = self.world.Ialltoall(sizes, incoming)
        self.wait(request)
        found = np.empty(incoming.sum(), np.int64)
        with self.lock:
            request = self.world.Ialltoallv([np.concatenate(parts), sizes.tolist()], [found, incoming.tolist()])
        self.wait(request)
        return np.split(found, np.cumsum(incoming)[:-1])

    def broadcast(self, array: np.ndarray) -> None:
        """Give all ranks the contents that a contiguous array has at rank 0; it has the same shape everywhere."""
        flat = array.reshape(-1)
        for start in range(0, len(flat), PIECE):
            with self.lock:
                request = self.world.Ibcast(flat[start : start + PIECE], 0)
            self.wait(request)

    def beat(self, to: int) -> None:
        """Send a rank a sign of life."""
        with self.lock:
            self.world.Isend(self.sign, to, BEAT).Free()

    def beats(self) -> list[int]:
        """The ranks that have sent one since this was last called."""
        heard = []
        with self.lock:
            status = self.mpi.Status()
            while self.world.Iprobe(self.mpi.ANY_SOURCE, BEAT, status):
                self.world.Recv(np.zeros(1, np.uint8), status.Get_source(), BEAT)
                heard.append(status.Get_source())
        return heard

    def end_all(self, code: int) -> None:
        """End all ranks at once, with an exit code; does not return."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what there is to say has been said: MPI would say it again
        # Where no launcher can be reached, MPICH's Abort waits for ever, with Python's lock: what ends it needs none.
        faulthandler.dump_traceback_later(MOST_TO_END, exit=True, file=2)
        self.mpi.COMM_WORLD.Abort(code)  # MPICH's launcher hears of the code if it is this communicator, and of no other's
        os._exit(code)
