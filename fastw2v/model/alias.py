"""The noise distribution once more, as an alias table: a draw reads two numbers that lie side by side, and never searches.

After Walker 1977 and Vose 1991. Every word has a cell, all of the same size, of which a part is its own and the rest another's.
The original's table, even as `tables.noise` keeps it, lies outside a core's own caches, and how far a draw must look there
cannot be foreseen. The blocked kernel, which may choose its stream, reads and draws in 17 ns a word with this, in 31 with that.
"""

import numpy as np

from fastw2v._jit.compiling import compiled, inlined
from fastw2v.model.noise import SLOTS

WHOLE = 2**31 - 1  # of a cell
HIGH_32, LOW_31 = np.uint64(32), np.uint64(WHOLE)


def no_alias() -> np.ndarray:
    """An empty table, for runs without negative sampling."""
    return np.zeros((0, 2), np.int32)


def alias_table(ends: np.ndarray) -> np.ndarray:
    """The alias table of what `tables.noise.draw` draws, `</s>`'s share spread over all other words.

    ends : (vocabulary,) int32, see NoiseTable

    Returns (vocabulary, 2) int32: the part of a word's cell, of WHOLE, that is its own, and the word that has the rest.
    """
    words = len(ends)
    share = np.diff(ends, prepend=0) / SLOTS
    share[1:] += share[0] / max(1, words - 1)
    share[0] = 0
    table = np.empty((words, 2), np.int32)
    _fill(share * words, table, np.empty(words, np.int64), np.empty(words, np.int64))
    return table


@compiled
def _fill(content, table, poor, rich):
    """Fill up each cell that its word's content, 1 on average, leaves room in from a word that has more than a cell holds.

    poor, rich : (vocabulary,) int64, room for the words of either kind
    """
    poor_ones = rich_ones = 0
    for word in range(len(content)):
        table[word, 0], table[word, 1] = WHOLE, word
        if content[word] < 1:
            poor[poor_ones] = word
            poor_ones += 1
        else:
            rich[rich_ones] = word
            rich_ones += 1
    while poor_ones and rich_ones:
        poor_ones -= 1
        word, giver = poor[poor_ones], rich[rich_ones - 1]
        table[word, 0], table[word, 1] = np.int32(content[word] * WHOLE), giver
        content[giver] -= 1 - content[word]
        if content[giver] < 1:
            rich_ones -= 1
            poor[poor_ones] = giver
            poor_ones += 1


@inlined
def draw(state, alias):
    """A noise word from the state of a random stream: the high half chooses the cell, the low one whose it is."""
    cell = np.int64(((state >> HIGH_32) * np.uint64(len(alias))) >> HIGH_32)
    return cell if np.int64(state & LOW_31) < np.int64(alias[cell, 0]) else np.int64(alias[cell, 1])
