"""Four floats of a row in each thread of a warp: the loops over the dimension.

Thread x of a warp of n takes the places x, x + n, x + 2n, x + 3n: neighbours read neighbouring floats, four loads are on their
way at a time, and four sums stay in registers. Past the dimension's end the last place is taken again, and not added to.
"""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda.toolkit import from_l2, piece


@piece
def places(d, dim):
    """The four places of a thread, from its first one on."""
    step, last = cuda.blockDim.x, dim - 1
    return d, min(d + step, last), min(d + 2 * step, last), min(d + 3 * step, last)


@piece
def zero():
    """Four sums."""
    return np.float32(0), np.float32(0), np.float32(0), np.float32(0)


@piece
def add(sums, factor, rows, start, at):
    """The sums plus factor · rows[start + at]."""
    return (
        sums[0] + factor * rows[start + at[0]],
        sums[1] + factor * rows[start + at[1]],
        sums[2] + factor * rows[start + at[2]],
        sums[3] + factor * rows[start + at[3]],
    )


@piece
def load(matrix, row, at):
    """matrix[row, at], past L1."""
    return from_l2(matrix, row, at[0]), from_l2(matrix, row, at[1]), from_l2(matrix, row, at[2]), from_l2(matrix, row, at[3])


@piece
def store(rows, start, at, values):
    """rows[start + at] = values; a place that is taken twice gets the same value twice."""
    rows[start + at[0]] = values[0]
    rows[start + at[1]] = values[1]
    rows[start + at[2]] = values[2]
    rows[start + at[3]] = values[3]


@piece
def accumulate(rows, start, at, values, dim):
    """rows[start + at] += values, each place once."""
    step = cuda.blockDim.x
    rows[start + at[0]] += values[0]
    if at[0] + step < dim:
        rows[start + at[1]] += values[1]
    if at[0] + 2 * step < dim:
        rows[start + at[2]] += values[2]
    if at[0] + 3 * step < dim:
        rows[start + at[3]] += values[3]


@piece
def add_to(matrix, row, at, values, dim):
    """matrix[row, at] += values, each place once; what others write between load and store is lost."""
    now = load(matrix, row, at)
    step = cuda.blockDim.x
    matrix[row, at[0]] = now[0] + values[0]
    if at[0] + step < dim:
        matrix[row, at[1]] = now[1] + values[1]
    if at[0] + 2 * step < dim:
        matrix[row, at[2]] = now[2] + values[2]
    if at[0] + 3 * step < dim:
        matrix[row, at[3]] = now[3] + values[3]


@piece
def gather(matrix, numbers, count, rows, sizes):
    """rows[i] = matrix[numbers[i]] for i < count, a warp for each."""
    for i in range(cuda.threadIdx.y, count, cuda.blockDim.y):
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
            at = places(d, sizes.dim)
            store(rows, i * sizes.stride, at, load(matrix, numbers[i], at))


@piece
def dot(a, first, b, second, dim):
    """a[first : first + dim] · b[second : second + dim], by one thread."""
    total = np.float32(0)
    for d in range(dim):
        total += a[first + d] * b[second + d]
    return total
