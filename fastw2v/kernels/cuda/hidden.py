"""A block's hidden rows, and their gradient's way back to the input vectors."""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import fours
from fastw2v.kernels.cuda.access import get, put
from fastw2v.kernels.cuda.toolkit import piece


@piece
def take_means(rows, words, span, sizes):
    """CBOW: hidden[c] = the mean of the input rows in the window of center c, itself left out (0 where it is alone)."""
    own = span.start - span.origin
    for center in range(cuda.threadIdx.y, span.centers, sizes.warps):
        left, right = get(words.left, center), get(words.right, center)
        share = np.float32(1) / np.float32(max(right - left - 1, 1))
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
            at = fours.places(d, sizes)
            sums = fours.zero()
            position = left
            while position < right:
                if position != center + own:
                    sums = fours.add(sums, share, rows.input, position * sizes.stride, at)
                position += 1
            fours.store(rows.hidden, center * sizes.stride, at, sums)


@piece
def clear(rows, count, sizes):
    """Set the first rows to zero."""
    for row in range(cuda.threadIdx.y, count, sizes.warps):
        for d in range(cuda.threadIdx.x, sizes.dim, sizes.lanes):
            put(rows, row * sizes.stride + d, np.float32(0))


@piece
def return_gradient(cbow, matrix, rows, words, span, sizes):
    """Add to the input vector of each word of the block what its positions have learned, all of them at once."""
    for position in range(cuda.threadIdx.y, span.covered, sizes.warps):
        if get(words.leads, position):
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
                at = fours.places(d, sizes)
                sums = fours.zero()
                same = position
                while same >= 0:
                    if cbow:
                        sums = add_means_gradient(sums, same, rows, words, span, sizes, at)
                    else:
                        sums = fours.add(sums, np.float32(1), rows.gradient, same * sizes.stride, at)
                    same = get(words.following, same)
                fours.add_to(matrix, get(words.position, position), at, sums, sizes)


@piece
def add_means_gradient(sums, position, rows, words, span, sizes, at):
    """CBOW: each input row in a window gets the whole gradient of the window's mean, as in the original."""
    own = span.start - span.origin
    for center in range(max(0, position - own - sizes.window), min(span.centers, position - own + sizes.window + 1)):
        if get(words.left, center) <= position < get(words.right, center) and position != center + own:
            sums = fours.add(sums, np.float32(1), rows.gradient, center * sizes.stride, at)
    return sums
