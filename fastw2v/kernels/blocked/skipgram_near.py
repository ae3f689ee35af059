"""Skip-gram with negative sampling and small windows: each position is scored against the noise words once, for all its pairs.

A positive pair's score u·h has the gradient α(1 - σ(u·h)). A position that takes part in c pairs has, against noise word k of
its block, the gradient -α c (n/K) σ(u_k·h): the mean of what n words drawn for each of the c pairs would do (Mikolov et al.
2013, eq. 4).

    h    rows.input[i], a row in the window       (row length) float32
    u    output[word], the center's row           (row length) float32
    u_k  rows.output[k], noise word k             (row length) float32
    α    state.alpha                              float32
    c    batch.pairs[position]                    float32
    n    negative                                 int
    K    pool, the noise words of the block       int

Four positions are trained at a time: first against the noise words, then, as centers, against the contexts in their windows.
Input rows move in the block's copy; those of one window all move at once against its center. Centers that are different words
are independent, so the four take each step together: one waits for its scores while the next is scored.
"""

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import LANES, load, load_half, pick, store
from fastw2v.kernels.blocked.batch import covered
from fastw2v.kernels.blocked.noise import first_noise_word
from fastw2v.kernels.blocked.prefetching import fetch_input, fetch_noise, fetch_output
from fastw2v.kernels.blocked.rows import add_changes, copy_rows
from fastw2v.kernels.products import TILE, dots, rounded_up, sigmoid
from fastw2v.kernels.tiles import ROWS, TWO, Outputs, move_tile, score_two


@inlined
def train_near(first, last, worker, model, variant):
    """Train the centers first .. last - 1 of the batch."""
    batch, rows = worker.batch, worker.rows
    begin, end = covered(first, last, batch)
    drawn, pool = first_noise_word(first, worker), batch.pool[0]
    noise = batch.noise[drawn : drawn + pool]
    copy_rows(model.input, batch.words, begin, end, rows.input, rows.input_before)
    copy_rows(model.output, noise, 0, pool, rows.output, rows.output_before)
    weigh_pairs(first, last, pool, worker, variant.negative)
    for center in range(first, last, ROWS):
        learn_noise(center - begin, center - first, pool, worker)
        learn_centers(center, min(center + ROWS, last), first, begin, worker, model, variant)
    add_changes(rows.input, rows.input_before, batch.words, begin, end, model.input)
    add_changes(rows.output, rows.output_before, noise, 0, pool, model.output)


@inlined
def weigh_pairs(first, last, pool, worker, negative):
    """weights[i] = -α c (n/K) of the block's position i, for two output rows; 0 past the last position."""
    weights = worker.rows.weights
    step = -worker.state[0].alpha * np.float32(negative) / np.float32(pool)
    for place in range(rounded_up(last - first, ROWS)):
        weight = step * worker.batch.pairs[first + place] if first + place < last else np.float32(0)
        tile, lane = place // ROWS, place % ROWS
        weights[tile, lane] = weight
        weights[tile, lane + ROWS] = weight


