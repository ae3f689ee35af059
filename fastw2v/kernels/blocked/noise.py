"""Drawing the noise words of blocks: all of a batch at once, or where windows are wide those of one block after the other."""

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.prefetch import prefetch_row
from fastw2v._jit.simd import HALF
from fastw2v.kernels.blocked.sizes import NOISE_A_PAIR
from fastw2v.model.noise import draw_from_alias
from fastw2v.model.random_stream import advance


@inlined
def choose_pool(length, worker, negative):
    """Set the noise words of a block, in proportion to the pairs of the batch's positions."""
    batch = worker.batch
    pairs = np.float32(0)
    for position in range(length):
        pairs += batch.pairs[position]
    wanted = pairs * np.float32(negative) / (np.float32(NOISE_A_PAIR) * np.float32(max(length, 1)))
    batch.pool[0] = min(worker.pool, max(HALF, HALF * np.int64(np.ceil(wanted / np.float32(HALF)))))


@inlined
def draw_pools(worker, alias):
    """Draw the noise words of all blocks."""
    state, batch = worker.state[0], worker.batch
    random = state.random
    blocks = (state.complete + worker.block - 1) // worker.block
    for sample in range(blocks * batch.pool[0]):
        random = advance(random)
        batch.noise[sample] = draw_from_alias(random, alias)
    state.random = random


@inlined
def first_noise_word(first, worker):
    """Where the noise words of the block that starts at `first` begin; those of the next block follow."""
    return first // worker.block * worker.batch.pool[0]


@inlined
def draw_noise(worker, output, alias):
    """Draw the next noise words, and prefetch their rows."""
    state, noise = worker.state[0], worker.batch.noise
    random = state.random
    for sample in range(worker.batch.pool[0]):
        random = advance(random)
        noise[sample] = draw_from_alias(random, alias)
        prefetch_row(output, np.int64(noise[sample]))
    state.random = random
