"""What one Hogwild thread carries from one stretch of text to the next."""

from typing import NamedTuple

import numpy as np

from fastw2v.kernels.schedule import CACHE_LINE
from fastw2v.model.matrices import ALIGNMENT, aligned_zeros
from fastw2v.model.tables import Tables
from fastw2v.model.top_nodes import NO_COPIES
from fastw2v.settings import Settings

END_OF_SENTENCE = 0  # among the ids
MAX_SENTENCE_LENGTH = 1000  # words kept; a longer line is several sentences, as in the original

STATE = np.dtype(
    [
        ("random", np.uint64),  # of the random stream
        ("words", np.int64),  # read so far
        ("counted", np.int64),  # of these, reported to the schedule
        ("length", np.int64),  # of the unfinished sentence
        ("since_exchange", np.int64),  # centers trained since the top nodes were exchanged
        ("alpha", np.float32),  # the current learning rate
    ]
)

WINDOW = np.dtype([("begin", np.int64), ("end", np.int64)])  # in the sentence


class Worker(NamedTuple):
    """One thread's place in its share of the text.

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


class Variant(NamedTuple):
    """The settings that a kernel looks at."""

    cbow: bool
    hs: bool
    negative: int
    window: int


def variant(settings: Settings) -> Variant:
    """The part of the settings that kernels look at."""
    return Variant(settings.model == "cbow", settings.hs, settings.negative, settings.window)


def new_state(kind: np.dtype) -> np.ndarray:
    """(1,) of a state's dtype, zeros, in cache lines of its own.

    A thread writes to its state at every center, and two threads whose states lay in one line would wait for each other.
    """
    lines = aligned_zeros(2, 2 * ALIGNMENT)
    return lines.reshape(-1).view(np.uint8)[: kind.itemsize].view(kind)


def new_worker(
    thread: int, columns: int, tables: Tables, variant: Variant, *, random_state: int, alpha: float, copies: int = NO_COPIES
) -> Worker:
    """A reference worker before its first word; `columns` is the model's row length, `tables` what other kernels look at."""
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
    """The arrays that a worker takes from one stretch to the next; the rest is only worked in."""
    return {"state": worker.state, "sentence": worker.sentence}


def check_carried(worker: Worker, vocabulary: int) -> None:
    """Refuse what the compiled loops, which trust it, could not go on with. Raises ValueError."""
    state = worker.state[0]
    check_state(state, MAX_SENTENCE_LENGTH - 1)
    check_ids(worker.sentence, vocabulary)


def check_state(state: np.void, longest: int) -> None:
    """The part of it that all kernels have."""
    if not 0 <= state["counted"] <= state["words"] or not 0 <= state["length"] <= longest or state["since_exchange"] < 0:
        raise ValueError("a thread's state makes no sense")
    if not 0 <= state["alpha"] < np.inf:
        raise ValueError(f"the learning rate is {state['alpha']}")


def check_ids(ids: np.ndarray, vocabulary: int) -> None:
    """All must be words."""
    if ids.min(initial=0) < 0 or ids.max(initial=0) >= vocabulary:
        raise ValueError("a word id is past the vocabulary")
