"""The blocked kernel: the original's expected gradient, arranged as small dense products that stay in registers and cache.

A batch of sentences is subsampled and its windows are drawn (batch); then blocks of consecutive centers are trained, one
after the other, across sentences' ends. A block's input rows are gathered once into `hidden` (CBOW: averaged into its means)
and stay as they are while the block lasts; what they learn gathers in `gradient` and is added to the matrix at the end.
What a hidden row is scored against is in `negative`, `centers` and `path`. After Ji et al. 2016, "Parallelizing Word2Vec in
Shared and Distributed Memory": noise words shared by several pairs make matrix products of scores and gradients.
"""

import numpy as np

from fastw2v.compiling import compiled_math, inlined
from fastw2v.kernels.blocked.batch import drop_trained, prepare, read_words
from fastw2v.kernels.blocked.hidden import gather, return_gradient, scatter_add, take_hidden
from fastw2v.kernels.blocked.negative import learn_words
from fastw2v.kernels.blocked.path import end_paths, learn_paths
from fastw2v.kernels.blocked.worker import BATCH, carried, check_carried, new_worker
from fastw2v.kernels.schedule import learning_rate

__all__ = ["carried", "check_carried", "new_worker", "train"]


@compiled_math
def train(ids, last, worker, model, tables, variant, schedule):
    """Train on the next ids of a worker's share.

    ids : (n,) int32, word ids, 0 ends a sentence
    last : bool, whether the share ends here, so that all that was read is trained
    worker : kernels.blocked.worker.Worker, carried from call to call
    model, tables, variant, schedule : see kernels.model, tables, kernels.worker, kernels.schedule
    """
    state = worker.state[0]
    position = 0
    while True:
        position = read_words(ids, position, last, worker, tables.keep)
        full = state.complete >= BATCH
        if not full and not last:
            break
        prepare(worker, tables, variant)
        for first in range(0, state.complete, worker.batch.block[0]):
            train_block(first, min(first + worker.batch.block[0], state.complete), worker, model, tables, variant)
        drop_trained(worker)
        schedule.words_done[worker.row] += state.words - state.counted
        state.counted = state.words
        state.alpha = learning_rate(schedule) * worker.damping
        if not full:
            break
    if last:
        end_paths(worker.parts.hs, worker, model.nodes, tables.tree)


@inlined
def train_block(first, last, worker, model, tables, variant):
    """Train the centers first .. last - 1 of the batch."""
    batch, rows, parts = worker.batch, worker.rows, worker.parts
    begin, end = covered(first, last, batch.begin, batch.end)
    gather(model.input, batch.words, begin, end, rows.input)
    hidden, gradient, origin = take_hidden(parts.cbow, first, last, begin, end, worker)
    learn_words(parts.negative, parts.cbow, first, last, origin, hidden, gradient, worker, model, variant)
    learn_paths(parts.hs, parts.cbow, first, last, origin, hidden, gradient, worker, model, tables.tree, variant.window)
    return_gradient(parts.cbow, first, last, begin, worker)
    scatter_add(rows.input_gradient, batch.words, begin, end, model.input)


@inlined
def covered(first, last, begins, ends):
    """From the first to past the last position that the windows of some centers cover."""
    begin, end = np.int64(begins[first]), np.int64(ends[last - 1])
    for center in range(first, last):
        begin, end = min(begin, np.int64(begins[center])), max(end, np.int64(ends[center]))
    return begin, end
