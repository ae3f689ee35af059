"""The loss on a GPU: the objective of kernels.loss on the last centers of each chunk, just before they are trained on."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda.plan import KEPT_KERNELS, Plan
from fastw2v.kernels.cuda.random_numbers import LOSS, noise_word, random
from fastw2v.kernels.cuda.toolkit import device_function, kernel

MEASURED = 8  # centers of each chunk


@lru_cache(KEPT_KERNELS)
def loss_kernel(plan: Plan) -> Any:
    """A kernel that adds to losses ((streams, 2) float64, nats and pairs so far); a thread for each score of a pair.

    It takes the model, the batch, chunks and key (see `batch`), and the tables' noise and tree.
    """
    cbow, negative, hs, slots, dim = plan.variant.cbow, plan.variant.negative, plan.variant.hs, plan.slots, plan.dim
    threads, noise_scores = plan.measuring, negative + 1 if negative else 0
    scores = noise_scores + plan.longest_path  # of a pair, at most

    @kernel
    def measure(model, batch, chunks, noise, tree, key, losses):
        sums = cuda.shared.array((threads, 2), np.float64)
        thread, stream = cuda.threadIdx.x, cuda.blockIdx.x
        nats, pairs = 0.0, 0.0
        count = np.int64(batch.count[stream])
        earliest = max(0, count - MEASURED)
        own = random(key ^ LOSS, chunks[stream, 2])
        for item in range(thread, (count - earliest) * slots * scores, threads):
            pair = item // scores
            place = item - pair * scores
            center = earliest + pair // slots
            begin, end = np.int64(batch.begin[stream, center]), np.int64(batch.end[stream, center])
            row = begin + pair % slots
            if (cbow and end - begin > 1) or (not cbow and row < end and row != center):
                word = np.int64(batch.words[stream, center])
                window = (begin, end, center) if cbow else (row, row + 1, np.int64(-1))
                words = batch.words[stream]
                if place == 0:
                    pairs += 1.0
                if negative > 0 and place < noise_scores:
                    other = noise_word(random(own, pair * negative + place - 1), noise) if place > 0 else word
                    if place == 0 or other != word:
                        found = score(model.input, words, window, model.output, other, dim)
                        nats += softplus(found if place > 0 else -found)
                if hs and place >= noise_scores:
                    step = tree.starts[word] + place - noise_scores
                    if step < tree.starts[word + 1]:
                        found = score(model.input, words, window, model.nodes, np.int64(tree.nodes[step]), dim)
                        nats += softplus(found if tree.codes[step] else -found)
        sums[thread, 0] = nats
        sums[thread, 1] = pairs
        cuda.syncthreads()
        if thread == 0:
            for other in range(1, threads):
                nats += sums[other, 0]
                pairs += sums[other, 1]
            losses[stream, 0] += nats
            losses[stream, 1] += pairs

    return measure


@device_function
def score(inputs, words, window, outputs, row, dim):
    """The mean of the window's input rows, without the position `hole`, times an output row; nothing is written meanwhile."""
    begin, end, hole = window
    total = np.float32(0)
    contexts = 0
    for position in range(begin, end):
        if position != hole:
            word = np.int64(words[position])
            contexts += 1
            for d in range(dim):
                total += inputs[word, d] * outputs[row, d]
    return np.float64(total) / contexts


@device_function
def softplus(x):
    """log(1 + e^x) = -log σ(-x), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
