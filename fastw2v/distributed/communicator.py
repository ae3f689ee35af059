"""What ranks do together, in a few verbs; each is called by all of them, in the same order."""

from typing import Any, Protocol

import numpy as np

from fastw2v._system.resources import usable_cores


class Verbs(Protocol):
    """What `Ranks` and `Alone` have in common.

    rank, size : this one's number, and how many there are
    place, beside : its number among those of the same machine, and how many those are
    cores : that this rank may use
    """

    rank: int
    size: int
    place: int
    beside: int

    @property
    def cores(self) -> int:
        """See above."""

    def start_sum(self, mine: np.ndarray, total: np.ndarray) -> Any:
        """Begin to add up an array of all ranks into `total`; neither is touched until `wait` has returned."""

    def wait(self, transfer: Any) -> None:
        """Until what was begun is done."""

    def sum(self, mine: np.ndarray) -> np.ndarray:
        """The sum of an array of all ranks."""

    def collect(self, mine: np.ndarray) -> list[np.ndarray]:
        """Each rank's (n,) int64, of whatever length, in the order of the ranks."""

    def exchange(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """Send part i, (n,) int64, to rank i; what each rank sent here."""

    def broadcast(self, array: np.ndarray) -> None:
        """Give all ranks the contents that a contiguous array has at rank 0; it has the same shape everywhere."""


class Alone:
    """The verbs for a process by itself."""

    rank, size, place, beside = 0, 1, 0, 1

    @property
    def cores(self) -> int:
        """All that the process may use."""
        return usable_cores()

    def start_sum(self, mine: np.ndarray, total: np.ndarray) -> None:
        """Copy it."""
        total[...] = mine

    def wait(self, transfer: None) -> None:
        """Nothing goes on."""

    def sum(self, mine: np.ndarray) -> np.ndarray:
        """Its own."""
        return mine

    def collect(self, mine: np.ndarray) -> list[np.ndarray]:
        """Its own."""
        return [mine]

    def exchange(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """Its own."""
        return parts

    def broadcast(self, array: np.ndarray) -> None:
        """It is there already."""
