"""CBOW: the mean of a window's input rows predicts the center, and each of the rows gets the whole gradient of the mean.

Four centers are a tile, and are trained at a time. Their means are of the input rows as the tile before left them. The
original's means move with every center, and neighbouring windows share most of their words: means that stood still for a block
of 32 centers overshot (a graph's classes: macro F1 46.7 instead of 48.9). So the four lie far apart in the block, and few noise
words do: the tiles meet bands of the block's pool in turn. With neighbours as a tile, bands of 8 words came to a micro F1 of
58.0 on the graph, far apart to 60.2, with all 24 words of the pool to 60.6, the reference to 59.4.

    h    rows.means[i], the mean of center i's contexts    (row length) float32
    g    rows.gradient[i], what each context gets          (row length) float32
    u    output[word], the center's row                    (row length) float32
    u_k  rows.output[k], noise word k                      (row length) float32
    α    state.alpha                                       float32
    n    negative                                          int
    K    worker.band, the noise words of a tile            int
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import LANES, load, load_half, pick, store, zero
from fastw2v.kernels.blocked.batch import covered
from fastw2v.kernels.blocked.noise import first_noise_word
from fastw2v.kernels.blocked.path import learn_path_of_row
from fastw2v.kernels.blocked.prefetching import fetch_input, fetch_noise, fetch_output, fetch_path
from fastw2v.kernels.blocked.rows import add_changes, clear, copy_rows
from fastw2v.kernels.products import dots_of_pairs, sigmoid
from fastw2v.kernels.tiles import ROWS, TWO, Outputs, move_tile, score_two
from fastw2v.model.top_nodes import exchange_when_due


class Tile(NamedTuple):
    """Four centers of a block or, at its end, fewer: first, first + step, … below last."""

    first: int
    step: int
    last: int


@inlined
def train_cbow(first, last, worker, model, tables, variant):
    """Train the centers first .. last - 1 of the batch."""
    batch, rows, parts = worker.batch, worker.rows, worker.parts
    begin, end = covered(first, last, batch)
    copy_rows(model.input, batch.words, begin, end, rows.input, rows.input_before)
    copy_noise(parts.negative, first, worker, model.output)
    tiles = (last - first + ROWS - 1) // ROWS
    for number in range(tiles):
        tile = tile_of_centers(parts.negative, number, tiles, first, last)
        take_means(tile, begin, batch, rows)
        learn_words(parts.negative, number, tile, first, worker, model, variant)
        learn_paths(parts.hs, tile, worker, model, tables.tree, variant)
        spread_gradients(tile, begin, batch, rows)
    return_noise(parts.negative, first, worker, model.output)
    add_changes(rows.input, rows.input_before, batch.words, begin, end, model.input)


@inlined
def tile_of_centers(negative, number, tiles, first, last):
    """The tile with this number of a block; with negative sampling its centers lie far apart."""
    if negative is not None:
        return Tile(first + number, tiles, last)
    return Tile(first + number * ROWS, 1, min(first + (number + 1) * ROWS, last))


@inlined
def window_rows(center, origin, batch):
    """The rows of a center's window, begin and end, and its own among them; row 0 is position `origin`."""
    return np.int64(batch.begin[center]) - origin, np.int64(batch.end[center]) - origin, center - origin


@inlined
def take_means(tile, origin, batch, rows):
    """means[i] = the mean of the input rows in the window of center first + i, itself left out (0 where it is alone)."""
    inputs, means = rows.input, rows.means
    for row_of, center in enumerate(range(tile.first, tile.last, tile.step)):
        begin, end, middle = window_rows(center, origin, batch)
        share = np.float32(1) / np.float32(max(end - begin - 1, 1))
        for d in range(0, means.shape[1], LANES):
            total = zero()
            for row in range(begin, middle):
                total += load(inputs, row, d)
            for row in range(middle + 1, end):
                total += load(inputs, row, d)
            store(means, row_of, d, total * share)
    clear(rows.gradient, 0, ROWS)


@inlined
def spread_gradients(tile, origin, batch, rows):
    """Each input row in a window gets the whole gradient of the window's mean, as in the original."""
    inputs, gradient = rows.input, rows.gradient
    for row_of, center in enumerate(range(tile.first, tile.last, tile.step)):
        begin, end, middle = window_rows(center, origin, batch)
        for d in range(0, inputs.shape[1], LANES):
            learned = load(gradient, row_of, d)
            for row in range(begin, middle):
                store(inputs, row, d, load(inputs, row, d) + learned)
            for row in range(middle + 1, end):
                store(inputs, row, d, load(inputs, row, d) + learned)


