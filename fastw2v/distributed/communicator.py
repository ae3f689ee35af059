"""What the ranks of a run do together; each operation is called by all of them, in the same order."""

from typing import Any, Protocol

import numpy as np


class Communicator(Protocol):
    """The collective operations that a run needs; `mpi.MpiCommunicator` performs them by MPI.

    rank, size : this one's number, and how many there are
    local_rank, local_size : its number among those of the same machine, and how many those are
    cores : that this rank may use
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    cores: int

    def start_all_reduce(self, mine: np.ndarray, total: np.ndarray) -> Any:
        """Begin to add up an array over all ranks into `total`; neither may be touched until `wait` has returned."""

    def wait(self, transfer: Any) -> None:
        """Until a transfer that was started is done."""

    def all_reduce(self, mine: np.ndarray) -> np.ndarray:
        """The sum of an array over all ranks."""

    def barrier(self) -> None:
        """Until all ranks are here."""

    def all_gather(self, mine: np.ndarray) -> list[np.ndarray]:
        """Each rank's (n,) int64, of any length, in the order of the ranks."""

    def all_to_all(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """Send part i, (n,) int64, to rank i; returns what each rank has sent here."""

    def broadcast(self, array: np.ndarray) -> None:
        """Give all ranks the contents that a contiguous array has at rank 0; it has the same shape everywhere."""
