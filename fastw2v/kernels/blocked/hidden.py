"""A block's hidden rows: gathered from the input vectors, for CBOW averaged over windows; and their gradients' way back."""

import numpy as np

from fastw2v.compiling import inlined
from fastw2v.kernels.lanes import LANES, load, store, zero


@inlined
def gather(matrix, words, begin, end, rows):
    """rows[i] = matrix[words[begin + i]], up to `end`."""
    for position in range(begin, end):
        word = np.int64(words[position])
        for d in range(0, matrix.shape[1], LANES):
            store(rows, position - begin, d, load(matrix, word, d))


@inlined
def clear(rows, begin, end):
    """Set rows begin .. end - 1 to zero."""
    for row in range(begin, end):
        for d in range(0, rows.shape[1], LANES):
            store(rows, row, d, zero())


@inlined
def scatter_add(rows, words, begin, end, matrix):
    """matrix[words[begin + i]] += rows[i], up to `end`."""
    for position in range(begin, end):
        word = np.int64(words[position])
        for d in range(0, matrix.shape[1], LANES):
            store(matrix, word, d, load(matrix, word, d) + load(rows, position - begin, d))


@inlined
def take_means(first, last, origin, batch, inputs, means):
    """means[i] = the mean of the input rows in the window of center first + i, itself left out (0 where it is alone)."""
    for center in range(first, last):
        begin, end, middle = window_rows(center, origin, batch)
        share = np.float32(1) / np.float32(max(end - begin - 1, 1))
        for d in range(0, means.shape[1], LANES):
            total = zero()
            for row in range(begin, middle):
                total += load(inputs, row, d)
            for row in range(middle + 1, end):
                total += load(inputs, row, d)
            store(means, center - first, d, total * share)


@inlined
def spread_gradients(first, last, origin, batch, means_gradient, gradient):
    """Each input row in a window gets the whole gradient of the window's mean, as in the original."""
    for center in range(first, last):
        begin, end, middle = window_rows(center, origin, batch)
        for d in range(0, gradient.shape[1], LANES):
            learned = load(means_gradient, center - first, d)
            for row in range(begin, middle):
                store(gradient, row, d, load(gradient, row, d) + learned)
            for row in range(middle + 1, end):
                store(gradient, row, d, load(gradient, row, d) + learned)


@inlined
def take_hidden(cbow, first, last, begin, end, worker):
    """The block's hidden rows, their gradient, and the position that the first row belongs to.

    The gradient is cleared, but for the centers' own rows where negative sampling is about to write them.
    """
    rows = worker.rows
    written = first if worker.parts.negative is None else last
    if cbow is None:
        clear(rows.input_gradient, 0, first - begin)
        clear(rows.input_gradient, written - begin, end - begin)
        return rows.input, rows.input_gradient, begin
    take_means(first, last, begin, worker.batch, rows.input, rows.means)
    clear(rows.input_gradient, 0, end - begin)
    clear(rows.means_gradient, written - first, last - first)
    return rows.means, rows.means_gradient, first


@inlined
def return_gradient(cbow, first, last, origin, worker):
    """Bring the hidden rows' gradient back to the input rows."""
    rows = worker.rows
    if cbow is not None:
        spread_gradients(first, last, origin, worker.batch, rows.means_gradient, rows.input_gradient)


@inlined
def window_rows(center, origin, batch):
    """The rows of a center's window, from begin to end, and the center's own among them; the first row is position `origin`."""
    return np.int64(batch.begin[center]) - origin, np.int64(batch.end[center]) - origin, center - origin


@inlined
def hidden_rows(center, origin, batch, cbow):
    """The hidden rows that a center is scored against, from begin to end, with the one to leave out (or -1)."""
    begin, end, middle = window_rows(center, origin, batch)
    if end - begin < 2:
        return 0, 0, -1
    if cbow is not None:
        return middle, middle + 1, -1
    return begin, end, middle
