"""Negative sampling on a block: the formula of kernels.blocked.skipgram_wide, for skip-gram's contexts and for CBOW's means."""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import vec4
from fastw2v.kernels.cuda.access import get, put
from fastw2v.kernels.cuda.block import assign_outputs, covered_by, covers, sigmoid
from fastw2v.kernels.cuda.tiles import load_hidden, load_outputs, move_contexts, return_outputs
from fastw2v.kernels.cuda.toolkit import device_function, thread_number
from fastw2v.kernels.tiles import ROWS


@device_function
def learn_contexts(model, batch, rows, words, span, sizes):
    """Skip-gram: all contexts of the block against its centers and its noise words, which are new for every span."""
    begin, end = covered_by(0, span.centers, words)
    spans = (end - begin + sizes.span - 1) // sizes.span
    for number in range(spans):
        start, stop = begin + (end - begin) * number // spans, begin + (end - begin) * (number + 1) // spans
        begin_outputs(number, model.output, batch, rows, words, span, sizes)
        tiles = (stop - start + ROWS - 1) // ROWS
        for tile in range(tiles):
            learn_tile(start + tile, tiles, stop, model.input, batch, rows, words, span, sizes)
        end_outputs(model.output, rows, words, span, sizes)


@device_function
def begin_outputs(number, output, batch, rows, words, span, sizes):
    """Load the output rows of the centers and of noise words number `number`."""
    assign_outputs(number, batch, words, span, sizes)
    load_outputs(output, words.output, span.centers + sizes.pool, rows.output, rows.output_before, sizes)


@device_function
def end_outputs(output, rows, words, span, sizes):
    """Add the changes of the output rows to the matrix; then other words may take their places."""
    return_outputs(output, words.output, span.centers + sizes.pool, rows.output, rows.output_before, sizes)
    cuda.syncthreads()


@device_function
def learn_tile(position, step, stop, inputs, batch, rows, words, span, sizes):
    """Four contexts, `step` positions apart, against all output rows."""
    four = (
        word_at(position, stop, batch, span),
        word_at(position + step, stop, batch, span),
        word_at(position + 2 * step, stop, batch, span),
        word_at(position + 3 * step, stop, batch, span),
    )
    load_hidden(inputs, four, rows, sizes)
    cuda.syncthreads()
    score_contexts(position, step, stop, rows, words, span, sizes)
    cuda.syncthreads()
    move_contexts(inputs, four, span.centers + sizes.pool, rows.output, rows, sizes)


@device_function
def word_at(position, stop, batch, span):
    """The word at a position of the block, or -1 past the end."""
    return batch.words[span.stream, span.origin + position] if position < stop else np.int32(-1)


@device_function
def score_contexts(position, step, stop, rows, words, span, sizes):
    """scores[k, i] = α(m - (m + ν(c - m)) σ(u_k·h_i)): context i has c pairs in the block, and m of them with output row k."""
    own = span.start - span.origin
    for item in range(thread_number(sizes), (span.centers + sizes.pool) * ROWS, sizes.threads):
        k = item // ROWS
        place = position + (item - k * ROWS) * step
        total, pairs = 0, 0
        if get(words.slot, k) == k and place < stop:
            for center in range(span.centers):
                if covers(center, place, words, own):
                    total += 1
                    pairs += get(words.slot, center) == k
        put(rows.scores, item, gradient(pairs, total, k, item - k * ROWS, rows, words, span, sizes))


@device_function
def score_means(first, rows, words, span, sizes):
    """The same for the means of four centers from `first` on, each with one pair, or none where it is alone."""
    for item in range(thread_number(sizes), (span.centers + sizes.pool) * ROWS, sizes.threads):
        k = item // ROWS
        center = first + item - k * ROWS
        total, pairs = 0, 0
        if get(words.slot, k) == k and center < span.centers:
            total += get(words.right, center) - get(words.left, center) > 1
            pairs += total * (get(words.slot, center) == k)
        put(rows.scores, item, gradient(pairs, total, k, item - k * ROWS, rows, words, span, sizes))


@device_function
def gradient(pairs, total, k, i, rows, words, span, sizes):
    """Of one score; 0 without pairs."""
    m, others = np.float32(pairs), np.float32(total - pairs)
    weight = m + get(words.shares, k) * others
    found = np.float32(0)
    if weight > 0:
        score = vec4.dot(rows.hidden, i * sizes.stride, rows.output, k * sizes.stride, sizes.dim)
        found = span.alpha * (m - weight * sigmoid(score))
    return found
