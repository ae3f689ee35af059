"""The true pairs of negative sampling: every center of a block against the hidden rows that it has a part in.

The formulas are in `negative`. A center's output vector moves at once, so that the next center which is the same word meets it
as it is then. Centers that are different words have nothing to do with each other, and a few of them go through each step
together: one waits for its scores while the next is scored.
"""

import numpy as np

from fastw2v.compiling import inlined
from fastw2v.kernels.blocked.ahead import fetch_input, fetch_noise, fetch_output
from fastw2v.kernels.blocked.batch import first_noise_word
from fastw2v.kernels.blocked.hidden import hidden_rows
from fastw2v.kernels.blocked.logistic import sigmoid
from fastw2v.kernels.blocked.worker import AT_ONCE
from fastw2v.kernels.lanes import LANES, load, pick, spread, store
from fastw2v.kernels.products import TILE, dot, dots, rounded_up


@inlined
def learn_centers(cbow, first, last, origin, hidden, gradient, worker, model, variant):
    """Every center of the block against the hidden rows of its window, or with CBOW against its own."""
    words, scores, output = worker.batch.words, worker.rows.pair_scores, model.output
    drawn, pool = first_noise_word(first, worker), worker.batch.pool[0]
    share = np.float32(pool) / np.float32(worker.batch.block[0])
    noise, next_noise = worker.batch.noise[drawn : drawn + pool], worker.batch.noise[drawn + pool : drawn + 2 * pool]
    begin = first
    while begin < last:
        end = different(words, begin, min(begin + AT_ONCE, last))
        place = 0
        for center in range(begin, end):
            fetch_input(center, worker, model.input, variant.window)
            fetch_noise(center - first, share, next_noise, output)
            rows = context_rows(center, origin, worker.batch, cbow)
            score_center(cbow, place, np.int64(words[center]), rows, worker.state[0].alpha, hidden, scores, output)
            place += rounded_up(rows[2], TILE)
        place = 0
        for center in range(begin, end):
            rows = context_rows(center, origin, worker.batch, cbow)
            fetch_output(center, worker, output)
            take_noise_back(words[center], noise, place, rows[2], worker.state[0].alpha, variant.negative, scores)
            move_center(place, np.int64(words[center]), rows, hidden, gradient, scores, output)
            place += rounded_up(rows[2], TILE)
        begin = end


@inlined
def different(words, begin, end):
    """How far, from `begin` on and up to `end`, each word is another."""
    for later in range(begin + 1, end):
        for earlier in range(begin, later):
            if words[earlier] == words[later]:
                return later
    return end


@inlined
def context_rows(center, origin, batch, cbow):
    """The hidden rows that a center is scored against: the first, the one that is left out, and their number."""
    begin, end, hole = hidden_rows(center, origin, batch, cbow)
    if hole < begin:
        return begin, end, end - begin
    return begin, hole, end - begin - 1


@inlined
def context_row(rows, number):
    """Which hidden row is a center's first, second and so on."""
    begin, hole, _ = rows
    return begin + number + np.int64(begin + number >= hole)


@inlined
def score_center(cbow, place, word, rows, alpha, hidden, scores, output):
    """scores[place + i] = α(1 - σ(h_i · u)); past the last row come some that nobody looks at, up to a multiple of 4."""
    if cbow is not None:
        store(scores, 0, place, alpha * (1 - sigmoid(spread(dot(hidden, rows[0], output, word)))))
        return
    for i in range(0, rows[2], TILE):
        four = context_row(rows, i), context_row(rows, i + 1), context_row(rows, i + 2), context_row(rows, i + 3)
        store(scores, 0, place + i, alpha * (1 - sigmoid(dots(hidden, four, output, word))))


@inlined
def take_noise_back(word, noise, place, count, alpha, negative, scores):
    """Give back what a noise word that is the center was taken for: scores[place + i] += α t σ_i, as t of a pair's noise words.

    The original leaves out such a word. It was scored with the others, and its score is this one.
    """
    repeats = np.int32(0)
    for sample in range(len(noise)):
        repeats += np.int32(noise[sample] == word)
    if repeats:
        taken_back = np.float32(repeats) * np.float32(negative) / np.float32(len(noise))
        for i in range(place, place + count):
            scores[0, i] += taken_back * (alpha - scores[0, i])


@inlined
def move_center(place, word, rows, hidden, gradient, scores, output):
    """u += Σ_i scores[place + i] h_i, and h_i's gradient += scores[place + i] u; 48 columns at a time, then 16."""
    columns = output.shape[1]
    in_threes = columns // (3 * LANES) * (3 * LANES)
    for d in range(0, in_threes, 3 * LANES):
        left, middle, right = load(output, word, d), load(output, word, d + LANES), load(output, word, d + 2 * LANES)
        moved_left, moved_middle, moved_right = left, middle, right
        for i in range(rows[2]):
            row, step = context_row(rows, i), pick(scores, 0, place + i)
            moved_left += step * load(hidden, row, d)
            moved_middle += step * load(hidden, row, d + LANES)
            moved_right += step * load(hidden, row, d + 2 * LANES)
            store(gradient, row, d, load(gradient, row, d) + step * left)
            store(gradient, row, d + LANES, load(gradient, row, d + LANES) + step * middle)
            store(gradient, row, d + 2 * LANES, load(gradient, row, d + 2 * LANES) + step * right)
        store(output, word, d, moved_left)
        store(output, word, d + LANES, moved_middle)
        store(output, word, d + 2 * LANES, moved_right)
    for d in range(in_threes, columns, LANES):
        center = load(output, word, d)
        moved = center
        for i in range(rows[2]):
            row, step = context_row(rows, i), pick(scores, 0, place + i)
            moved += step * load(hidden, row, d)
            store(gradient, row, d, load(gradient, row, d) + step * center)
        store(output, word, d, moved)
