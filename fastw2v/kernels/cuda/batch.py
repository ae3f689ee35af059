"""From ids to a batch: subsampling, sentences, windows, noise words, for a chunk of every stream at once.

All that is drawn at random is drawn here, and the training kernel does what the batch says, so that it can be looked at.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda.plan import KEPT_KERNELS, Plan
from fastw2v.kernels.cuda.random_numbers import KEEPING, NOISE, WINDOWS, below, fraction, noise_word, random
from fastw2v.kernels.cuda.toolkit import device_function, kernel
from fastw2v.kernels.worker import END_OF_SENTENCE_ID, MAX_SENTENCE_LENGTH


class Batch(NamedTuple):
    """The kept words of each stream's chunk, and what was drawn for them; (streams, chunk) unless said otherwise.

    words, begin, end : int32, see kernels.blocked.worker.Batch
    sentence : int32, where the position's sentence begins
    noise : (streams, blocks × spans × pool) int32
    count : (streams,) int32, kept words
    """

    words: Any
    sentence: Any
    begin: Any
    end: Any
    noise: Any
    count: Any


@lru_cache(KEPT_KERNELS)
def drawing_kernel(plan: Plan) -> Any:
    """A kernel that draws a batch; a thread block for each stream.

    It takes ids ((n,) int32), chunks ((streams, 3) int64: where the chunk lies in `ids`, how many ids, and the number of its
    first id in the run, from which its random numbers follow), keep and noise (see model.tables), the batch, and the key
    (uint64).
    """
    threads, window, block, pool = plan.drawing, plan.variant.window, plan.block, plan.spans * plan.pool

    @kernel
    def draw(ids, chunks, keep, noise, batch, key):
        sums = cuda.shared.array(threads, np.int32)
        starts = cuda.shared.array(threads, np.int32)
        count = read_words(ids, chunks, keep, batch, key, sums, starts)
        draw_windows(chunks, batch, count, window, key)
        if pool > 0:
            draw_noise(chunks, noise, batch, (count + block - 1) // block * pool, key)

    return draw


@device_function
def read_words(ids, chunks, keep, batch, key, sums, starts):
    """Store the words that subsampling keeps, and where the sentence of each begins. Returns their number."""
    thread, threads, stream = cuda.threadIdx.x, cuda.blockDim.x, cuda.blockIdx.x
    offset, length, number = chunks[stream, 0], chunks[stream, 1], chunks[stream, 2]
    before, sentence = np.int64(0), np.int64(0)
    for tile in range(0, length, threads):
        place = tile + thread
        word = np.int64(ids[offset + place]) if place < length else np.int64(-1)
        kept = word > END_OF_SENTENCE_ID and fraction(random(key ^ KEEPING, number + place)) < keep[word]
        sums[thread] = kept
        scan_sums(sums)
        position = before + sums[thread] - kept
        starts[thread] = position if word == END_OF_SENTENCE_ID else -1
        scan_greatest(starts)
        begun = max(sentence, np.int64(starts[thread]))
        if kept:
            batch.words[stream, position] = word
            batch.sentence[stream, position] = position - (position - begun) % MAX_SENTENCE_LENGTH
        before += sums[threads - 1]
        sentence = max(sentence, np.int64(starts[threads - 1]))
        cuda.syncthreads()
    if thread == 0:
        batch.count[stream] = before
    return before


@device_function
def scan_sums(values):
    """values[i] = the sum of values[0 .. i], one value for each thread (Hillis and Steele 1986)."""
    thread, step = cuda.threadIdx.x, 1
    cuda.syncthreads()
    while step < cuda.blockDim.x:
        other = values[thread - step] if thread >= step else 0
        cuda.syncthreads()
        values[thread] += other
        cuda.syncthreads()
        step *= 2


@device_function
def scan_greatest(values):
    """values[i] = the greatest of values[0 .. i]."""
    thread, step = cuda.threadIdx.x, 1
    cuda.syncthreads()
    while step < cuda.blockDim.x:
        other = values[thread - step] if thread >= step else -1
        cuda.syncthreads()
        values[thread] = max(values[thread], other)
        cuda.syncthreads()
        step *= 2


@device_function
def draw_windows(chunks, batch, count, window, key):
    """Draw dynamic windows: their width is uniform from 1 to the largest, cut at the bounds of the sentence."""
    stream, number = cuda.blockIdx.x, chunks[cuda.blockIdx.x, 2]
    for center in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        sentence = batch.sentence[stream, center]
        reach = 1 + below(random(key ^ WINDOWS, number + center), window)
        batch.begin[stream, center] = max(np.int64(sentence), center - reach)
        inside, outside = center, min(center + reach + 1, count)  # bisection for the end of the sentence
        while outside - inside > 1:
            middle = (inside + outside) // 2
            if batch.sentence[stream, middle] == sentence:
                inside = middle
            else:
                outside = middle
        batch.end[stream, center] = inside + 1


@device_function
def draw_noise(chunks, noise, batch, count, key):
    """Draw the noise words of all blocks."""
    stream = cuda.blockIdx.x
    own = random(key ^ NOISE, chunks[stream, 2])
    for sample in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        batch.noise[stream, sample] = noise_word(random(own, sample), noise)
