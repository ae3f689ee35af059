"""Hierarchical softmax: hidden rows against the nodes of their center's path.

At each node v of the path, σ(v·h) is the probability of branch 0, so the gradient of the score is α(1 - code - σ(v·h)) (Morin
and Bengio 2005; Mikolov et al. 2013, eq. 3). Scores of ±6 and beyond move nothing, as in word2vec.c; without that, item
sessions, window 10: 4.43 % of next films, with it 4.49, the reference 4.56.

In skip-gram two contexts of a window are half a tile (kernels.tiles): with the whole window in one step it solved 37.5 % of
analogies after five epochs, with four contexts 38.1 (means of 19 and 11 runs); item sessions, window 10: four 4.41 % of next
films, two 4.43, one at a time 4.48 ± .03. Two take 1.03 times as long as four would. They lie far apart in the window: with
windows of 50, adjacent contexts scored 4.80 % of next films, those far apart 4.89, the original 4.90.

    h     input[word] (skip-gram) or rows.means[i] (CBOW)    (row length) float32
    v     nodes[path_nodes[step]]                            (row length) float32
    code  tree.codes[start + step]                           0 or 1
    α     state.alpha                                        float32
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import HALF, LANES, kept_within, load, load_half, load_quarter, pick, pick_half, store
from fastw2v.kernels.blocked.prefetching import fetch_input, fetch_path
from fastw2v.kernels.products import TILE, dots, rounded_up, sigmoid
from fastw2v.kernels.tiles import FOUR, TWO, Outputs, move_half_tile, score_four
from fastw2v.model.sigmoid import MAX_SCORE
from fastw2v.model.top_nodes import exchange, exchange_when_due, own_row


class Window(NamedTuple):
    """The contexts of a center: the positions from `begin` on, its own left out."""

    begin: int
    center: int
    contexts: int


@inlined
def train_paths(first, last, worker, model, tree, window):
    """Skip-gram: the path of each center first .. last - 1 of the batch against the contexts in its window."""
    for center in range(first, last):
        if worker.parts.negative is None:
            fetch_input(center, worker, model.input, window)
        fetch_path(center, 1, worker, model.nodes, tree)
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
    """The contexts in a center's window against its path."""
    batch, rows = worker.batch, worker.rows
    begin, contexts = np.int64(batch.begin[center]), np.int64(batch.end[center]) - np.int64(batch.begin[center]) - 1
    if contexts < 1:
        return
    length = take_path(np.int64(batch.words[center]), worker, tree)
    path = Outputs(model.nodes, rows.path_nodes, 0, length)
    for step in range(length):
        for lane in range(TWO):
            rows.counts[0, TWO * step + lane] = rows.labels[0, step]
    pairs = (contexts + 1) // TWO
    for number in range(pairs):
        learn_two_contexts(number, pairs, Window(begin, center, contexts), path, worker, model.input)


@inlined
def learn_two_contexts(number, step, window, path, worker, inputs):
    """Two of a window's contexts, `step` apart, against the path of its center; the second may be absent."""
    words, rows, alpha = worker.batch.words, worker.rows, worker.state[0].alpha
    second, here = number + step, number + step < window.contexts
    two = context_word(number, window, words), context_word(second if here else number, window, words)
    for lane in range(0, FOUR * TWO, TWO):
        rows.totals[0, lane] = 1
        rows.totals[0, lane + 1] = np.float32(here)
    present = load_half(rows.totals, 0, 0)
    for k in range(0, path.end, FOUR):
        labels, score = load_half(rows.counts, 0, TWO * k), score_four(inputs, two, path, k)
        store(rows.scores, 0, TWO * k, present * kept_within(labels - alpha * sigmoid(score), score, MAX_SCORE))
    move_half_tile(inputs, two, inputs, path, rows.scores)


@inlined
def context_word(number, window, words):
    """The word of a window's context with this number, from 0."""
    position = window.begin + number
    return np.int64(words[position + np.int64(position >= window.center)])


@inlined
def learn_path_of_row(word, row, hidden, gradient, worker, nodes, tree):
    """One hidden row against the path of the word that it belongs to; the nodes move at once."""
    path, scores, length = worker.rows.path_nodes, worker.rows.path_scores, take_path(word, worker, tree)
    for step in range(0, length, TILE):
        found = dots(nodes, (path[step], path[step + 1], path[step + 2], path[step + 3]), hidden, row)
        labels, steps = load_quarter(worker.rows.labels, 0, step), load_quarter(worker.rows.steps, 0, step)
        store(scores, 0, step, kept_within(labels - steps * sigmoid(found), found, MAX_SCORE))  # α(1 - code - σ(score))
    fours = length // TILE * TILE
    for step in range(0, fours, TILE):
        move_four_nodes(step, row, hidden, gradient, worker.rows, nodes)
    for d in range(0, nodes.shape[1], LANES):
        mine = load(hidden, row, d)
        learned = load(gradient, row, d)
        for step in range(fours, length):
            move, theirs = pick(scores, 0, step), load(nodes, path[step], d)
            learned += move * theirs
            store(nodes, path[step], d, theirs + move * mine)
        store(gradient, row, d, learned)


@inlined
def move_four_nodes(step, row, hidden, gradient, rows, nodes):
    """Four nodes of a path, all different, and what the hidden row learns from them."""
    path, scores = rows.path_nodes, rows.path_scores
    v0, v1, v2, v3 = path[step], path[step + 1], path[step + 2], path[step + 3]
    c0, c1 = pick_half(scores, 0, step), pick_half(scores, 0, step + 1)
    c2, c3 = pick_half(scores, 0, step + 2), pick_half(scores, 0, step + 3)
    for d in range(0, nodes.shape[1], HALF):
        mine, learned = load_half(hidden, row, d), load_half(gradient, row, d)
        n0, n1, n2, n3 = load_half(nodes, v0, d), load_half(nodes, v1, d), load_half(nodes, v2, d), load_half(nodes, v3, d)
        store(nodes, v0, d, n0 + c0 * mine)
        store(nodes, v1, d, n1 + c1 * mine)
        store(nodes, v2, d, n2 + c2 * mine)
        store(nodes, v3, d, n3 + c3 * mine)
        store(gradient, row, d, learned + (c0 * n0 + c1 * n1) + (c2 * n2 + c3 * n3))
