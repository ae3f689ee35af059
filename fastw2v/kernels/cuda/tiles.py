"""Tiles: four hidden rows against output rows in shared memory, scored and then moved together, as kernels.tiles has them.

A thread has columns of its own: what it reads and writes there, whoever's row it is, needs no barrier. Scores are sums over all
columns, a thread for each; so a tile has two barriers, before it is scored and before it is moved.
"""

import numpy as np

from fastw2v.kernels.cuda.access import far, get, put, put_far
from fastw2v.kernels.cuda.toolkit import device_function, thread_number
from fastw2v.kernels.tiles import ROWS


@device_function
def load_outputs(matrix, numbers, count, rows, before, sizes):
    """rows[k] = before[k] = matrix[numbers[k]] for k < count, in the thread's columns."""
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        k = 0
        while k < count:
            value = far(matrix, np.int64(get(numbers, k)), d)
            put(rows, k * sizes.stride + d, value)
            put(before, k * sizes.stride + d, value)
            k += 1


@device_function
def return_outputs(matrix, numbers, count, rows, before, sizes):
    """matrix[numbers[k]] += rows[k] - before[k] for k < count; what other threads write meanwhile is lost."""
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        k = 0
        while k < count:
            word, change = np.int64(get(numbers, k)), get(rows, k * sizes.stride + d) - get(before, k * sizes.stride + d)
            if change != 0:
                put_far(matrix, word, d, far(matrix, word, d) + change)
            k += 1


@device_function
def load_hidden(matrix, four, rows, sizes):
    """hidden[i] = matrix[four[i]], or 0 where that is -1."""
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        for i in range(ROWS):
            value = far(matrix, np.int64(four[i]), d) if four[i] >= 0 else np.float32(0)
            put(rows.hidden, i * sizes.stride + d, value)


@device_function
def add_learned(matrix, four, learned, d):
    """matrix[four[i], d] += learned[i]; a word that occurs several times gets each of its gradients."""
    for i in range(ROWS):
        if four[i] >= 0:
            put_far(matrix, np.int64(four[i]), d, far(matrix, np.int64(four[i]), d) + learned[i])


@device_function
def move_column(d, count, outputs, rows, sizes):
    """In one column, for i = 0 … 3: g_i = Σ_k scores[k, i] outputs[k], then outputs[k] += scores[k, i] hidden[i]; returns g."""
    hidden, scores, stride = rows.hidden, rows.scores, sizes.stride
    h0, h1 = get(hidden, d), get(hidden, stride + d)
    h2, h3 = get(hidden, 2 * stride + d), get(hidden, 3 * stride + d)
    g0, g1, g2, g3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    k = 0
    while k < count:
        c0, c1 = get(scores, ROWS * k), get(scores, ROWS * k + 1)
        c2, c3 = get(scores, ROWS * k + 2), get(scores, ROWS * k + 3)
        row = get(outputs, k * stride + d)
        g0 += c0 * row
        row += c0 * h0
        g1 += c1 * row
        row += c1 * h1
        g2 += c2 * row
        row += c2 * h2
        g3 += c3 * row
        put(outputs, k * stride + d, row + c3 * h3)
        k += 1
    return g0, g1, g2, g3


@device_function
def move_contexts(matrix, four, count, outputs, rows, sizes):
    """Move a tile whose hidden rows are rows of the matrix."""
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        add_learned(matrix, four, move_column(d, count, outputs, rows, sizes), d)


@device_function
def move_means(count, outputs, rows, sizes):
    """The same where they are means, which do not move; their gradients add up."""
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        learned = move_column(d, count, outputs, rows, sizes)
        for i in range(ROWS):
            put(rows.gradient, i * sizes.stride + d, get(rows.gradient, i * sizes.stride + d) + learned[i])
