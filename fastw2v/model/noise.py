"""The noise distribution of negative sampling: unigram counts to a power, 0.75 by default (Mikolov et al. 2013, 2.2).

It has two forms. The original's table of slots gives the original's words, which the reference kernel needs. An alias table
(Walker 1977; Vose 1991) is faster: a draw reads two adjacent numbers and never searches, in 17 ns a word instead of 31. Each
word has a cell of equal size; a part of it is the word's own, and the rest belongs to one other word.
"""

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
WHOLE = 2**31 - 1  # a full cell
HIGH_32, LOW_31 = np.uint64(32), np.uint64(WHOLE)


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
    cells = np.diff(-(-ends // SLOTS_PER_CELL), prepend=0)  # that begin in each word's slots
    cells[-1] += CELLS - cells.sum()  # the cell past the last slot
    return NoiseTable(ends, np.repeat(np.arange(len(counts), dtype=np.int32), cells))


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


def no_alias() -> np.ndarray:
    """An empty table, for runs without negative sampling."""
    return np.zeros((0, 2), np.int32)


def alias_table(ends: np.ndarray) -> np.ndarray:
    """The alias table of the distribution of `noise.draw_from_table`: that of `</s>` is spread evenly over all other words.

    ends : (vocabulary,) int32, see NoiseTable

    Returns (vocabulary, 2) int32: the word's own part of its cell, in units of 1/WHOLE, and the word that has the rest.
    """
    words = len(ends)
    probabilities = np.diff(ends, prepend=0) / SLOTS
    probabilities[1:] += probabilities[0] / max(1, words - 1)
    probabilities[0] = 0
    table = np.empty((words, 2), np.int32)
    _fill_cells(probabilities * words, table, np.empty(words, np.int64), np.empty(words, np.int64))
    return table


@compiled
def _fill_cells(content, table, small, large):
    """Fill each cell that its own word does not fill with a part of a word that overflows its own.

    content : (vocabulary,) float64, each word's probability in cells, 1 on average; it is overwritten
    table : (vocabulary, 2) int32, filled in
    small, large : (vocabulary,) int64, working space for the words below and above one cell
    """
    small_count = large_count = 0
    for word in range(len(content)):
        table[word, 0], table[word, 1] = WHOLE, word
        if content[word] < 1:
            small[small_count] = word
            small_count += 1
        else:
            large[large_count] = word
            large_count += 1
    while small_count and large_count:
        small_count -= 1
        word, donor = small[small_count], large[large_count - 1]
        table[word, 0], table[word, 1] = np.int32(content[word] * WHOLE), donor
        content[donor] -= 1 - content[word]
        if content[donor] < 1:
            large_count -= 1
            small[small_count] = donor
            small_count += 1


@inlined
def draw_from_alias(state, alias):
    """A noise word from a uint64 random state: its high half chooses the cell, its low half the word within the cell."""
    cell = np.int64(((state >> HIGH_32) * np.uint64(len(alias))) >> HIGH_32)
    return cell if np.int64(state & LOW_31) < np.int64(alias[cell, 0]) else np.int64(alias[cell, 1])
