"""CBOW on a block: four means at a time, of the input rows as the previous four left them; see kernels.blocked.cbow."""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import vec4
from fastw2v.kernels.cuda.access import far, get, put
from fastw2v.kernels.cuda.block import covered_by, covers
from fastw2v.kernels.cuda.negative import begin_outputs, end_outputs, score_means
from fastw2v.kernels.cuda.path import learn_path_of_mean
from fastw2v.kernels.cuda.tiles import move_means
from fastw2v.kernels.cuda.toolkit import device_function, thread_number
from fastw2v.kernels.tiles import ROWS


@device_function
def learn_means(negative, hs, model, batch, tree, rows, words, span, sizes):
    """Train the block's centers on the means of their windows."""
    if negative:
        begin_outputs(0, model.output, batch, rows, words, span, sizes)
    for first in range(0, span.centers, ROWS):
        take_means(first, model.input, rows, words, span, sizes)
        cuda.syncthreads()
        if negative:
            score_means(first, rows, words, span, sizes)
            cuda.syncthreads()
            move_means(span.centers + sizes.pool, rows.output, rows, sizes)
        if hs:
            for center in range(first, min(first + ROWS, span.centers)):
                if get(words.right, center) - get(words.left, center) > 1:
                    learn_path_of_mean(center, center - first, model.nodes, tree, rows, words, span, sizes)
        cuda.syncthreads()
        spread_gradient(first, model.input, rows, words, span, sizes)
        cuda.syncthreads()
    if negative:
        end_outputs(model.output, rows, words, span, sizes)


@device_function
def take_means(first, matrix, rows, words, span, sizes):
    """hidden[i] = the mean of the input rows in the window of center first + i, itself left out (0 where it is alone)."""
    own = span.start - span.origin
    for d in range(thread_number(sizes), sizes.dim, sizes.threads):
        for i in range(ROWS):
            total, center = np.float32(0), first + i
            if center < span.centers:
                left, right = get(words.left, center), get(words.right, center)
                position = left
                while position < right:
                    if position != center + own:
                        total += far(matrix, np.int64(get(words.position, position)), d)
                    position += 1
                total /= np.float32(max(right - left - 1, 1))
            put(rows.hidden, i * sizes.stride + d, total)
            put(rows.gradient, i * sizes.stride + d, np.float32(0))


@device_function
def spread_gradient(first, matrix, rows, words, span, sizes):
    """Each input row in a window gets the whole gradient of the window's mean; all positions of a word at once."""
    last = min(first + ROWS, span.centers)
    begin, end = covered_by(first, last, words)
    for position in range(begin + cuda.threadIdx.y, end, sizes.warps):
        if get(words.previous, position) < begin:
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
                at = vec4.places(d, sizes)
                sums = vec4.zero()
                same = position
                while 0 <= same < end:
                    sums = add_gradients(sums, same, first, last, rows, words, span, sizes, at)
                    same = get(words.following, same)
                vec4.add_to(matrix, get(words.position, position), at, sums, sizes)


@device_function
def add_gradients(sums, position, first, last, rows, words, span, sizes, at):
    """The sum of the gradients of those means, first to last - 1, whose windows cover the position."""
    own = span.start - span.origin
    for center in range(first, last):
        if covers(center, position, words, own):
            sums = vec4.add(sums, np.float32(1), rows.gradient, (center - first) * sizes.stride, at)
    return sums
