"""The original's random stream: a 64-bit linear congruential generator, with the bits that word2vec.c uses."""

import numpy as np

from fastw2v._jit.compiling import inlined

MULTIPLIER = np.uint64(25214903917)
INCREMENT = np.uint64(11)
LOW_16_BITS = np.uint64(0xFFFF)
SEED_STEP = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: seeds start streams far from each other
UINT64 = 2**64


def random_start(seed: int, stream: int, *, measuring: bool = False) -> int:
    """The first state of a random stream; seed 1 starts streams 0, 1, … like the threads of word2vec.c.

    measuring : the separate stream of the same number, with which the loss is measured
    """
    return ((stream + (seed - 1) * SEED_STEP) % UINT64) ^ (UINT64 // 2 if measuring else 0)


@inlined
def advance(state):
    """The uint64 state after a uint64 state."""
    return state * MULTIPLIER + INCREMENT


@inlined
def uniform(state):
    """A float32 in [0, 1), a multiple of 1/65536, from the low 16 bits of a uint64 state."""
    return np.float32(state & LOW_16_BITS) / np.float32(65536)
