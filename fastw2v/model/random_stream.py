"""The original's random stream: a 64-bit linear congruential generator, its bits taken as word2vec.c takes them."""

import numpy as np

from fastw2v._jit.compiling import inlined

MULTIPLIER = np.uint64(25214903917)
INCREMENT = np.uint64(11)
LOW_16_BITS = np.uint64(0xFFFF)
SEED_STEP = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: seeds start streams far from each other
UINT64 = 2**64


def random_start(seed: int, stream: int, *, measuring: bool = False) -> int:
    """The first state of a random stream; seed 1 starts streams 0, 1, … like the threads of word2vec.c.

    measuring : the stream beside it that the loss is measured with
    """
    return ((stream + (seed - 1) * SEED_STEP) % UINT64) ^ (UINT64 // 2 if measuring else 0)


@inlined
def advance(state):
    """The next state of the stream (uint64 to uint64)."""
    return state * MULTIPLIER + INCREMENT


@inlined
def fraction(state):
    """A float32 in [0, 1), in steps of 1/65536, from the state's low 16 bits."""
    return np.float32(state & LOW_16_BITS) / np.float32(65536)
