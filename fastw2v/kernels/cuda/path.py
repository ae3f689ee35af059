"""Hierarchical softmax on a block: one center's path after the other, by all threads; see kernels.blocked.path.

Every path begins at the root, so that centers cannot be taken at the same time.
"""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import vec4
from fastw2v.kernels.cuda.access import far, get, put, put_far
from fastw2v.kernels.cuda.block import sigmoid
from fastw2v.kernels.cuda.tiles import load_hidden, load_outputs, move_contexts, return_outputs
from fastw2v.kernels.cuda.toolkit import device_function, thread_number
from fastw2v.kernels.tiles import ROWS
from fastw2v.model.sigmoid import MAX_SCORE


@device_function
def learn_paths(model, batch, tree, rows, words, span, sizes):
    """Skip-gram: every center's path against the contexts in its window, four at a time, far apart."""
    for center in range(span.centers):
        left = get(words.left, center)
        contexts = get(words.right, center) - left - 1
        if contexts > 0:
            start, length = path_of(center, tree, words)
            path, codes = tree.nodes[start : start + length], tree.codes[start : start + length]
            load_outputs(model.nodes, path, length, rows.path, rows.path_before, sizes)
            tiles = (contexts + ROWS - 1) // ROWS
            for tile in range(tiles):
                four = (
                    context(tile, contexts, center, batch, words, span),
                    context(tile + tiles, contexts, center, batch, words, span),
                    context(tile + 2 * tiles, contexts, center, batch, words, span),
                    context(tile + 3 * tiles, contexts, center, batch, words, span),
                )
                load_hidden(model.input, four, rows, sizes)
                cuda.syncthreads()
                score_path(codes, four, rows, span, sizes)
                cuda.syncthreads()
                move_contexts(model.input, four, length, rows.path, rows, sizes)
            return_outputs(model.nodes, path, length, rows.path, rows.path_before, sizes)


@device_function
def path_of(center, tree, words):
    """Where a center's path begins in the tree, and how long it is."""
    word = np.int64(get(words.center, center))
    start = get(tree.starts, word)
    return start, get(tree.starts, word + 1) - start


@device_function
def context(number, contexts, center, batch, words, span):
    """The word of a window's context with this number, from 0; -1 past the last."""
    word = np.int32(-1)
    if number < contexts:
        position = span.origin + get(words.left, center) + number
        word = batch.words[span.stream, position + (position >= span.start + center)]
    return word


@device_function
def score_path(codes, four, rows, span, sizes):
    """scores[k, i] = α(1 - code_k - σ(h_i·v_k)), 0 where there is no context."""
    for item in range(thread_number(sizes), len(codes) * ROWS, sizes.threads):
        k = item // ROWS
        i = item - k * ROWS
        step = np.float32(0)
        if (four[0], four[1], four[2], four[3])[i] >= 0:
            step = path_gradient(codes, k, i, rows, span, sizes)
        put(rows.scores, item, step)


@device_function
def path_gradient(codes, k, i, rows, span, sizes):
    """The gradient of one score."""
    score = vec4.dot(rows.hidden, i * sizes.stride, rows.path, k * sizes.stride, sizes.dim)
    if -MAX_SCORE < score < MAX_SCORE:
        return span.alpha * (np.float32(1) - np.float32(get(codes, k)) - sigmoid(score))
    return np.float32(0)


@device_function
def learn_path_of_mean(center, row, nodes, tree, rows, words, span, sizes):
    """CBOW: one mean against the path of its center; the nodes move, and the gradient is added up."""
    start, length = path_of(center, tree, words)
    path, codes = tree.nodes[start : start + length], tree.codes[start : start + length]
    load_outputs(nodes, path, length, rows.path, rows.path_before, sizes)
    cuda.syncthreads()
    for k in range(thread_number(sizes), length, sizes.threads):
        put(rows.scores, k, path_gradient(codes, k, row, rows, span, sizes))
    cuda.syncthreads()
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        mine, learned = get(rows.hidden, row * sizes.stride + d), get(rows.gradient, row * sizes.stride + d)
        k = 0
        while k < length:
            step, node = get(rows.scores, k), np.int64(get(path, k))
            learned += step * get(rows.path, k * sizes.stride + d)
            put_far(nodes, node, d, far(nodes, node, d) + step * mine)
            k += 1
        put(rows.gradient, row * sizes.stride + d, learned)
