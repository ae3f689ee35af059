"""The noise distribution of negative sampling: unigram counts to a power, 0.75 by default (Mikolov et al. 2013, 2.2)."""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled, inlined

ORIGINAL_EXPONENT = 0.75
SLOTS = 100_000_000  # the length of the original's table
SLOTS_PER_CELL = 64
CELLS = SLOTS // SLOTS_PER_CELL + 1
SLOTS_U = np.uint64(SLOTS)
SIXTEEN = np.uint64(16)
ONE = np.uint64(1)


class NoiseTable(NamedTuple):
    """The original's table of 10^8 word ids, kept as its run boundaries.

    Word i owns the slots ends[i-1] <= slot < ends[i]. `first` holds the owner of every 64th slot: a draw searches from there
    and reads one or two boundaries. It gives the same words as the 400 MB table, from a few MB that stay in cache.

    ends : (vocabulary,) int32
    first : (1,562,501,) int32
    """

    ends: np.ndarray
    first: np.ndarray


def no_noise() -> NoiseTable:
    """An empty table, for runs without negative sampling."""
    return NoiseTable(np.zeros(0, np.int32), np.zeros(0, np.int32))


def noise_table(counts: np.ndarray, exponent: float = ORIGINAL_EXPONENT) -> NoiseTable:
    """The noise table of (vocabulary,) int64 counts, `</s>` first, each to the power of `exponent`."""
    ends = np.zeros(len(counts), np.int32)
    _slot_ends(_probabilities(counts, exponent), ends)
    first = np.searchsorted(ends, np.arange(CELLS, dtype=np.int64) * SLOTS_PER_CELL, side="right")
    return NoiseTable(ends, np.minimum(first, len(counts) - 1).astype(np.int32))


def _probabilities(counts: np.ndarray, exponent: float) -> np.ndarray:
    """(vocabulary,) float64 probabilities, proportional to count ** exponent; 0 for words that do not occur.

    The original includes `</s>` and draws a word uniformly in its place. Here this is done at the original's exponent only: at
    2, the ends of short sentences would outweigh the distribution of the words.
    """
    weights = np.power(counts, exponent, out=np.zeros(len(counts)), where=counts > 0, dtype=np.float64)
    if exponent != ORIGINAL_EXPONENT:
        weights[0] = 0
    found: np.ndarray = weights / (weights.sum() or 1)
    return found


@compiled
def _slot_ends(probabilities, ends):
    """Fill `ends` as the original fills its table: slot by slot, with at least one slot for each word.

    probabilities : (vocabulary,) float64
    ends : (vocabulary,) int32
    """
    words = len(probabilities)
    slot = 0  # the first slot of the current word
    cumulative = 0.0
    for word in range(words):
        cumulative += probabilities[word]
        # The word's last slot is the first slot s >= `slot` with s / SLOTS above the cumulative probability.
        last = max(slot, np.int64(cumulative * SLOTS))
        while last > slot and (last - 1) / SLOTS > cumulative:
            last -= 1
        while last / SLOTS <= cumulative and last < SLOTS:
            last += 1
        slot = min(last + 1, SLOTS)
        ends[word] = slot
    ends[words - 1] = SLOTS


@inlined
def draw_from_table(state, noise):
    """A noise word from a uint64 random state. Instead of `</s>` it takes a word uniformly, as the original does."""
    slot = np.int64((state >> SIXTEEN) % SLOTS_U)
    word = np.int64(noise.first[slot // SLOTS_PER_CELL])
    while noise.ends[word] <= slot:
        word += 1
    if word == 0:
        word = np.int64(state % np.uint64(len(noise.ends) - 1) + ONE)
    return word
