"""What the workers of all kernels have in common: the settings that a kernel reads, and a thread's state."""

from typing import NamedTuple

import numpy as np

from fastw2v.model.matrices import ALIGNMENT, aligned_zeros
from fastw2v.settings import Settings

END_OF_SENTENCE_ID = 0  # among the ids
MAX_SENTENCE_LENGTH = 1000  # words kept; a longer line is several sentences, as in the original


class Variant(NamedTuple):
    """The settings that a kernel reads."""

    cbow: bool
    hs: bool
    negative: int
    window: int


def variant(settings: Settings) -> Variant:
    """The part of the settings that kernels read."""
    return Variant(settings.model == "cbow", settings.hs, settings.negative, settings.window)


def new_state(kind: np.dtype) -> np.ndarray:
    """(1,) of a state's dtype, zeros, in cache lines of its own.

    A thread writes to its state at every center, and two threads whose states lay in one line would wait for each other.
    """
    lines = aligned_zeros(2, 2 * ALIGNMENT)
    return lines.reshape(-1).view(np.uint8)[: kind.itemsize].view(kind)


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
