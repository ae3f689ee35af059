"""A block's hidden rows, and their gradient's way back to the input vectors."""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import fours
from fastw2v.kernels.cuda.toolkit import piece


@piece
def take_means(rows, words, span, sizes):
    """CBOW: hidden[c] = the mean of the input rows in the window of center c, itself left out (0 where it is alone)."""
    own = span.start - span.origin
    for center in range(cuda.threadIdx.y, span.centers, cuda.blockDim.y):
        left, right = words.left[center], words.right[center]
        share = np.float32(1) / np.float32(max(right - left - 1, 1))
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
            at = fours.places(d, sizes.dim)
            sums = fours.zero()
            for position in range(left, right):
                if position != center + own:
                    sums = fours.add(sums, share, rows.input, position * sizes.stride, at)
            fours.store(rows.hidden, center * sizes.stride, at, sums)


@piece
def clear(rows, count, sizes):
    """Set the first rows to zero."""
    for row in range(cuda.threadIdx.y, count, cuda.blockDim.y):
        for d in range(cuda.threadIdx.x, sizes.dim, cuda.blockDim.x):
            rows[row * sizes.stride + d] = np.float32(0)


@piece
def return_gradient(cbow, matrix, rows, words, span, sizes):
    """Add to the input vector of each word of the block what its positions have learned, all of them at once."""
    for position in range(cuda.threadIdx.y, span.covered, cuda.blockDim.y):
        if words.leads[position]:
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
                at = fours.places(d, sizes.dim)
                sums = fours.zero()
                same = position
                while same >= 0:
                    if cbow:
                        sums = add_means_gradient(sums, same, rows, words, span, sizes, at)
                    else:
                        sums = fours.add(sums, np.float32(1), rows.gradient, same * sizes.stride, at)
                    same = words.following[same]
                fours.add_to(matrix, words.position[position], at, sums, sizes.dim)


@piece
def add_means_gradient(sums, position, rows, words, span, sizes, at):
    """CBOW: each input row in a window gets the whole gradient of the window's mean, as in the original."""
    own = span.start - span.origin
    for center in range(max(0, position - own - sizes.window), min(span.centers, position - own + sizes.window + 1)):
        if words.left[center] <= position < words.right[center] and position != center + own:
            sums = fours.add(sums, np.float32(1), rows.gradient, center * sizes.stride, at)
    return sums
