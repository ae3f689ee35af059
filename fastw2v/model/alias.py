"""The noise distribution as an alias table (Walker 1977; Vose 1991): a draw reads two adjacent numbers and never searches.

Each word has a cell of equal size; a part of it is the word's own, and the rest belongs to one other word. The original's
table, even as run boundaries (model.noise), does not fit a core's own caches, and the length of its search is unpredictable.
The blocked kernel need not follow the original's random stream: it draws in 17 ns a word from the alias table, in 31 ns from
the original's.
"""

import numpy as np

from fastw2v._jit.compiling import compiled, inlined
from fastw2v.model.noise import SLOTS

WHOLE = 2**31 - 1  # a full cell
HIGH_32, LOW_31 = np.uint64(32), np.uint64(WHOLE)


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
