"""Hierarchical softmax on a block: one center's path after the other, by all threads, as kernels.blocked.path has it, but with
both sides of a window at once.

Every path begins at the root, so that centers cannot be taken at the same time; what is wide is the window times the path.
"""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import fours
from fastw2v.kernels.cuda.access import get, put
from fastw2v.kernels.cuda.block import sigmoid
from fastw2v.kernels.cuda.toolkit import piece, thread_number


@piece
def learn_paths(cbow, nodes, tree, rows, words, span, sizes):
    """Every center's path against the hidden rows of its window; the nodes move at once, the gradient is added to."""
    for center in range(span.centers):
        first, last = get(words.first, center), get(words.last, center)
        word = np.int64(get(words.center, center))
        start = get(tree.starts, word)
        length = get(tree.starts, word + 1) - start
        if last - first > 0:
            path = tree.nodes[start : start + length]
            hole = -1 if cbow else center + span.shift
            fours.gather(nodes, path, length, rows.path, sizes)
            cuda.syncthreads()
            score_path(tree.codes[start : start + length], first, last, hole, rows, span, sizes)
            cuda.syncthreads()
            move_path(nodes, path, first, last, rows, sizes)
            path_gradient(length, first, last, rows, sizes)
            cuda.syncthreads()


@piece
def score_path(codes, first, last, hole, rows, span, sizes):
    """path_steps[j, k] = α(1 - code_k - σ(h_j·v_k)), 0 in the hole."""
    length = len(codes)
    for item in range(thread_number(sizes), (last - first) * length, sizes.threads):
        j = item // length
        k = item - j * length
        step = np.float32(0)
        if first + j != hole:
            score = fours.dot(rows.hidden, (first + j) * sizes.stride, rows.path, k * sizes.stride, sizes.dim)
            step = span.alpha * (np.float32(1) - np.float32(get(codes, k)) - sigmoid(score))
        put(rows.path_steps, j * sizes.longest_path + k, step)


@piece
def move_path(nodes, path, first, last, rows, sizes):
    """nodes[v_k] += Σ_j path_steps[j, k] h_j."""
    for k in range(cuda.threadIdx.y, len(path), sizes.warps):
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
            at = fours.places(d, sizes)
            sums = fours.zero()
            row = first
            while row < last:
                step = get(rows.path_steps, (row - first) * sizes.longest_path + k)
                sums = fours.add(sums, step, rows.hidden, row * sizes.stride, at)
                row += 1
            fours.add_to(nodes, get(path, k), at, sums, sizes)


@piece
def path_gradient(length, first, last, rows, sizes):
    """gradient[j] += Σ_k path_steps[j, k] v_k."""
    for row in range(first + cuda.threadIdx.y, last, sizes.warps):
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
            at = fours.places(d, sizes)
            sums = fours.zero()
            k = 0
            while k < length:
                step = get(rows.path_steps, (row - first) * sizes.longest_path + k)
                sums = fours.add(sums, step, rows.path, k * sizes.stride, at)
                k += 1
            fours.accumulate(rows.gradient, row * sizes.stride, at, sums, sizes)
