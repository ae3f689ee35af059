"""A block of centers as its threads see it: sizes, rows in shared memory, words, and where words repeat."""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda.access import get, put
from fastw2v.kernels.cuda.toolkit import device_function, thread_number


class Sizes(NamedTuple):
    """The constants that a kernel is compiled with; see plan.Plan."""

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
    """The memory that a block trains in: 1-d float32 each, rows of `stride` floats unless stated otherwise.

    hidden : a tile's four: skip-gram's contexts, CBOW's means
    gradient : with CBOW, the gradients of the four means
    output, output_before : the output rows of the block's centers and noise words, and their values before the block
    path, path_before : the same of the nodes of one center's path
    scores : (rows scored, 4), the gradient of each score
    """

    hidden: Any
    gradient: Any
    output: Any
    output_before: Any
    path: Any
    path_before: Any
    scores: Any


class Words(NamedTuple):
    """The block's words, int32 unless stated otherwise; positions count from the block's first one.

    center, left, right : of each center the word, and its window, itself included
    output : the word of each output row: the centers', then the noise words'
    slot : of each output row the first with the same word; only this one is trained
    shares : float32, of each output row: the mean number of a pair's noise words that it stands for
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
    """The place of the block in the batch.

    stream : its number; start : the batch position of the block's first center; centers : their number
    origin : the batch position of the block's first position; covered : the number of positions
    alpha : float32, the learning rate
    """

    stream: Any
    start: Any
    centers: Any
    origin: Any
    covered: Any
    alpha: Any


@device_function
def sigmoid(x):
    """1 / (1 + e^-x); past ±30 it is 0 or 1 in float32."""
    return np.float32(1) / (np.float32(1) + math.exp(-min(max(x, np.float32(-30)), np.float32(30))))


@device_function
def copy_words(cbow, batch, words, span, sizes):
    """Copy the block's words from the batch; with CBOW find where they repeat. Ready after the next barrier."""
    thread, threads, stream = thread_number(sizes), sizes.threads, span.stream
    for center in range(thread, span.centers, threads):
        at = span.start + center
        words.center[center] = batch.words[stream, at]
        words.left[center] = batch.begin[stream, at] - span.origin
        words.right[center] = batch.end[stream, at] - span.origin
    if cbow:
        for position in range(thread, span.covered, threads):
            words.position[position] = batch.words[stream, span.origin + position]
        cuda.syncthreads()
        find_repeats(words, span, sizes)


@device_function
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


@device_function
def assign_outputs(number, batch, words, span, sizes):
    """Assign output rows to the centers and to noise words number `number`, and find repeats. Ready after the next barrier."""
    thread, threads = thread_number(sizes), sizes.threads
    pool = (span.start // sizes.block * sizes.spans + number) * sizes.pool
    for row in range(thread, span.centers + sizes.pool, threads):
        own = row < span.centers
        words.output[row] = get(words.center, row) if own else batch.noise[span.stream, pool + row - span.centers]
    cuda.syncthreads()
    for row in range(thread, span.centers + sizes.pool, threads):
        word, first, times = get(words.output, row), 0, 0
        while get(words.output, first) != word:
            first += 1
        for other in range(span.centers, span.centers + sizes.pool):
            times += get(words.output, other) == word
        put(words.slot, row, first)
        put(words.shares, row, np.float32(times) * np.float32(sizes.negative) / np.float32(sizes.pool))


@device_function
def covered_by(first, last, words):
    """The positions, begin and end, that the windows of the centers first .. last - 1 cover."""
    begin, end = get(words.left, first), get(words.right, first)
    for center in range(first + 1, last):
        begin, end = min(begin, get(words.left, center)), max(end, get(words.right, center))
    return begin, end


@device_function
def covers(center, position, words, own):
    """Whether a center's window covers the position; `own` is the first center's position."""
    return get(words.left, center) <= position < get(words.right, center) and position != center + own
