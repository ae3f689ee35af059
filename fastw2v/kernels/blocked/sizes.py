"""How many centers and noise words a block has, so that its steps are like the original's, whatever the settings.

A step that would be too long is never scaled down: blocks get shorter instead, in the limit one center. The figures were chosen
on a graph, on item sessions and on English, over windows from 2 to 1000 and 2 to 20 noise words a pair, beside the reference
kernel (`python -m bench learning`, `speed kernels`).
"""

import math
from typing import NamedTuple

import numpy as np

from fastw2v._jit.simd import HALF
from fastw2v.kernels.worker import Variant
from fastw2v.model.noise import SLOTS
from fastw2v.model.tables import Tables

# Hierarchical softmax: one path at a time. CBOW's means move from four centers to the next, so a block only shares its copies.
PATHS_BLOCK, CBOW_BLOCK = 8, 32
# CBOW: the noise words that a tile of four centers meets, its band, as a multiple of `negative`; up to three bands are a pool.
# With 20 noise words, window 100, bands of 8 found the groups of 78.8 % of baskets, of 32 82.4, the reference 83.0.
CBOW_BAND, CBOW_LEAST_BAND, CBOW_BANDS, CBOW_MOST_NOISE = 1.6, 8, 3, 256
# Windows that are large beside a sentence have nearly the same mean at every center. With few noise words they go apart too
# little in long blocks: item sessions, window 30, 2 noise words: blocks of 32 found 2.05 % of next films, of 8 2.28, the
# reference 2.25; with 5 noise words 2.48, 2.59 and 2.62.
FEW_NOISE, LARGE_WINDOW, SHORT_CBOW_BLOCK = 5, 10, 8
# Skip-gram, near: the largest window, noise words of a position, and learning rates that add up on it before it moves.
NEAR_BLOCK, LONG_NEAR_BLOCK = 32, 48
NEAR_WINDOW, NEAR_NOISE, NEAR_RATE = 6, 36, 1.0
NOISE_A_PAIR = 2.0  # noise words of a position that one of the pool stands for, at most
# Skip-gram, wide: noise words of a context that one of the pool stands for, and learning rates that add up on a context, at
# most. English, window 15 with 10 noise words: blocks of 16 solved 14.1 % of analogies, of 8, as these allow, 16.0, the
# reference 15.9.
WIDE_BLOCK, WIDE_POOL = 32, 16
WIDE_NOISE, WIDE_RATE = 5, 2.0
SPAN = 96  # positions whose contexts meet the same noise words, at most
# How often two positions of a text have the same word, times a block's centers, at most: rows are copied for every position,
# and copies of one word do not see each other. A graph, where that is .055 at 48: macro F1 48.2, at 32, .037, 51.1, the
# reference 50.7. English, .015 at 48, learned at 48 what it did at 32.
MOST_REPEATS = 0.04
# Learning rates that may add up on the most frequent word's row in a block: with four times as much, 30-word texts diverged.
MOST_OF_A_WORD = 0.5
# Copies of one word in a pool, on average, at most, with blocks of full length. English, window 10, exponent 2, which makes one
# word half of the noise: blocks of 16 came to a loss of 1.307, of 4, as this allows, to 1.253, the reference to 1.245.
MOST_IN_A_POOL = 2.5


class Sizes(NamedTuple):
    """near, wide : which module scores skip-gram's noise words, if there are any; neither with CBOW
    block : centers of a block; pool : noise words of a block, at most
    band : those of the pool that four of CBOW's centers meet; 0 with skip-gram
    """

    near: bool
    wide: bool
    block: int
    pool: int
    band: int = 0


def sizes(variant: Variant, tables: Tables, alpha: float) -> Sizes:
    """The best sizes for the settings and the words."""
    if variant.cbow:
        return cbow_sizes(variant, tables, alpha)
    if not variant.negative:
        return Sizes(False, False, PATHS_BLOCK, 0)
    if is_near(variant, alpha):
        pairs = variant.window + 1  # of a position of a long sentence
        pool = rounded_up_to_eights(pairs * variant.negative / NOISE_A_PAIR)
        words = shares(tables)
        most = min(LONG_NEAR_BLOCK, max(NEAR_BLOCK, seldom_repeating(words)))
        block = min(most / crowding(pool, tables), longest_block(variant, words, alpha, pairs))
        return Sizes(True, False, whole(block), pool)
    return wide_sizes(variant, tables, alpha)


def cbow_sizes(variant: Variant, tables: Tables, alpha: float) -> Sizes:
    """The same for CBOW, whose mean has one pair."""
    if not variant.negative:
        return Sizes(False, False, CBOW_BLOCK, 0)
    band = rounded_up_to_eights(max(CBOW_LEAST_BAND, variant.negative, min(CBOW_BAND * variant.negative, CBOW_MOST_NOISE)))
    pool = band * max(1, min(CBOW_BANDS, CBOW_MOST_NOISE // band))
    most = SHORT_CBOW_BLOCK if variant.negative <= FEW_NOISE and variant.window > LARGE_WINDOW else CBOW_BLOCK
    words = shares(tables)
    block = min(most / crowding(pool, tables), seldom_repeating(words), longest_block(variant, words, alpha, 1))
    return Sizes(False, False, whole(block), pool, band)


def wide_sizes(variant: Variant, tables: Tables, alpha: float) -> Sizes:
    """The same for skip-gram with negative sampling and windows of any width."""
    pool = max(WIDE_POOL, math.ceil(variant.negative / WIDE_NOISE))
    block = min(WIDE_BLOCK, WIDE_NOISE * WIDE_POOL / variant.negative, WIDE_RATE / (alpha * variant.negative))
    return Sizes(False, True, whole(block / crowding(pool, tables)), pool)


def is_near(variant: Variant, alpha: float) -> bool:
    """Whether skip-gram's positions can be scored against the noise words of all their pairs at once.

    Together with paths they cannot: item sessions, window 5, both losses: 3.85 % of next films, `wide` 3.99, reference 4.01.
    """
    met = variant.negative * (variant.window + 1)
    return not variant.hs and variant.window <= NEAR_WINDOW and met <= NEAR_NOISE and alpha * met <= NEAR_RATE


def longest_block(variant: Variant, words: np.ndarray, alpha: float, pairs: float) -> float:
    """The longest block, in centers of `pairs` pairs each, in which the most frequent word does not occur too often.

    words : see `shares`
    """
    most = max(float(words.max(initial=0)), 1e-9)
    return MOST_OF_A_WORD / (alpha * pairs * (1 + variant.negative) * most)


def crowding(pool: int, tables: Tables) -> float:
    """By how much a block is shorter for a word that is much of the noise, 1 where none is: the steps of its copies add up."""
    most = float(np.diff(tables.noise.ends, prepend=0)[1:].max(initial=0)) / SLOTS
    return max(1.0, pool * most / MOST_IN_A_POOL)


def seldom_repeating(words: np.ndarray) -> float:
    """The longest block, in centers, in which words repeat seldom enough."""
    return MOST_REPEATS / max(float((words**2).sum()), 1e-9)


def shares(tables: Tables) -> np.ndarray:
    """Each word's share of the centers that subsampling leaves; (vocabulary - 1,) float64."""
    kept = (tables.frequency.astype(np.float64) * np.minimum(tables.keep, 1))[1:]  # `</s>` is no center
    return kept / max(kept.sum(), 1e-300)


def whole(centers: float) -> int:
    """The whole number of centers below, but one at least."""
    return max(1, int(centers))


def rounded_up_to_eights(number: float) -> int:
    """The next multiple of 8."""
    return HALF * math.ceil(number / HALF)
