"""Hierarchical softmax in blocks: the rows of one window against the nodes of the center's path, as small products.

At each node v of the path, σ(v·h) is the probability of branch 0, so the gradient of the score is α(1 - code - σ(v·h)).
"""

import numpy as np

from fastw2v.compiling import inlined
from fastw2v.kernels.blocked.ahead import fetch_input
from fastw2v.kernels.blocked.hidden import hidden_rows
from fastw2v.kernels.blocked.logistic import sigmoid
from fastw2v.kernels.lanes import LANES, load, pick, spread, store, zero
from fastw2v.kernels.products import TILE, dot, product, product_of_transposed, rounded_up, transposed
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
                learn_path_of_window(word, begin, end, hole, hidden, gradient, worker, nodes, tree)
            else:
                learn_path_of_row(word, begin, hidden, gradient, worker, nodes, tree)
    exchange_when_due(last - first, worker.state[0], nodes, tree, worker.copies)


@inlined
def learn_path_of_window(word, begin, end, hole, hidden, gradient, worker, nodes, tree):
    """Hidden rows begin .. end - 1, `hole` left out, against the path of the word that they belong to."""
    rows, columns = worker.rows, nodes.shape[1]
    start, length = tree.starts[word], tree.starts[word + 1] - tree.starts[word]
    width = rounded_up(length, LANES)
    for step in range(length):
        node = own_row(tree.nodes[start + step], tree, worker.copies)
        for d in range(0, columns, LANES):
            store(rows.path, step, d, load(nodes, node, d))
    transposed(rows.path, width, columns, rows.path_columns)
    product(hidden, begin, rows.path_columns, columns, rows.path_scores, 0, end - begin, width, False)
    path_gradient(start, length, end - begin, hole - begin, worker, tree)
    product(rows.path_scores, 0, rows.path, length, gradient, begin, end - begin, columns, True)
    product_of_transposed(rows.path_scores, hidden, begin, end - begin, rows.path, length, columns)
    for step in range(length):
        node = own_row(tree.nodes[start + step], tree, worker.copies)
        for d in range(0, columns, LANES):
            store(nodes, node, d, load(nodes, node, d) + load(rows.path, step, d))


@inlined
def path_gradient(start, length, count, hole, worker, tree):
    """scores[i, k] = α(1 - code_k - σ(scores[i, k])); 0 past the path's end, in the hole, in rows that fill up the tile."""
    scores, labels = worker.rows.path_scores, worker.rows.labels
    width = rounded_up(length, LANES)
    alpha = worker.state[0].alpha
    for step in range(length):
        labels[0, step] = alpha * (np.float32(1) - np.float32(tree.codes[start + step]))
        labels[1, step] = alpha
    for step in range(length, width):
        labels[0, step] = 0
        labels[1, step] = 0
    for row in range(count):
        for k in range(0, width, LANES):
            store(scores, row, k, load(labels, 0, k) - load(labels, 1, k) * sigmoid(load(scores, row, k)))
    for k in range(0, width, LANES):
        if hole >= 0:
            store(scores, hole, k, zero())
        for row in range(count, rounded_up(count, TILE)):
            store(scores, row, k, zero())


@inlined
def learn_path_of_row(word, row, hidden, gradient, worker, nodes, tree):
    """One hidden row against the path of the word that it belongs to; the nodes move at once."""
    scores = worker.rows.labels
    alpha = worker.state[0].alpha
    start, length = tree.starts[word], tree.starts[word + 1] - tree.starts[word]
    for step in range(length):
        scores[1, step] = alpha * (np.float32(1) - np.float32(tree.codes[start + step]))
        scores[0, step] = dot(hidden, row, nodes, own_row(tree.nodes[start + step], tree, worker.copies))
    for k in range(0, length, LANES):
        store(scores, 0, k, load(scores, 1, k) - spread(alpha) * sigmoid(load(scores, 0, k)))
    for d in range(0, nodes.shape[1], LANES):
        mine = load(hidden, row, d)
        learned = load(gradient, row, d)
        for step in range(length):
            node = own_row(tree.nodes[start + step], tree, worker.copies)
            move = pick(scores, 0, step)
            theirs = load(nodes, node, d)
            learned += move * theirs
            store(nodes, node, d, theirs + move * mine)
        store(gradient, row, d, learned)
