"""Skip-gram with negative sampling and large windows: the centers and noise words of a block against the contexts they share.

The output rows of a block are those of its centers and of K noise words, each word once. Every context in one of its windows is
scored against all of them, four contexts at a time. The four lie far apart, because neighbours are alike and their steps would
overshoot together. A context that takes part in c pairs of the block, m of them with the word of output row u, has the gradient

    α (m - (m + ν (c - m)) σ(u·h)),   ν = t n/K where the word is t of the K noise words:

m positive pairs, and c - m others, in which the word is on average ν of the n noise words (Mikolov et al. 2013, eq. 4; as in
the original, no center is its own noise word). After every SPAN positions new noise words are drawn.

    h    input[words[position]], a context        (row length) float32
    u    rows.output[k]                           (row length) float32
    α    state.alpha                              float32
    m    rows.counts[k, i]                        (output rows, 4) float32
    c    rows.totals[0, i]                        (1, 8) float32
    ν    rows.shares[k, i]                        (output rows, 4) float32
    n    negative                                 int
    K    batch.pool[0]                            int
"""

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import load_half, store
from fastw2v.kernels.blocked.batch import covered
from fastw2v.kernels.blocked.noise import draw_noise
from fastw2v.kernels.blocked.prefetching import fetch_input, fetch_output
from fastw2v.kernels.blocked.rows import add_changes, copy_rows
from fastw2v.kernels.blocked.sizes import SPAN
from fastw2v.kernels.products import rounded_up, sigmoid
from fastw2v.kernels.tiles import ROWS, TWO, Outputs, move_tile, score_two


@inlined
def train_wide(first, last, worker, model, tables, variant):
    """Train the centers first .. last - 1 of the batch."""
    batch, rows = worker.batch, worker.rows
    for center in range(first, last):
        fetch_input(center, worker, model.input, variant.window)
        fetch_output(center, worker, model.output)
    begin, end = covered(first, last, batch)
    spans = (end - begin + SPAN - 1) // SPAN
    for span in range(spans):
        start, stop = begin + (end - begin) * span // spans, begin + (end - begin) * (span + 1) // spans
        count = assign_outputs(first, last, worker, variant.negative)
        copy_rows(model.output, batch.outputs, 0, count, rows.output, rows.output_before)
        draw_noise(worker, model.output, tables.alias)
        tiles = (stop - start + ROWS - 1) // ROWS
        for tile in range(tiles):
            learn_contexts(start + tile, tiles, stop, first, last, count, worker, model.input)
        add_changes(rows.output, rows.output_before, batch.outputs, 0, count, model.output)


@inlined
def assign_outputs(first, last, worker, negative):
    """Assign an output row to each word among the centers and the noise words. Returns the number of rows.

    Fills in the rows' words, each center's row, and the ν of each row, four times.
    """
    batch, shares = worker.batch, worker.rows.shares
    count, pool = 0, batch.pool[0]
    share = np.float32(negative) / np.float32(pool)
    for number in range(last - first + pool):
        word = batch.words[first + number] if number < last - first else batch.noise[number - (last - first)]
        row = count
        for earlier in range(count):
            if batch.outputs[earlier] == word:
                row = earlier
        if row == count:
            batch.outputs[row] = word
            shares[row, 0] = 0
            count += 1
        if number < last - first:
            batch.slots[number] = row
        else:
            shares[row, 0] += share
    for row in range(count):
        for lane in range(1, ROWS):
            shares[row, lane] = shares[row, 0]
    return count


@inlined
def learn_contexts(position, step, stop, first, last, count, worker, inputs):
    """Four contexts, `step` positions apart, against all output rows; past `stop` the first stands in, with no pairs."""
    words, rows, alpha = worker.batch.words, worker.rows, worker.state[0].alpha
    count_pairs(position, step, stop, first, last, count, worker)
    second, third, fourth = position + step, position + 2 * step, position + 3 * step
    four = (
        np.int64(words[position]),
        np.int64(words[second if second < stop else position]),
        np.int64(words[third if third < stop else position]),
        np.int64(words[fourth if fourth < stop else position]),
    )
    total, outputs = load_half(rows.totals, 0, 0), Outputs(rows.output, None, 0, count)
    for k in range(0, count, TWO):
        pairs, noise = load_half(rows.counts, k, 0), load_half(rows.shares, k, 0)
        score = score_two(inputs, four, outputs, k)
        store(rows.scores, k, 0, alpha * (pairs - (pairs + noise * (total - pairs)) * sigmoid(score)))
    move_tile(inputs, four, inputs, outputs, rows.scores)


@inlined
def count_pairs(position, step, stop, first, last, count, worker):
    """counts[k, i] = the centers with output row k that have context i in their windows; totals[i] = all such centers."""
    batch, counts, totals = worker.batch, worker.rows.counts, worker.rows.totals
    for k in range(rounded_up(count, TWO)):
        for lane in range(ROWS):
            counts[k, lane] = 0
    for lane in range(ROWS):
        place, total = position + lane * step, np.float32(0)
        if place < stop:
            for center in range(first, last):
                covers = np.float32((batch.begin[center] <= place) & (place < batch.end[center]) & (place != center))
                counts[batch.slots[center - first], lane] += covers
                total += covers
        totals[0, lane] = total
        totals[0, lane + ROWS] = total
