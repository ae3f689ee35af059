"""The training kernel: a thread block takes the blocks of its stretch's piece, one after the other."""

from functools import lru_cache
from typing import Any

import numpy as np
from numba import cuda
from numba.cuda import types

from fastw2v.kernels.cuda import fours
from fastw2v.kernels.cuda.block import Rows, Sizes, Span, Words, read_words
from fastw2v.kernels.cuda.hidden import clear, return_gradient, take_means
from fastw2v.kernels.cuda.negative import learn_words
from fastw2v.kernels.cuda.path import learn_paths
from fastw2v.kernels.cuda.plan import KEPT_KERNELS, Plan
from fastw2v.kernels.cuda.toolkit import kernel


@lru_cache(KEPT_KERNELS)
def training_kernel(plan: Plan) -> Any:
    """A kernel that trains a batch; a thread block of lanes × warps threads for each stretch.

    It takes the model, the batch (drawing.Batch), the tree (tables.huffman), memory ((stretches, plan.floats) float32 where the
    rows do not fit into shared memory, else (1, 1)), and the learning rate (float32).
    """
    cbow, negative, hs, in_shared = plan.variant.cbow, plan.variant.negative > 0, plan.variant.hs, plan.in_shared
    block, pool, covered, window = plan.block, plan.pool, plan.covered, plan.variant.window
    dim, stride, slots, longest, noise_words = plan.dim, plan.stride, plan.slots, plan.longest_path, plan.variant.negative
    lanes, warps, threads = plan.lanes, plan.warps, plan.lanes * plan.warps
    pool_room, reach = max(pool, 1), 0 if cbow else window
    at = tuple(int(end) for end in np.cumsum((0, *plan.parts)))  # where each part of the room begins

    @kernel
    def train(model, batch, tree, memory, alpha):
        room = cuda.shared.array(0, types.float32) if in_shared else memory[cuda.blockIdx.x]
        position = cuda.shared.array(covered, np.int32)
        following = cuda.shared.array(covered, np.int32)
        leads = cuda.shared.array(covered, np.int32)
        center = cuda.shared.array(block, np.int32)
        rank = cuda.shared.array(block, np.int32)
        left = cuda.shared.array(block, np.int32)
        right = cuda.shared.array(block, np.int32)
        first = cuda.shared.array(block, np.int32)
        last = cuda.shared.array(block, np.int32)
        pairs = cuda.shared.array(block, np.float32)
        taken = cuda.shared.array(block, np.float32)
        noise = cuda.shared.array(pool_room, np.int32)
        times = cuda.shared.array(pool_room, np.int32)
        sizes = Sizes(dim, stride, slots, block, pool, reach, window, noise_words, longest, lanes, warps, threads)
        rows = Rows(
            room[at[0] : at[1]],
            room[at[1] : at[2]] if cbow else room[at[0] : at[1]],
            room[at[0] : at[1]] if cbow else room[at[2] : at[3]],
            room[at[3] : at[4]],
            room[at[4] : at[5]],
            room[at[5] : at[6]],
            room[at[6] : at[7]],
            room[at[7] : at[8]],
            room[at[8] : at[9]],
        )
        words = Words(
            position,
            following,
            leads,
            center,
            rank,
            left,
            right,
            first if cbow else left,
            last if cbow else right,
            pairs,
            taken,
            noise,
            times,
        )
        count = np.int64(batch.count[cuda.blockIdx.x])
        for start in range(0, count, block):
            centers = min(block, count - start)
            origin = max(0, start - window)
            shift = 0 if cbow else start - origin
            span = Span(cuda.blockIdx.x, start, origin, min(count, start + centers + window) - origin, centers, shift, alpha)
            read_words(cbow, batch, words, span, sizes)
            fours.gather(model.input, words.position, span.covered, rows.input, sizes)
            if negative:
                fours.gather(model.output, words.noise, pool, rows.noise, sizes)
            cuda.syncthreads()
            if cbow:
                take_means(rows, words, span, sizes)
                cuda.syncthreads()
            if negative:
                learn_words(cbow, model.output, rows, words, span, sizes)
            else:
                clear(rows.gradient, centers if cbow else span.covered, sizes)  # a path waits before it adds to it
            if hs:
                learn_paths(cbow, model.nodes, tree, rows, words, span, sizes)
            return_gradient(cbow, model.input, rows, words, span, sizes)
            cuda.syncthreads()

    return train
