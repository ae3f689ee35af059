"""What one Hogwild thread carries from one stretch of text to the next."""

from typing import NamedTuple

import numpy as np

from fastw2v.kernels.model import aligned_zeros
from fastw2v.kernels.schedule import CACHE_LINE

MAX_SENTENCE_LENGTH = 1000  # words kept; a longer line is several sentences, as in the original

STATE = np.dtype(
    [
        ("random", np.uint64),  # of the random stream
        ("words", np.int64),  # read so far
        ("counted", np.int64),  # of these, reported to the schedule
        ("length", np.int64),  # of the unfinished sentence
        ("alpha", np.float32),  # the current learning rate
    ]
)


class Worker(NamedTuple):
    """One thread's place in its share of the text.

    state : (1,) of STATE
    sentence : (1000,) int32, the sentence being filled
    scratch : (2, row length) float32, the hidden row and its gradient
    row : int, where the thread counts its words in the schedule
    """

    state: np.ndarray
    sentence: np.ndarray
    scratch: np.ndarray
    row: int


def new_worker(thread: int, columns: int, random_state: int, alpha: float) -> Worker:
    """A thread's worker before its first word; `columns` is the model's row length."""
    state = np.zeros(1, STATE)
    state["random"] = random_state
    state["alpha"] = alpha
    sentence = np.zeros(MAX_SENTENCE_LENGTH, np.int32)
    return Worker(state, sentence, aligned_zeros(2, columns), thread * CACHE_LINE)


class Variant(NamedTuple):
    """The settings that a kernel looks at."""

    cbow: bool
    hs: bool
    negative: int
    window: int
