"""The learning-rate schedule: a straight fall over the words of all threads and epochs, as word2vec.c has it."""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled

FLOOR = 1e-4  # the share of the starting rate that the fall ends on
CACHE_LINE = 8  # in int64: each thread counts in a line of its own


class Schedule(NamedTuple):
    """What the rate is computed from, shared by all threads.

    words_done : ((threads + 1) × 8,) int64, the words that each thread has reported, one count in each cache line; in the last
        line, those done elsewhere than in these threads
    alpha : float, the starting rate
    total_words : int, words of the text, all epochs together
    """

    words_done: np.ndarray
    alpha: float
    total_words: int


def new_schedule(alpha: float, total_words: int, threads: int) -> Schedule:
    """A schedule at its start."""
    return Schedule(np.zeros((threads + 1) * CACHE_LINE, np.int64), alpha, total_words)


@compiled
def words_done(schedule):
    """The words done so far, by all threads and elsewhere."""
    done = 0
    for thread in range(0, len(schedule.words_done), CACHE_LINE):
        done += schedule.words_done[thread]
    return done


@compiled
def learning_rate(schedule):
    """The rate after the words done so far, float32."""
    share = words_done(schedule) / (schedule.total_words + 1)
    return np.float32(schedule.alpha * max(1 - share, FLOOR))
