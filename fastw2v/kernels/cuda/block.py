"""A block of centers as its threads see it: sizes, rows in shared memory, words, and what is looked up about them."""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda.access import get, put
from fastw2v.kernels.cuda.toolkit import piece, thread_number


class Sizes(NamedTuple):
    """What is known when a kernel is compiled; see plan.Plan."""

    dim: int
    stride: int
    slots: int
    block: int
    pool: int
    reach: int
    window: int
    negative: int
    longest_path: int
    lanes: int
    warps: int
    threads: int


class Rows(NamedTuple):
    """The memory that a block works in: 1-d float32 each, rows of `stride` floats unless said otherwise.

    input : the input rows of the positions that the block's windows may cover
    hidden : what is scored: with skip-gram the same rows, with CBOW the windows' means, one for each center
    gradient : of the hidden rows, times the learning rate
    noise, output : the output rows of the noise words and of the centers
    scores : (centers, noise words), what each score's gradient moves
    steps : (centers, slots), the same of the centers' own scores; a slot for each hidden row of a window
    path, path_steps : the tree nodes of one center; (slots, longest path)
    """

    input: Any
    hidden: Any
    gradient: Any
    noise: Any
    output: Any
    scores: Any
    steps: Any
    path: Any
    path_steps: Any


class Words(NamedTuple):
    """The block's words, int32 unless said otherwise; positions and rows are counted from the block's first position.

    position, following, leads : of each position the word, the next with the same word (-1: none), and whether none before it
        has it
    center, rank : of each center the word, and how many centers before it have the same
    left, right : its window, itself included
    first, last : the hidden rows that it is scored against; with skip-gram the same
    pairs, taken : float32, see kernels.blocked.worker.Batch.pairs; the share of the pool that is the center, times `negative`
    noise, times : the pool's words; how often each is there, at its first place, else 0
    """

    position: Any
    following: Any
    leads: Any
    center: Any
    rank: Any
    left: Any
    right: Any
    first: Any
    last: Any
    pairs: Any
    taken: Any
    noise: Any
    times: Any


class Span(NamedTuple):
    """Where the block lies.

    stretch : the stretch; start : the batch position of the block's first center
    origin : the batch position of the block's first position; covered : how many positions
    centers : how many centers; shift : the hidden row of the first center
    alpha : float32, the learning rate
    """

    stretch: Any
    start: Any
    origin: Any
    covered: Any
    centers: Any
    shift: Any
    alpha: Any


@piece
def sigmoid(x):
    """1 / (1 + e^-x); past ±30 it is 0 or 1 in float32."""
    return np.float32(1) / (np.float32(1) + math.exp(-min(max(x, np.float32(-30)), np.float32(30))))


@piece
def read_words(cbow, batch, words, span, sizes):
    """Copy the block's words from the batch, and look up what is needed about them; that can be read past the next barrier."""
    thread, threads, stretch = thread_number(sizes), sizes.threads, span.stretch
    for position in range(thread, span.covered, threads):
        words.position[position] = batch.words[stretch, span.origin + position]
    for center in range(thread, span.centers, threads):
        at = span.start + center
        words.center[center] = batch.words[stretch, at]
        words.left[center] = batch.begin[stretch, at] - span.origin
        words.right[center] = batch.end[stretch, at] - span.origin
        words.pairs[center] = batch.pairs[stretch, at]
        if cbow:
            words.first[center] = center
            words.last[center] = center + (batch.end[stretch, at] - batch.begin[stretch, at] > 1)
    pool = span.start // sizes.block * sizes.pool
    for sample in range(thread, sizes.pool, threads):
        words.noise[sample] = batch.noise[stretch, pool + sample]
    cuda.syncthreads()
    find_repeats(words, span, sizes)


@piece
def find_repeats(words, span, sizes):
    """Which positions, centers and noise words are the same word; each of the three begins with other threads."""
    thread, threads = thread_number(sizes), sizes.threads
    for position in range(thread, span.covered, threads):
        word = get(words.position, position)
        following = position + 1
        while following < span.covered and get(words.position, following) != word:
            following += 1
        put(words.following, position, following if following < span.covered else -1)
        before = 0
        while get(words.position, before) != word:
            before += 1
        put(words.leads, position, before == position)
    for center in range((thread + threads // 2) % threads, span.centers, threads):
        rank = 0
        for other in range(center):
            rank += get(words.center, other) == get(words.center, center)
        put(words.rank, center, rank)
        repeats = 0
        for sample in range(sizes.pool):
            repeats += get(words.noise, sample) == get(words.center, center)
        put(words.taken, center, np.float32(repeats) * np.float32(sizes.negative) / np.float32(max(sizes.pool, 1)))
    for sample in range((thread + threads // 4) % threads, sizes.pool, threads):
        times, before = 0, 0
        for other in range(sizes.pool):
            same = get(words.noise, other) == get(words.noise, sample)
            times += same
            before += same and other < sample
        put(words.times, sample, 0 if before else times)
