"""Hierarchical softmax in blocks: the rows of one window against the nodes of the center's path, as small products.

At each node v of the path, σ(v·h) is the probability of branch 0, so the gradient of the score is α(1 - code - σ(v·h)).

Scores are dot products, not a product with the transposed path: that took as long as the product, and its columns were twice as
many as the nodes of a path of 17. The center's own row changes places with the last of its window, so that no tile is filled
with it. Both together: skip-gram 1.2 times as fast (fastw2v bench --variant skipgram-hs).
"""

import numpy as np

from fastw2v.compiling import inlined
from fastw2v.kernels.blocked.ahead import fetch_input
from fastw2v.kernels.blocked.hidden import hidden_rows
from fastw2v.kernels.blocked.logistic import sigmoid
from fastw2v.kernels.lanes import LANES, load, pick, store, zero
from fastw2v.kernels.products import TILE, dots, product, product_of_transposed, rounded_up
from fastw2v.kernels.top_nodes import exchange_when_due, own_row


@inlined
def learn_paths(hs, cbow, first, last, origin, hidden, gradient, worker, model, tree, window):
    """Hierarchical softmax on a block, where it is wanted: every center's path against the hidden rows it has a part in."""
    if hs is None:
        return
    batch, nodes = worker.batch, model.nodes
    for center in range(first, last):
        if worker.parts.negative is None:
            fetch_input(center, worker, model.input, window)
        word = np.int64(batch.words[center])
        begin, end, hole = hidden_rows(center, origin, batch, cbow)
        if begin < end:
            if cbow is None:
                swap(hidden, gradient, hole, end - 1)  # the center's own goes behind the others
                learn_path_of_window(word, begin, end - 1, hidden, gradient, worker, nodes, tree)
                swap(hidden, gradient, hole, end - 1)
            else:
                learn_path_of_row(word, begin, hidden, gradient, worker, nodes, tree)
    exchange_when_due(last - first, worker.state[0], nodes, tree, worker.copies)


@inlined
def swap(hidden, gradient, row, other):
    """Let two hidden rows change places, with what they learned."""
    for d in range(0, hidden.shape[1], LANES):
        one, two = load(hidden, row, d), load(hidden, other, d)
        store(hidden, row, d, two)
        store(hidden, other, d, one)
        one, two = load(gradient, row, d), load(gradient, other, d)
        store(gradient, row, d, two)
        store(gradient, other, d, one)


@inlined
def take_path(word, worker, tree):
    """Note where the nodes of a word's path are trained, and what their scores should be; returns how many there are."""
    path, labels, alpha = worker.rows.path_nodes, worker.rows.labels, worker.state[0].alpha
    start, length = tree.starts[word], tree.starts[word + 1] - tree.starts[word]
    for step in range(length):
        path[step] = own_row(tree.nodes[start + step], tree, worker.copies)
        labels[0, step] = alpha * (np.float32(1) - np.float32(tree.codes[start + step]))
        labels[1, step] = alpha
    for step in range(length, rounded_up(length, LANES)):
        path[step] = path[0]
        labels[0, step] = 0
        labels[1, step] = 0
    return length


@inlined
def path_gradient(length, count, worker):
    """scores[i, k] = α(1 - code_k - σ(scores[i, k])); 0 past the path's end and in rows that fill up the tile."""
    scores, labels = worker.rows.path_scores, worker.rows.labels
    for k in range(0, length, LANES):
        for row in range(count):
            store(scores, row, k, load(labels, 0, k) - load(labels, 1, k) * sigmoid(load(scores, row, k)))
        for row in range(count, rounded_up(count, TILE)):
            store(scores, row, k, zero())


@inlined
def learn_path_of_window(word, begin, end, hidden, gradient, worker, nodes, tree):
    """Hidden rows begin .. end - 1 against the path of the word that they belong to."""
    rows, columns, length = worker.rows, nodes.shape[1], take_path(word, worker, tree)
    for step in range(length):
        for d in range(0, columns, LANES):
            store(rows.path, step, d, load(nodes, rows.path_nodes[step], d))
    for row in range(begin, end):
        for step in range(0, length, TILE):
            dots(rows.path, (step, step + 1, step + 2, step + 3), hidden, row, rows.path_scores, row - begin, step)
    path_gradient(length, end - begin, worker)
    product(rows.path_scores, 0, rows.path, length, gradient, begin, end - begin, columns, True)
    product_of_transposed(rows.path_scores, hidden, begin, end - begin, rows.path, length, columns)
    for step in range(length):
        node = rows.path_nodes[step]
        for d in range(0, columns, LANES):
            store(nodes, node, d, load(nodes, node, d) + load(rows.path, step, d))


@inlined
def learn_path_of_row(word, row, hidden, gradient, worker, nodes, tree):
    """One hidden row against the path of the word that it belongs to; the nodes move at once."""
    path, scores, length = worker.rows.path_nodes, worker.rows.path_scores, take_path(word, worker, tree)
    for step in range(0, length, TILE):
        dots(nodes, (path[step], path[step + 1], path[step + 2], path[step + 3]), hidden, row, scores, 0, step)
    path_gradient(length, 1, worker)
    for d in range(0, nodes.shape[1], LANES):
        mine = load(hidden, row, d)
        learned = load(gradient, row, d)
        for step in range(length):
            move, theirs = pick(scores, 0, step), load(nodes, path[step], d)
            learned += move * theirs
            store(nodes, path[step], d, theirs + move * mine)
        store(gradient, row, d, learned)
