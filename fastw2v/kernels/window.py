"""The dynamic window: its width is drawn anew at each center, uniformly from 1 to the largest (as in word2vec.c)."""

import numpy as np

from fastw2v._jit.compiling import inlined


@inlined
def window_around(center, length, random, window):
    """Where the window of a center begins and ends in a sentence of `length` words, for the state of a random stream."""
    reach = window - np.int64(random % np.uint64(window))
    return max(center - reach, 0), min(center + reach + 1, length)
