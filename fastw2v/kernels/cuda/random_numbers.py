"""Random numbers without a state: each is computed from a key and its number (Steele, Lea and Flood 2014, SplitMix64).

Any thread can compute any of them, and they do not depend on how the text is cut into launches.
"""

import numpy as np

from fastw2v.kernels.cuda.toolkit import device_function
from fastw2v.model.noise import SLOTS, SLOTS_PER_CELL

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
N16, N27, N30, N31, N32, N40 = (np.uint64(bits) for bits in (16, 27, 30, 31, 32, 40))
ONE, SLOTS_U = np.uint64(1), np.uint64(SLOTS)
# The uses of random numbers, each with its own sequence.
KEEPING, WINDOWS, NOISE, LOSS = (np.uint64(purpose << 60) for purpose in range(4))


@device_function
def random(key, number):
    """The uint64 of this number in the key's sequence."""
    z = key + (np.uint64(number) + ONE) * GOLDEN
    z = (z ^ (z >> N30)) * FIRST
    z = (z ^ (z >> N27)) * SECOND
    return z ^ (z >> N31)


@device_function
def fraction(z):
    """A float32 in [0, 1) from the highest bits."""
    return np.float32(np.int64(z >> N40)) * np.float32(2.0**-24)


@device_function
def below(z, limit):
    """An int64 in 0 .. limit - 1."""
    return np.int64(((z >> N32) * np.uint64(limit)) >> N32)


@device_function
def noise_word(z, noise):
    """A noise word, as model.noise.draw_from_table has it."""
    slot = np.int64((z >> N16) % SLOTS_U)
    word = np.int64(noise.first[slot // SLOTS_PER_CELL])
    while noise.ends[word] <= slot:
        word += 1
    if word == 0:
        word = np.int64(z % np.uint64(len(noise.ends) - 1) + ONE)
    return word
