"""The blocked kernel: the original's gradient, arranged as small dense products that stay in registers and cache.

`batch` subsamples a batch of sentences and draws their windows; then blocks of consecutive centers are trained, one after the
other, across the ends of sentences. The model and the window choose how: `skipgram_near`, `skipgram_wide`, `path` or `cbow`.
All train few hidden rows at a time, one, two or four (kernels.tiles), so that no step is much longer than one of the
original's, whatever the settings; `sizes` chooses how many centers and noise words a block has, `noise` draws them. Noise
words shared by several pairs turn scores and gradients into matrix products (Ji et al. 2016, "Parallelizing Word2Vec in Shared
and Distributed Memory").
"""

from fastw2v._jit.compiling import compiled_kernel, inlined
from fastw2v.kernels.blocked.batch import drop_trained, prepare, read_words
from fastw2v.kernels.blocked.cbow import train_cbow
from fastw2v.kernels.blocked.noise import draw_noise
from fastw2v.kernels.blocked.path import end_paths, train_paths
from fastw2v.kernels.blocked.skipgram_near import train_near
from fastw2v.kernels.blocked.skipgram_wide import train_wide
from fastw2v.kernels.blocked.worker import BATCH, carried, check_carried, new_worker
from fastw2v.kernels.schedule import learning_rate

__all__ = ["carried", "check_carried", "new_worker", "train"]


@compiled_kernel
def train(ids, last, worker, model, tables, variant, schedule):
    """Train on the next chunk of ids.

    ids : (n,) int32, word ids, 0 ends a sentence
    last : bool, whether the thread's part of the text ends here, so that all that was read is trained
    worker : kernels.blocked.worker.Worker, carried from call to call
    model, tables, variant, schedule : see model.matrices, model.tables, kernels.worker, kernels.schedule
    """
    state = worker.state[0]
    position = 0
    while True:
        position = read_words(ids, position, last, worker, tables.keep)
        full = state.complete >= BATCH
        if not full and not last:
            break
        prepare(worker, tables, variant)
        begin_batch(worker.parts.wide, worker, model, tables)
        for first in range(0, state.complete, worker.block):
            train_block(first, min(first + worker.block, state.complete), worker, model, tables, variant)
        drop_trained(worker)
        schedule.words_done[worker.row] += state.words - state.counted
        state.counted = state.words
        state.alpha = learning_rate(schedule)
        if not full:
            break
    if last:
        end_paths(worker.parts.hs, worker, model.nodes, tables.tree)


@inlined
def begin_batch(wide, worker, model, tables):
    """Draw the first noise words where blocks draw their own."""
    if wide is not None:
        draw_noise(worker, model.output, tables.alias)


@inlined
def train_block(first, last, worker, model, tables, variant):
    """Train the centers first .. last - 1 of the batch, with the parts that the run needs."""
    parts = worker.parts
    block_of_means(parts.cbow, first, last, worker, model, tables, variant)
    block_of_paths(parts.paths, first, last, worker, model, tables, variant)
    near_block(parts.near, first, last, worker, model, variant)
    wide_block(parts.wide, first, last, worker, model, tables, variant)


@inlined
def block_of_means(wanted, first, last, worker, model, tables, variant):
    if wanted is not None:
        train_cbow(first, last, worker, model, tables, variant)


@inlined
def near_block(wanted, first, last, worker, model, variant):
    if wanted is not None:
        train_near(first, last, worker, model, variant)


@inlined
def wide_block(wanted, first, last, worker, model, tables, variant):
    if wanted is not None:
        train_wide(first, last, worker, model, tables, variant)


@inlined
def block_of_paths(wanted, first, last, worker, model, tables, variant):
    if wanted is not None:
        train_paths(first, last, worker, model, tables.tree, variant.window)
