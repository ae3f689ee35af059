"""The training kernel: a thread block trains the blocks of its stream's chunk, one after the other."""

from functools import lru_cache
from typing import Any

import numpy as np
from numba import cuda
from numba.cuda import types

from fastw2v.kernels.cuda.block import Rows, Sizes, Span, Words, copy_words
from fastw2v.kernels.cuda.cbow import learn_means
from fastw2v.kernels.cuda.negative import learn_contexts
from fastw2v.kernels.cuda.path import learn_paths
from fastw2v.kernels.cuda.plan import KEPT_KERNELS, Plan
from fastw2v.kernels.cuda.toolkit import kernel


@lru_cache(KEPT_KERNELS)
def training_kernel(plan: Plan) -> Any:
    """A kernel that trains a batch; a thread block of lanes × warps threads for each stream.

    It takes the model, the batch (batch.Batch), the tree (model.huffman), memory ((streams, plan.floats) float32 where the
    rows do not fit into shared memory, else (1, 1)), and the learning rate (float32).
    """
    cbow, negative, hs, in_shared = plan.variant.cbow, plan.variant.negative > 0, plan.variant.hs, plan.in_shared
    block, pool, outputs, window = plan.block, plan.pool, plan.outputs, plan.variant.window
    dim, stride, span_length, spans, noise_words = plan.dim, plan.stride, plan.span, plan.spans, plan.variant.negative
    lanes, warps, threads = plan.lanes, plan.warps, plan.lanes * plan.warps
    covered, room_for_outputs = plan.covered if cbow else 1, max(outputs, 1)
    at = tuple(int(end) for end in np.cumsum((0, *plan.parts)))  # where each part of the memory begins

    @kernel
    def train(model, batch, tree, memory, alpha):
        room = cuda.shared.array(0, types.float32) if in_shared else memory[cuda.blockIdx.x]
        words = Words(
            cuda.shared.array(block, np.int32),
            cuda.shared.array(block, np.int32),
            cuda.shared.array(block, np.int32),
            cuda.shared.array(room_for_outputs, np.int32),
            cuda.shared.array(room_for_outputs, np.int32),
            cuda.shared.array(room_for_outputs, np.float32),
            cuda.shared.array(covered, np.int32),
            cuda.shared.array(covered, np.int32),
            cuda.shared.array(covered, np.int32),
        )
        sizes = Sizes(dim, stride, block, pool, span_length, spans, noise_words, lanes, warps, threads)
        rows = Rows(
            room[at[0] : at[1]],
            room[at[1] : at[2]],
            room[at[2] : at[3]],
            room[at[3] : at[4]],
            room[at[4] : at[5]],
            room[at[5] : at[6]],
            room[at[6] : at[7]],
        )
        count = np.int64(batch.count[cuda.blockIdx.x])
        for start in range(0, count, block):
            centers = min(block, count - start)
            origin = max(0, start - window)
            span = Span(cuda.blockIdx.x, start, centers, origin, min(count, start + centers + window) - origin, alpha)
            copy_words(cbow, batch, words, span, sizes)
            cuda.syncthreads()
            if cbow:
                learn_means(negative, hs, model, batch, tree, rows, words, span, sizes)
            else:
                if hs:
                    learn_paths(model, batch, tree, rows, words, span, sizes)
                if negative:
                    learn_contexts(model, batch, rows, words, span, sizes)
            cuda.syncthreads()

    return train
