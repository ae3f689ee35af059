"""Contiguous copies of a matrix's rows that a block trains; their changes are added to the matrix."""

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import LANES, load, store, zero


@inlined
def copy_rows(matrix, words, begin, end, rows, before):
    """rows[i] = before[i] = matrix[words[begin + i]], up to `end`."""
    for position in range(begin, end):
        word = np.int64(words[position])
        for d in range(0, matrix.shape[1], LANES):
            row = load(matrix, word, d)
            store(rows, position - begin, d, row)
            store(before, position - begin, d, row)


@inlined
def add_changes(rows, before, words, begin, end, matrix):
    """matrix[words[begin + i]] += rows[i] - before[i], up to `end`: what other threads have added meanwhile stays."""
    for position in range(begin, end):
        word = np.int64(words[position])
        for d in range(0, matrix.shape[1], LANES):
            change = load(rows, position - begin, d) - load(before, position - begin, d)
            store(matrix, word, d, load(matrix, word, d) + change)


@inlined
def clear(rows, begin, end):
    """Set rows begin .. end - 1 to zero."""
    for row in range(begin, end):
        for d in range(0, rows.shape[1], LANES):
            store(rows, row, d, zero())
