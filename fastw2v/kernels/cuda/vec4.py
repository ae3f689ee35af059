"""Four floats of a row in each thread of a warp: the loops over the dimension.

Thread x of a warp of n takes the columns x, x + n, x + 2n, x + 3n: neighbouring threads read neighbouring floats, four loads
are in flight at a time, and four sums stay in registers. Past the end of the dimension the last column is read again, and not
written.

Innermost loops are written with `while`: a Numba range keeps a counter of its own, which costs as much as their work.
"""

import numpy as np

from fastw2v.kernels.cuda.access import far, get, put_far
from fastw2v.kernels.cuda.toolkit import device_function


@device_function
def places(d, sizes):
    """The four places of a thread, from its first one on."""
    step, last = sizes.lanes, sizes.dim - 1
    return d, min(d + step, last), min(d + 2 * step, last), min(d + 3 * step, last)


@device_function
def zero():
    """Four sums."""
    return np.float32(0), np.float32(0), np.float32(0), np.float32(0)


@device_function
def add(sums, factor, rows, start, at):
    """The sums plus factor · rows[start + at]."""
    return (
        sums[0] + factor * get(rows, start + at[0]),
        sums[1] + factor * get(rows, start + at[1]),
        sums[2] + factor * get(rows, start + at[2]),
        sums[3] + factor * get(rows, start + at[3]),
    )


@device_function
def load(matrix, row, at):
    """matrix[row, at], past L1."""
    return far(matrix, row, at[0]), far(matrix, row, at[1]), far(matrix, row, at[2]), far(matrix, row, at[3])


@device_function
def add_to(matrix, row, at, values, sizes):
    """matrix[row, at] += values, each column once; what other threads write between load and store is lost."""
    now = load(matrix, row, at)
    step = sizes.lanes
    put_far(matrix, row, at[0], now[0] + values[0])
    if at[0] + step < sizes.dim:
        put_far(matrix, row, at[1], now[1] + values[1])
    if at[0] + 2 * step < sizes.dim:
        put_far(matrix, row, at[2], now[2] + values[2])
    if at[0] + 3 * step < sizes.dim:
        put_far(matrix, row, at[3], now[3] + values[3])


@device_function
def dot(a, first, b, second, dim):
    """a[first : first + dim] · b[second : second + dim], by one thread."""
    total = np.float32(0)
    d = 0
    while d < dim:
        total += get(a, first + d) * get(b, second + d)
        d += 1
    return total
