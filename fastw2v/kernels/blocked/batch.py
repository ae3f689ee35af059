"""From ids to a batch: subsampling, sentences, windows, noise words."""

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v.kernels.blocked.noise import choose_pool, draw_pools
from fastw2v.kernels.blocked.worker import BATCH
from fastw2v.kernels.worker import END_OF_SENTENCE_ID, MAX_SENTENCE_LENGTH
from fastw2v.model.random_stream import advance

HIGH_24_BITS, HIGH_32_BITS = np.uint64(40), np.uint64(32)


@inlined
def fraction(state):
    """A float32 in [0, 1) from the state's highest bits, which are its most random ones."""
    return np.float32(state >> HIGH_24_BITS) / np.float32(2**24)


@inlined
def read_words(ids, position, last, worker, keep):
    """Add the words that subsampling keeps to the batch, to the end of the sentence that fills it. Returns where it stopped."""
    state, words = worker.state[0], worker.batch.words
    start = position
    random, length, complete = state.random, state.length, state.complete
    while position < len(ids) and complete < BATCH:
        word = ids[position]
        position += 1
        # Always written, and counted if kept: a branch would be mispredicted, as subsampling is random.
        words[length] = word
        random = advance(random)
        length += (fraction(random) < keep[word]) & (word != END_OF_SENTENCE_ID)
        if word == END_OF_SENTENCE_ID or length - complete == MAX_SENTENCE_LENGTH:
            close_sentence(complete, length, worker)
            complete = length
    if last and position == len(ids):
        close_sentence(complete, length, worker)
        complete = length
    state.words += position - start
    state.random, state.length, state.complete = random, length, complete
    return position


@inlined
def close_sentence(begin, end, worker):
    """Store the bounds of a complete sentence, from which its windows are drawn."""
    for position in range(begin, end):
        worker.batch.sentence_begin[position] = begin
        worker.batch.sentence_end[position] = end


@inlined
def prepare(worker, tables, variant):
    """Draw the windows of a batch's complete sentences, and their noise words unless blocks draw their own."""
    state, batch = worker.state[0], worker.batch
    state.random = draw_windows(state.complete, state.random, batch, variant.window)
    if worker.parts.negative is not None:
        if worker.parts.near is not None:
            count_pairs(state.complete, batch, variant.window)
            choose_pool(state.complete, worker, variant.negative)
        if worker.parts.wide is None:
            draw_pools(worker, tables.alias)


@inlined
def covered(first, last, batch):
    """The positions, begin and end, that the windows of the centers first .. last - 1 cover."""
    begin, end = np.int64(batch.begin[first]), np.int64(batch.end[last - 1])
    for center in range(first, last):
        begin, end = min(begin, np.int64(batch.begin[center])), max(end, np.int64(batch.end[center]))
    return begin, end


@inlined
def draw_windows(length, random, batch, window):
    """Draw dynamic windows: their width is uniform from 1 to `window`, cut at the bounds of the sentence."""
    for center in range(length):
        random = advance(random)
        reach = 1 + np.int64(((random >> HIGH_32_BITS) * np.uint64(window)) >> HIGH_32_BITS)
        batch.begin[center] = max(np.int64(batch.sentence_begin[center]), center - reach)
        batch.end[center] = min(np.int64(batch.sentence_end[center]), center + reach + 1)
    return random


@inlined
def count_pairs(length, batch, window):
    """Count the windows of other centers that cover each position, for each distance many positions at a time."""
    pairs, begins, ends = batch.pairs, batch.begin, batch.end
    for position in range(length):
        pairs[position] = 0
    for reach in range(1, window + 1):
        for position in range(reach, length):
            pairs[position] += np.float32(ends[position - reach] > position)
        for position in range(length - reach):
            pairs[position] += np.float32(begins[position + reach] <= position)


@inlined
def drop_trained(worker):
    """Move the unfinished sentence to the front of the batch."""
    state, words = worker.state[0], worker.batch.words
    for position in range(state.complete, state.length):
        words[position - state.complete] = words[position]
    state.length -= state.complete
    state.complete = 0
