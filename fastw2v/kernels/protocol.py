"""What a kernel is: the interface between the threads that train and the compiled loops."""

from typing import Any, Protocol

import numpy as np

from fastw2v.kernels.schedule import Schedule
from fastw2v.kernels.worker import Variant
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.model.top_nodes import NO_COPIES

# The fields of a worker's state that the trainer and the schedule read and write; a kernel may add others.
STATE_FIELDS = ("random", "words", "counted", "length", "since_exchange", "alpha")


class Worker(Protocol):
    """What one thread carries from one chunk of ids to the next: a NamedTuple, so that compiled code can take it.

    state : (1,) of a structured dtype with STATE_FIELDS: the random stream (uint64), words read, words reported to the
        schedule,
        words of the unfinished sentence or batch, centers since all top nodes were exchanged (int64), learning rate (float32)
    scratch : (2, row length) float32, which the loss uses too
    """

    @property
    def state(self) -> np.ndarray:
        """See above."""

    @property
    def scratch(self) -> np.ndarray:
        """See above."""


class Kernel(Protocol):
    """A module with these functions, listed in `kernels.KERNELS` and named in `settings.KERNELS`."""

    def train(
        self, ids: np.ndarray, last: bool, worker: Any, model: Model, tables: Tables, variant: Variant, schedule: Schedule
    ) -> None:
        """Train on the next chunk of ids, (n,) int32, where 0 ends a sentence.

        last : the thread's part of the text ends here, so that all that was read is trained
        worker : the thread's own; model and schedule are shared by all threads, without a lock
        """

    def new_worker(
        self,
        thread: int,
        columns: int,
        tables: Tables,
        variant: Variant,
        *,
        random_state: int,
        alpha: float,
        copies: int = NO_COPIES,
    ) -> Any:
        """A `Worker` before its first word.

        columns : the model's row length
        copies : the thread's first copy of a top node (model.top_nodes), or NO_COPIES
        """

    def carried(self, worker: Any) -> dict[str, np.ndarray]:
        """The arrays of a worker that a checkpoint must hold; the rest is scratch memory."""

    def check_carried(self, worker: Any, vocabulary: int) -> None:
        """Check restored arrays, which the compiled loops trust. Raises ValueError."""