@inlined
def learn_noise(row, place, pool, worker):
    """Four positions' input rows, from `row` on, against the block's noise words."""
    rows = worker.rows
    four = row, row + 1, row + 2, row + 3
    weights, outputs = load_half(rows.weights, place // ROWS, 0), Outputs(rows.output, None, 0, pool)
    for k in range(0, pool, TWO):
        store(rows.scores, k, 0, weights * sigmoid(score_two(rows.input, four, outputs, k)))
    move_tile(rows.input, four, rows.input, outputs, rows.scores)


@inlined
def learn_centers(begin, end, first, origin, worker, model, variant):
    """Each center against the input rows in its window; row `origin` is the first that was copied."""
    words, output, drawn = worker.batch.words, model.output, first_noise_word(first, worker)
    pool = worker.batch.pool[0]
    share = np.float32(pool) / np.float32(worker.block)
    noise, next_noise = worker.batch.noise[drawn : drawn + pool], worker.batch.noise[drawn + pool : drawn + 2 * pool]
    while begin < end:
        stop = different(words, begin, end)
        place = 0
        for center in range(begin, stop):
            fetch_input(center, worker, model.input, variant.window)
            fetch_noise(center - first, share, next_noise, output)
            contexts = contexts_of(center, origin, worker.batch)
            score_center(place, np.int64(words[center]), contexts, worker, output)
            place += rounded_up(contexts[2], TILE)
        place = 0
        for center in range(begin, stop):
            contexts = contexts_of(center, origin, worker.batch)
            fetch_output(center, worker, output)
            undo_center_noise(words[center], noise, place, contexts[2], worker, variant.negative)
            move_center(place, np.int64(words[center]), contexts, worker.rows, output)
            place += rounded_up(contexts[2], TILE)
        begin = stop


@inlined
def different(words, begin, end):
    """The end of the longest run from `begin`, up to `end`, in which no word repeats."""
    for later in range(begin + 1, end):
        for earlier in range(begin, later):
            if words[earlier] == words[later]:
                return later
    return end


@inlined
def contexts_of(center, origin, batch):
    """The input rows of a center's contexts: the first row of the window, the center's own, and the number of contexts."""
    begin, end = np.int64(batch.begin[center]) - origin, np.int64(batch.end[center]) - origin
    return begin, center - origin, end - begin - 1


@inlined
def context_row(contexts, number):
    """The input row of a center's context with this number, from 0."""
    begin, hole, _ = contexts
    return begin + number + np.int64(begin + number >= hole)


@inlined
def score_center(place, word, contexts, worker, output):
    """scores[place + i] = α(1 - σ(h_i · u)); scores past the last context, up to a multiple of 4, are not used."""
    inputs, scores, alpha = worker.rows.input, worker.rows.pair_scores, worker.state[0].alpha
    for i in range(0, contexts[2], TILE):
        four = (
            context_row(contexts, i),
            context_row(contexts, i + 1),
            context_row(contexts, i + 2),
            context_row(contexts, i + 3),
        )
        store(scores, 0, place + i, alpha * (1 - sigmoid(dots(inputs, four, output, word))))


@inlined
def undo_center_noise(word, noise, place, count, worker, negative):
    """Undo the gradient of noise words that are the center: scores[place + i] += α t σ_i for t of a pair's noise words.

    The original leaves such words out. Here they were scored with the others; the center's own score stands for theirs.
    """
    scores, alpha = worker.rows.pair_scores, worker.state[0].alpha
    repeats = np.int32(0)
    for sample in range(len(noise)):
        repeats += np.int32(noise[sample] == word)
    if repeats:
        undone = np.float32(repeats) * np.float32(negative) / np.float32(len(noise))
        for i in range(place, place + count):
            scores[0, i] += undone * (alpha - scores[0, i])


@inlined
def move_center(place, word, contexts, rows, output):
    """u += Σ_i scores[place + i] h_i, and h_i += scores[place + i] u; 48 columns at a time, then 16."""
    inputs, scores, columns = rows.input, rows.pair_scores, output.shape[1]
    in_threes = columns // (3 * LANES) * (3 * LANES)
    for d in range(0, in_threes, 3 * LANES):
        left, middle, right = load(output, word, d), load(output, word, d + LANES), load(output, word, d + 2 * LANES)
        moved_left, moved_middle, moved_right = left, middle, right
        for i in range(contexts[2]):
            row, step = context_row(contexts, i), pick(scores, 0, place + i)
            context_left, context_middle = load(inputs, row, d), load(inputs, row, d + LANES)
            context_right = load(inputs, row, d + 2 * LANES)
            moved_left += step * context_left
            moved_middle += step * context_middle
            moved_right += step * context_right
            store(inputs, row, d, context_left + step * left)
            store(inputs, row, d + LANES, context_middle + step * middle)
            store(inputs, row, d + 2 * LANES, context_right + step * right)
        store(output, word, d, moved_left)
        store(output, word, d + LANES, moved_middle)
        store(output, word, d + 2 * LANES, moved_right)
    for d in range(in_threes, columns, LANES):
        center = load(output, word, d)
        moved = center
        for i in range(contexts[2]):
            row, step = context_row(contexts, i), pick(scores, 0, place + i)
            context = load(inputs, row, d)
            moved += step * context
            store(inputs, row, d, context + step * center)
        store(output, word, d, moved)
