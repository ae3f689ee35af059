"""Hierarchical softmax: hidden rows against the nodes of their center's path, four rows at a time.

At each node v of the path, σ(v·h) is the probability of branch 0, so the gradient of the score is α(1 - code - σ(v·h)) (Morin
and Bengio 2005; Mikolov et al. 2013, eq. 3). Scores of ±6 and beyond move nothing, as in word2vec.c; without that, item
sessions, window 10: 4.43 % of next films, with it 4.49, the reference 4.56. Four contexts are a tile (kernels.tiles): with the
whole window in one step skip-gram solved 37.5 % of analogies after five epochs instead of 38.1 (means of 19 and 11 runs). The
four lie far apart in the window: with windows of 50, adjacent contexts scored 4.80 % of next films, these 4.89, the original
4.90.

    h     input[word] (skip-gram) or rows.means[i] (CBOW)    (row length) float32
    v     nodes[path_nodes[step]], in skip-gram its copy     (row length) float32
    code  tree.codes[start + step]                           0 or 1
    α     state.alpha                                        float32
"""

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import LANES, kept_within, load, load_half, load_quarter, pick, store
from fastw2v.kernels.blocked.prefetching import fetch_input
from fastw2v.kernels.products import TILE, dots, rounded_up, sigmoid
from fastw2v.kernels.tiles import ROWS, TWO, move_tile, score_two
from fastw2v.model.sigmoid import MAX_SCORE
from fastw2v.model.top_nodes import exchange, exchange_when_due, own_row


@inlined
def train_paths(first, last, worker, model, tree, window):
    """Skip-gram: the path of each center first .. last - 1 of the batch against the contexts in its window."""
    for center in range(first, last):
        if worker.parts.negative is None:
            fetch_input(center, worker, model.input, window)
        learn_path_of_window(center, worker, model, tree)
    exchange_when_due(last - first, worker.state[0], model.nodes, tree, worker.copies)


@inlined
def end_paths(hs, worker, nodes, tree):
    """Add what a thread's copies of the top nodes learned last to the nodes, if the run has paths."""
    if hs is not None:
        exchange(worker.state[0], nodes, tree, worker.copies)


@inlined
def take_path(word, worker, tree):
    """Fill in the rows of the nodes on a word's path, their labels and steps. Returns how many nodes there are."""
    path, labels, steps = worker.rows.path_nodes, worker.rows.labels, worker.rows.steps
    alpha = worker.state[0].alpha
    start, length = tree.starts[word], tree.starts[word + 1] - tree.starts[word]
    for step in range(length):
        path[step] = own_row(tree.nodes[start + step], tree, worker.copies)
        labels[0, step] = alpha * (np.float32(1) - np.float32(tree.codes[start + step]))
        steps[0, step] = alpha
    for step in range(length, rounded_up(length, TILE)):
        path[step] = path[0]
        labels[0, step] = 0
        steps[0, step] = 0
    return length


@inlined
def learn_path_of_window(center, worker, model, tree):
    """The contexts in a center's window against its path, in a copy of the nodes."""
    batch, rows, nodes = worker.batch, worker.rows, model.nodes
    begin, contexts = np.int64(batch.begin[center]), np.int64(batch.end[center]) - np.int64(batch.begin[center]) - 1
    if contexts < 1:
        return
    length = take_path(np.int64(batch.words[center]), worker, tree)
    for step in range(length):
        for d in range(0, nodes.shape[1], LANES):
            store(rows.output, step, d, load(nodes, rows.path_nodes[step], d))
        for lane in range(ROWS):
            rows.counts[step, lane] = rows.labels[0, step]
    tiles = (contexts + ROWS - 1) // ROWS
    for tile in range(tiles):
        learn_contexts(tile, tiles, contexts, begin, center, length, worker, model.input)
    for step in range(length):  # what another thread wrote meanwhile is lost, as in Hogwild
        for d in range(0, nodes.shape[1], LANES):
            store(nodes, rows.path_nodes[step], d, load(rows.output, step, d))


@inlined
def learn_contexts(number, step, contexts, begin, center, length, worker, inputs):
    """Four of a window's contexts, `step` of them apart from `number` on, against the path of its center."""
    words, rows, alpha = worker.batch.words, worker.rows, worker.state[0].alpha
    second, third, fourth = number + step, number + 2 * step, number + 3 * step
    four = (
        context_word(number, begin, center, words),
        context_word(second if second < contexts else number, begin, center, words),
        context_word(third if third < contexts else number, begin, center, words),
        context_word(fourth if fourth < contexts else number, begin, center, words),
    )
    for lane in range(ROWS):
        present = np.float32(number + lane * step < contexts)
        rows.totals[0, lane] = present
        rows.totals[0, lane + ROWS] = present
    present = load_half(rows.totals, 0, 0)
    for k in range(0, length, TWO):
        labels, score = load_half(rows.counts, k, 0), score_two(inputs, four, rows.output, k)
        store(rows.scores, k, 0, present * kept_within(labels - alpha * sigmoid(score), score, MAX_SCORE))
    move_tile(inputs, four, inputs, rows.output, 0, length, rows.scores)


@inlined
def context_word(number, begin, center, words):
    """The word of a window's context with this number, from 0."""
    position = begin + number
    return np.int64(words[position + np.int64(position >= center)])


@inlined
def learn_path_of_row(word, row, hidden, gradient, worker, nodes, tree):
    """One hidden row against the path of the word that it belongs to; the nodes move at once."""
    path, scores, length = worker.rows.path_nodes, worker.rows.path_scores, take_path(word, worker, tree)
    for step in range(0, length, TILE):
        found = dots(nodes, (path[step], path[step + 1], path[step + 2], path[step + 3]), hidden, row)
        labels, steps = load_quarter(worker.rows.labels, 0, step), load_quarter(worker.rows.steps, 0, step)
        store(scores, 0, step, kept_within(labels - steps * sigmoid(found), found, MAX_SCORE))  # α(1 - code - σ(score))
    for d in range(0, nodes.shape[1], LANES):
        mine = load(hidden, row, d)
        learned = load(gradient, row, d)
        for step in range(length):
            move, theirs = pick(scores, 0, step), load(nodes, path[step], d)
            learned += move * theirs
            store(nodes, path[step], d, theirs + move * mine)
        store(gradient, row, d, learned)
