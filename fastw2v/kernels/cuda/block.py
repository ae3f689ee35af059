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
    block: int
    pool: int
    span: int
    spans: int
    negative: int
    lanes: int
    warps: int
    threads: int


class Rows(NamedTuple):
    """The memory that a block works in: 1-d float32 each, rows of `stride` floats unless said otherwise.

    hidden : a tile's four: skip-gram's contexts, CBOW's means
    gradient : with CBOW, what the four means have learned
    output, output_before : the output rows of the block's centers and noise words, and what they were
    path, path_before : the same of the nodes of one center's path
    scores : (rows scored, 4), what each score's gradient moves
    """

    hidden: Any
    gradient: Any
    output: Any
    output_before: Any
    path: Any
    path_before: Any
    scores: Any


class Words(NamedTuple):
    """The block's words, int32 unless said otherwise; positions are counted from the block's first one.

    center, left, right : of each center the word, and its window, itself included
    output : the word of each output row: the centers', then the noise words'
    slot : of each output row the first with the same word; only this one is trained
    shares : float32, of each output row: for how many of a pair's noise words it stands
    position, following, previous : with CBOW, of each position the word, and the next and the last one with the same (-1: none)
    """

    center: Any
    left: Any
    right: Any
    output: Any
    slot: Any
    shares: Any
    position: Any
    following: Any
    previous: Any


class Span(NamedTuple):
    """Where the block lies.

    stretch : the stretch; start : the batch position of the block's first center; centers : how many
    origin : the batch position of the block's first position; covered : how many positions
    alpha : float32, the learning rate
    """

    stretch: Any
    start: Any
    centers: Any
    origin: Any
    covered: Any
    alpha: Any


@piece
def sigmoid(x):
    """1 / (1 + e^-x); past ±30 it is 0 or 1 in float32."""
    return np.float32(1) / (np.float32(1) + math.exp(-min(max(x, np.float32(-30)), np.float32(30))))


@piece
def read_words(cbow, batch, words, span, sizes):
    """Copy the block's words from the batch; with CBOW look up where they are repeated. Can be read past the next barrier."""
    thread, threads, stretch = thread_number(sizes), sizes.threads, span.stretch
    for center in range(thread, span.centers, threads):
        at = span.start + center
        words.center[center] = batch.words[stretch, at]
        words.left[center] = batch.begin[stretch, at] - span.origin
        words.right[center] = batch.end[stretch, at] - span.origin
    if cbow:
        for position in range(thread, span.covered, threads):
            words.position[position] = batch.words[stretch, span.origin + position]
        cuda.syncthreads()
        find_repeats(words, span, sizes)


@piece
def find_repeats(words, span, sizes):
    """Link the positions with the same word."""
    for position in range(thread_number(sizes), span.covered, sizes.threads):
        word = get(words.position, position)
        following, previous = position + 1, position - 1
        while following < span.covered and get(words.position, following) != word:
            following += 1
        while previous >= 0 and get(words.position, previous) != word:
            previous -= 1
        put(words.following, position, following if following < span.covered else -1)
        put(words.previous, position, previous)


@piece
def name_outputs(number, batch, words, span, sizes):
    """The words of the output rows with the block's noise words of a number, and which are the same; past the next barrier."""
    thread, threads = thread_number(sizes), sizes.threads
    pool = (span.start // sizes.block * sizes.spans + number) * sizes.pool
    for row in range(thread, span.centers + sizes.pool, threads):
        own = row < span.centers
        words.output[row] = get(words.center, row) if own else batch.noise[span.stretch, pool + row - span.centers]
    cuda.syncthreads()
    for row in range(thread, span.centers + sizes.pool, threads):
        word, first, times = get(words.output, row), 0, 0
        while get(words.output, first) != word:
            first += 1
        for other in range(span.centers, span.centers + sizes.pool):
            times += get(words.output, other) == word
        put(words.slot, row, first)
        put(words.shares, row, np.float32(times) * np.float32(sizes.negative) / np.float32(sizes.pool))


@piece
def covered_by(first, last, words):
    """From the first to past the last position that the windows of the centers first .. last - 1 cover."""
    begin, end = get(words.left, first), get(words.right, first)
    for center in range(first + 1, last):
        begin, end = min(begin, get(words.left, center)), max(end, get(words.right, center))
    return begin, end


@piece
def covers(center, position, words, own):
    """Whether a center's window has the position in it; `own` is the first center's position."""
    return get(words.left, center) <= position < get(words.right, center) and position != center + own
