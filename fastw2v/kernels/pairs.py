"""What the reference kernel and the loss compute pair by pair, as word2vec.c does: the window of a center, a score."""

import numpy as np

from fastw2v._jit.compiling import inlined

HIDDEN, GRADIENT = 0, 1  # the rows of a worker's scratch


@inlined
def window_around(center, length, random, window):
    """The window of a center in a sentence of `length` words: its width is uniform from 1 to `window`.

    random : uint64, the state of a random stream

    Returns where the window begins and ends; the center lies inside.
    """
    reach = window - np.int64(random % np.uint64(window))
    return max(center - reach, 0), min(center + reach + 1, length)


@inlined
def dot(a, i, b, j):
    """a[i] · b[j], of rows of float32 matrices."""
    total = np.float32(0)
    for d in range(a.shape[1]):
        total += a[i, d] * b[j, d]
    return total
