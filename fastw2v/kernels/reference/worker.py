"""What one thread of the reference kernel carries from one chunk of ids to the next."""

from typing import NamedTuple

import numpy as np

from fastw2v.kernels.schedule import CACHE_LINE
from fastw2v.kernels.worker import MAX_SENTENCE_LENGTH, Variant, check_ids, check_state, new_state
from fastw2v.model.matrices import aligned_zeros
from fastw2v.model.tables import Tables
from fastw2v.model.top_nodes import NO_COPIES

STATE = np.dtype(
    [
        ("random", np.uint64),  # of the random stream
        ("words", np.int64),  # read so far
        ("counted", np.int64),  # of these, reported to the schedule
        ("length", np.int64),  # of the unfinished sentence
        ("since_exchange", np.int64),  # centers trained since all top nodes were exchanged
        ("alpha", np.float32),  # the current learning rate
    ]
)

WINDOW = np.dtype([("begin", np.int64), ("end", np.int64)])  # in the sentence


class Worker(NamedTuple):
    """One thread's place in its part of the text.

    state : (1,) of STATE
    sentence : (1000,) int32, the sentence being filled
    scratch : (2, row length) float32, the hidden row and its gradient
    windows : (2,) of WINDOW, those of the current center and the next (even and odd places in the sentence)
    noise : (2, noise words of the widest window) int32, drawn for the same two
    copies : int, the thread's first copy of a top node (model.top_nodes), or NO_COPIES
    row : int, where the thread counts its words in the schedule
    """

    state: np.ndarray
    sentence: np.ndarray
    scratch: np.ndarray
    windows: np.ndarray
    noise: np.ndarray
    copies: int
    row: int


def new_worker(
    thread: int, columns: int, tables: Tables, variant: Variant, *, random_state: int, alpha: float, copies: int = NO_COPIES
) -> Worker:
    """A thread's worker before its first word; `columns` is the model's row length, and `tables` concern other kernels."""
    state = new_state(STATE)
    state["random"] = random_state
    state["alpha"] = alpha
    pairs = 1 if variant.cbow else 2 * variant.window
    return Worker(
        state=state,
        sentence=np.zeros(MAX_SENTENCE_LENGTH, np.int32),
        scratch=aligned_zeros(2, columns),
        windows=np.zeros(2, WINDOW),
        noise=np.zeros((2, pairs * variant.negative), np.int32),
        copies=copies,
        row=thread * CACHE_LINE,
    )


def carried(worker: Worker) -> dict[str, np.ndarray]:
    """The arrays that a worker takes from one chunk to the next; the rest is scratch memory."""
    return {"state": worker.state, "sentence": worker.sentence}


def check_carried(worker: Worker, vocabulary: int) -> None:
    """Check restored arrays, which the compiled loops trust. Raises ValueError."""
    state = worker.state[0]
    check_state(state, MAX_SENTENCE_LENGTH - 1)
    check_ids(worker.sentence, vocabulary)
