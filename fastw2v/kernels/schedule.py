"""The learning-rate schedule: a straight line over the words of all threads and epochs."""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled
from fastw2v.settings import Settings

ORIGINAL_FLOOR = 1e-4  # where word2vec.c stops its fall to 0, as a share of the starting rate
CACHE_LINE = 8  # in int64: each thread counts in a line of its own


class Schedule(NamedTuple):
    """What the rate is computed from, shared by all threads.

    words_done : ((threads + 1) × 8,) int64, the words that each thread has reported, one count in each cache line; in the last
        line, those done elsewhere than in these threads
    alpha : float, the starting rate
    fall : float, the share of it by which the rate would fall over all words
    floor : float, the share of it below which the rate does not fall
    total_words : int, words of the text, all epochs together
    """

    words_done: np.ndarray
    alpha: float
    fall: float
    floor: float
    total_words: int


def new_schedule(settings: Settings, total_words: int, threads: int) -> Schedule:
    """A schedule at its start: the original's fall, to 0 with a floor, or one that ends on a rate that was asked for."""
    alpha, end = settings.starting_alpha, settings.min_alpha
    fall, floor = (1.0, ORIGINAL_FLOOR) if end is None else (1 - end / alpha, end / alpha)
    return Schedule(np.zeros((threads + 1) * CACHE_LINE, np.int64), alpha, fall, floor, total_words)


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
    return rate_after(words_done(schedule), schedule)


@compiled
def rate_after(words, schedule):
    """The rate after a number of words, float32."""
    share = words / (schedule.total_words + 1)
    return np.float32(schedule.alpha * max(1 - schedule.fall * share, schedule.floor))