@inlined
def copy_noise(negative, first, worker, output):
    """Copy the rows of a block's noise words, if it has any."""
    if negative is not None:
        drawn, pool = first_noise_word(first, worker), worker.batch.pool[0]
        copy_rows(output, worker.batch.noise, drawn, drawn + pool, worker.rows.output, worker.rows.output_before)


@inlined
def return_noise(negative, first, worker, output):
    """Add the changes in the copies of the noise words to the output rows."""
    if negative is not None:
        drawn, pool = first_noise_word(first, worker), worker.batch.pool[0]
        add_changes(worker.rows.output, worker.rows.output_before, worker.batch.noise, drawn, drawn + pool, output)


@inlined
def learn_words(negative, number, tile, first, worker, model, variant):
    """Negative sampling, if the run has it: up to four means against a band of the noise words and their own centers.

    A mean has, against noise word k, the gradient -α (n/K) σ(u_k·h), or none where k is its center; see `skipgram_near`.
    """
    if negative is not None:
        rows, batch = worker.rows, worker.batch
        drawn, pool, four = first_noise_word(first, worker), batch.pool[0], (0, 1, 2, 3)
        noise, next_noise = batch.noise[drawn : drawn + pool], batch.noise[drawn + pool : drawn + 2 * pool]
        begin = number % (pool // worker.band) * worker.band
        end = begin + worker.band
        outputs = Outputs(rows.output, None, begin, end)
        weigh_noise(tile, noise, begin, end, worker, variant.negative)
        for k in range(begin, end, TWO):
            weights = load_half(rows.counts, k, 0)
            store(rows.scores, k, 0, weights * sigmoid(score_two(rows.means, four, outputs, k)))
        move_tile(rows.means, four, rows.gradient, outputs, rows.scores)
        share = np.float32(pool) / np.float32(worker.block)
        for place in range(tile.first, tile.last, tile.step):
            fetch_input(place, worker, model.input, variant.window)
            fetch_output(place, worker, model.output)
            fetch_noise(place - first, share, next_noise, model.output)
        learn_centers(tile, worker, model.output)


@inlined
def weigh_noise(tile, noise, begin, end, worker, negative):
    """counts[k, i] = -α n/K, or 0 where noise word k is center i, the center is alone, or there is none."""
    batch, weights = worker.batch, worker.rows.counts
    step = -worker.state[0].alpha * np.float32(negative) / np.float32(end - begin)
    for lane in range(ROWS):
        place = tile.first + lane * tile.step
        absent = place >= tile.last
        place = tile.first if absent else place
        word, alone = batch.words[place], absent or batch.end[place] - batch.begin[place] < 2
        weight = np.float32(0) if alone else step
        for k in range(begin, end):
            weights[k, lane] = np.float32(0) if noise[k] == word else weight


@inlined
def learn_centers(tile, worker, output):
    """Up to four means, each against its center: u += g h and h's gradient += g u, with g = α(1 - σ(u·h))."""
    batch, rows, alpha = worker.batch, worker.rows, worker.state[0].alpha
    four = (0, 1, 2, 3)
    second, third, fourth = tile.first + tile.step, tile.first + 2 * tile.step, tile.first + 3 * tile.step
    words = (
        np.int64(batch.words[tile.first]),
        np.int64(batch.words[second if second < tile.last else tile.first]),
        np.int64(batch.words[third if third < tile.last else tile.first]),
        np.int64(batch.words[fourth if fourth < tile.last else tile.first]),
    )
    store(rows.pair_scores, 0, 0, alpha * (1 - sigmoid(dots_of_pairs(rows.means, four, output, words))))
    for row, place in enumerate(range(tile.first, tile.last, tile.step)):
        if batch.end[place] - batch.begin[place] > 1:
            word = np.int64(batch.words[place])
            for d in range(0, output.shape[1], LANES):
                step, mine, theirs = pick(rows.pair_scores, 0, row), load(rows.means, row, d), load(output, word, d)
                store(rows.gradient, row, d, load(rows.gradient, row, d) + step * theirs)
                store(output, word, d, theirs + step * mine)


@inlined
def learn_paths(hs, tile, worker, model, tree, variant):
    """Hierarchical softmax, if the run has it: up to four means, each against the path of its center."""
    if hs is not None:
        batch = worker.batch
        for row, place in enumerate(range(tile.first, tile.last, tile.step)):
            if worker.parts.negative is None:
                fetch_input(place, worker, model.input, variant.window)
            fetch_path(place, tile.step, worker, model.nodes, tree)
            if batch.end[place] - batch.begin[place] > 1:
                rows = worker.rows
                learn_path_of_row(np.int64(batch.words[place]), row, rows.means, rows.gradient, worker, model.nodes, tree)
        exchange_when_due(
            (tile.last - tile.first + tile.step - 1) // tile.step, worker.state[0], model.nodes, tree, worker.copies
        )
