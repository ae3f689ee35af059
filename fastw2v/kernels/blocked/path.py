"""Hierarchical softmax in blocks: the rows of one side of a window against the nodes of the center's path, as small products.

At each node v of the path, σ(v·h) is the probability of branch 0, so the gradient of the score is α(1 - code - σ(v·h)).

The contexts before a center come first, and the nodes move before those behind it are scored: the original takes one context
after the other. All of a window at once was 1.1 times as fast, and after five epochs skip-gram solved 37.5 % of analogies
instead of 38.1 (means of 19 and 11 runs). Scores are dot products, not a product with the transposed path: that took as long
as the product, and its columns were twice as many as the nodes of a path of 17 (1.2 times as fast; fastw2v bench --variant
skipgram-hs).
"""

import numpy as np

from fastw2v.compiling import inlined
from fastw2v.kernels.blocked.ahead import fetch_input
from fastw2v.kernels.blocked.hidden import clear, gather, hidden_rows
from fastw2v.kernels.blocked.logistic import sigmoid
from fastw2v.kernels.lanes import LANES, load, load_quarter, pick, store
from fastw2v.kernels.products import TILE, dots, product, product_of_transposed, rounded_up
from fastw2v.kernels.top_nodes import exchange, exchange_when_due, own_row


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
                learn_path_of_window(word, begin, hole, end, hidden, gradient, worker, nodes, tree)
            else:
                learn_path_of_row(word, begin, hidden, gradient, worker, nodes, tree)
    exchange_when_due(last - first, worker.state[0], nodes, tree, worker.copies)


@inlined
def end_paths(hs, worker, nodes, tree):
    """Hand over, where there are paths, what a thread's copies of the top nodes learned last."""
    if hs is not None:
        exchange(worker.state[0], nodes, tree, worker.copies)


@inlined
def take_path(word, worker, tree):
    """Note where the nodes of a word's path are trained, and what their scores should be; returns how many there are."""
    path, labels, alpha = worker.rows.path_nodes, worker.rows.labels, worker.state[0].alpha
    start, length = tree.starts[word], tree.starts[word + 1] - tree.starts[word]
    for step in range(length):
        path[step] = own_row(tree.nodes[start + step], tree, worker.copies)
        labels[0, step] = alpha * (np.float32(1) - np.float32(tree.codes[start + step]))
        labels[1, step] = alpha
    for step in range(length, rounded_up(length, TILE)):
        path[step] = path[0]
        labels[0, step] = 0
        labels[1, step] = 0
    return length


@inlined
def path_gradient(scores, step, labels):
    """α(1 - code - σ(score)) of four of a path's nodes from a step on; 0 past the path's end."""
    return load_quarter(labels, 0, step) - load_quarter(labels, 1, step) * sigmoid(scores)


@inlined
def learn_path_of_window(word, begin, hole, end, hidden, gradient, worker, nodes, tree):
    """Hidden rows begin .. end - 1, all but `hole`, against the path of the word that they belong to; those before it first."""
    rows, columns, length = worker.rows, nodes.shape[1], take_path(word, worker, tree)
    scores, path = rows.path_scores, rows.path
    gather(nodes, rows.path_nodes, 0, length, path)
    for side in range(2):
        first, past = (begin, hole) if side == 0 else (hole + 1, end)
        for row in range(first, past):
            for step in range(0, length, TILE):
                found = dots(path, (step, step + 1, step + 2, step + 3), hidden, row)
                store(scores, row - first, step, path_gradient(found, step, rows.labels))
        clear(scores, past - first, rounded_up(past - first, TILE))
        product(scores, 0, path, length, gradient, first, past - first, columns, True)
        product_of_transposed(scores, hidden, first, past - first, path, length, columns, True)
    for step in range(length):  # what another thread wrote meanwhile is lost, as the original's Hogwild loses it
        for d in range(0, columns, LANES):
            store(nodes, rows.path_nodes[step], d, load(path, step, d))


@inlined
def learn_path_of_row(word, row, hidden, gradient, worker, nodes, tree):
    """One hidden row against the path of the word that it belongs to; the nodes move at once."""
    path, scores, length = worker.rows.path_nodes, worker.rows.path_scores, take_path(word, worker, tree)
    for step in range(0, length, TILE):
        found = dots(nodes, (path[step], path[step + 1], path[step + 2], path[step + 3]), hidden, row)
        store(scores, 0, step, path_gradient(found, step, worker.rows.labels))
    for d in range(0, nodes.shape[1], LANES):
        mine = load(hidden, row, d)
        learned = load(gradient, row, d)
        for step in range(length):
            move, theirs = pick(scores, 0, step), load(nodes, path[step], d)
            learned += move * theirs
            store(nodes, path[step], d, theirs + move * mine)
        store(gradient, row, d, learned)
