"""The communicator that uses MPI; nothing else here imports mpi4py.

It waits by polling, with sleep in between: a waiting process takes no core from its training threads, and heartbeats pass
meanwhile. Calls come from several threads, one at a time.
"""

import faulthandler
import os
import socket
import threading
import time
from typing import Any

import numpy as np

from fastw2v._system.platforms import core_numbers
from fastw2v._system.processes import rank_of
from fastw2v._system.resources import usable_cores
from fastw2v.errors import UsageError

POLLS = 20  # before the first sleep
SLEEP = 0.0005  # seconds
BROADCAST_ELEMENTS = 1 << 28  # of one broadcast
HEARTBEAT = 1  # the tag of its messages
ABORT_TIMEOUT = 2.0  # seconds


def _check_that_the_launcher_fits(mpi: Any) -> None:
    """Refuse processes that do not find each other: each would train alone, and all would write the same files.

    That happens where the launcher is of another kind than the MPI library. Raises UsageError.
    """
    found, size = rank_of(), mpi.COMM_WORLD.size
    if found and found[1] != size:
        name, version = mpi.get_vendor()
        library = f"{name} {'.'.join(map(str, version))}"
        raise UsageError(
            f"the launcher started {found[1]} processes, but their MPI library, {library}, finds {size}: "
            "use the launcher of that library, or the library of the launcher"
        )


class MpiCommunicator:
    """The processes that train one model; see `communicator.Communicator` for attributes and operations."""

    def __init__(self) -> None:
        try:
            from mpi4py import MPI
        except ImportError as error:
            raise UsageError(
                f"this is one of several MPI processes, and mpi4py cannot be loaded ({error}): install fastw2v[mpi]"
            ) from error
        except RuntimeError as error:  # mpi4py is there, and no MPI
            raise UsageError(f"mpi4py finds no MPI library ({error}): install one, as by pip install mpich") from error
        _check_that_the_launcher_fits(MPI)
        self.mpi = MPI
        self.world = MPI.COMM_WORLD.Dup()
        self.rank, self.size = self.world.rank, self.world.size
        node = self.world.Split_type(MPI.COMM_TYPE_SHARED)
        self.local_rank: int = node.rank
        self.local_size: int = node.size
        self.hosts: list[str] = self.world.allgather(socket.gethostname())
        self.cores = self._cores(node.allgather(sorted(core_numbers())))
        self.heartbeat = np.zeros(1, np.uint8)
        self.lock = threading.Lock()

    def _cores(self, allowed: list[list[int]]) -> int:
        """The cores for this rank, of those that each rank of the machine may use: its own, or a part of what they share."""
        together = len({core for cores in allowed for core in cores})
        return max(1, min(usable_cores(), together // self.local_size))

    def name(self, rank: int) -> str:
        """A rank, and where it is."""
        return f"rank {rank} on {self.hosts[rank]}"

    def start_all_reduce(self, mine: np.ndarray, total: np.ndarray) -> Any:
        """See `Communicator`."""
        with self.lock:
            return self.world.Iallreduce(mine, total)

    def wait(self, request: Any) -> None:
        """See `Communicator`."""
        polls = 0
        while True:
            with self.lock:
                if request.Test():
                    return
            polls += 1
            time.sleep(SLEEP if polls > POLLS else 0)

    def all_reduce(self, mine: np.ndarray) -> np.ndarray:
        """See `Communicator`."""
        total = np.empty_like(mine)
        self.wait(self.start_all_reduce(mine, total))
        return total

    def barrier(self) -> None:
        """Until all ranks are here; a barrier of MPI would keep a core busy."""
        self.all_reduce(np.zeros(1))

    def all_gather(self, mine: np.ndarray) -> list[np.ndarray]:
        """See `Communicator`."""
        sizes = np.empty(self.size, np.int64)
        with self.lock:
            request = self.world.Iallgather(np.array([len(mine)], np.int64), sizes)
        self.wait(request)
        found = np.empty(sizes.sum(), np.int64)
        with self.lock:
            request = self.world.Iallgatherv(np.ascontiguousarray(mine), [found, sizes.tolist()])
        self.wait(request)
        return np.split(found, np.cumsum(sizes)[:-1])

    def all_to_all(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """See `Communicator`."""
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
        """See `Communicator`."""
        flat = array.reshape(-1)
        for start in range(0, len(flat), BROADCAST_ELEMENTS):
            with self.lock:
                request = self.world.Ibcast(flat[start : start + BROADCAST_ELEMENTS], 0)
            self.wait(request)

    def send_heartbeat(self, to: int) -> None:
        """Send a rank a heartbeat."""
        with self.lock:
            self.world.Isend(self.heartbeat, to, HEARTBEAT).Free()

    def received_heartbeats(self) -> list[int]:
        """The ranks that have sent one since the last call."""
        heard = []
        with self.lock:
            status = self.mpi.Status()
            while self.world.Iprobe(self.mpi.ANY_SOURCE, HEARTBEAT, status):
                self.world.Recv(np.zeros(1, np.uint8), status.Get_source(), HEARTBEAT)
                heard.append(status.Get_source())
        return heard

    def abort(self, code: int) -> None:
        """End all ranks at once, with an exit code; does not return."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what there is to say has been said: MPI would say it again
        # Where no launcher can be reached, MPICH's Abort waits for ever, with Python's lock: what ends it needs none.
        faulthandler.dump_traceback_later(ABORT_TIMEOUT, exit=True, file=2)
        self.mpi.COMM_WORLD.Abort(code)  # MPICH's launcher hears of the code if it is this communicator, and of no other's
        os._exit(code)
