"""Four floats of a row in each thread of a warp: the loops over the dimension.

Thread x of a warp of n takes the places x, x + n, x + 2n, x + 3n: neighbours read neighbouring floats, four loads are on their
way at a time, and four sums stay in registers. Past the dimension's end the last place is taken again, and not added to.

Innermost loops are written with `while`: a Numba range keeps a count beside its number, which costs as much as their work.
"""

import numpy as np

from fastw2v.kernels.cuda.access import far, get, put_far
from fastw2v.kernels.cuda.toolkit import piece


@piece
def places(d, sizes):
    """The four places of a thread, from its first one on."""
    step, last = sizes.lanes, sizes.dim - 1
    return d, min(d + step, last), min(d + 2 * step, last), min(d + 3 * step, last)


@piece
def zero():
    """Four sums."""
    return np.float32(0), np.float32(0), np.float32(0), np.float32(0)


@piece
def add(sums, factor, rows, start, at):
    """The sums plus factor · rows[start + at]."""
    return (
        sums[0] + factor * get(rows, start + at[0]),
        sums[1] + factor * get(rows, start + at[1]),
        sums[2] + factor * get(rows, start + at[2]),
        sums[3] + factor * get(rows, start + at[3]),
    )


@piece
def load(matrix, row, at):
    """matrix[row, at], past L1."""
    return far(matrix, row, at[0]), far(matrix, row, at[1]), far(matrix, row, at[2]), far(matrix, row, at[3])


@piece
def add_to(matrix, row, at, values, sizes):
    """matrix[row, at] += values, each place once; what others write between load and store is lost."""
    now = load(matrix, row, at)
    step = sizes.lanes
    put_far(matrix, row, at[0], now[0] + values[0])
    if at[0] + step < sizes.dim:
        put_far(matrix, row, at[1], now[1] + values[1])
    if at[0] + 2 * step < sizes.dim:
        put_far(matrix, row, at[2], now[2] + values[2])
    if at[0] + 3 * step < sizes.dim:
        put_far(matrix, row, at[3], now[3] + values[3])


@piece
def dot(a, first, b, second, dim):
    """a[first : first + dim] · b[second : second + dim], by one thread."""
    total = np.float32(0)
    d = 0
    while d < dim:
        total += get(a, first + d) * get(b, second + d)
        d += 1
    return total
