"""The original's random stream: a 64-bit linear congruential generator, its bits taken as word2vec.c takes them."""

import numpy as np

from fastw2v._jit.compiling import inlined

MULTIPLIER = np.uint64(25214903917)
INCREMENT = np.uint64(11)
LOW_16_BITS = np.uint64(0xFFFF)


@inlined
def advance(state):
    """The next state of the stream (uint64 to uint64)."""
    return state * MULTIPLIER + INCREMENT


@inlined
def fraction(state):
    """A float32 in [0, 1), in steps of 1/65536, from the state's low 16 bits."""
    return np.float32(state & LOW_16_BITS) / np.float32(65536)
