"""Compiled loops of the second pass: which neighbouring words are joined.

    score(a, b) = (count(ab) - δ) / count(a) / count(b) · words            (Mikolov et al. 2013, eq. 6, times the words)

with δ = min_count, in the order and precision (float32) of word2phrase.c; the score is 0 if one of the three counts is below
min_count. If a itself was joined to the previous word, the original uses 0 for count(a). So each decision depends on the one
before it, back to any distance: threads mark the words of a block that could be joined, then blocks are settled in order.
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled
from fastw2v.corpus.word_table import END_OF_SENTENCE, HASH_FACTOR, HASH_START, NEWLINE, SPACE
from fastw2v.phrasing.strings import (
    LINE_END,
    NO_WORD,
    UNDERSCORE,
    extended,
    key_of,
    next_string,
    pair_key,
    with_underscore,
)
from fastw2v.phrasing.table import AHEAD, count_of, prefetch_slot

AFTER_APART, AFTER_JOINED = 1, 2  # join if the previous word is not joined itself; join if it is
PLACE, NUMBER, WHEN = 0, 1, 2  # columns of marks


def _line_joint() -> np.uint64:
    """The hash of "</s>_", the first half of a pair at the start of a line."""
    hashed = int(HASH_START)
    for byte in END_OF_SENTENCE + b"_":
        hashed = (hashed ^ byte) * int(HASH_FACTOR) % 2**64
    return np.uint64(hashed)


LINE_JOINT, LINE_JOINT_LENGTH = _line_joint(), len(END_OF_SENTENCE) + 1


class Rule(NamedTuple):
    """The parameters of the score, and the threshold above which pairs are joined."""

    min_count: np.int64
    threshold: np.float32
    train_words: np.float32


@compiled
def joins(pair, first, second, rule):
    """Whether the score of a pair exceeds the threshold.

    pair, first, second : counts of the pair and its words, -1 for a string that is not in the table

    Not inlined: the caller may reorder sums and products, and the score must equal the original's to the last bit.
    """
    if pair < 0 or first < rule.min_count or second < rule.min_count:
        score = np.float32(0)
    elif first == 0:  # with a min_count of 0
        score = np.float32(np.inf)
    else:
        score = np.float32(pair - rule.min_count) / np.float32(first) / np.float32(second) * rule.train_words
    return score > rule.threshold


@compiled
def write_block(data, context, exact, word, out, keys, places):
    """Write the words of a block, each after a space, and its newlines into `out`.

    data : (n,) uint8, the block after its context
    context : bytes at the start of the data that belong to the previous block; they are read but not written
    out : (3 * ((n + 1) // 2),) uint8; a word takes at least 2 bytes of the data, and 1 more here
    keys : ((n + 1) // 2, 2) uint64, filled with the key of each word, and of the pair that ends with it
    places : ((n + 1) // 2,) int64, filled with the position of each word's space in `out`

    Returns the bytes written, the words in the data, and the words in the context.
    """
    position = size = words = before = 0
    joint, joint_length = HASH_START, 0
    while True:
        position, length = next_string(data, position, word, exact)
        if length == NO_WORD:
            return size, words, before
        if length == LINE_END:
            joint, joint_length = LINE_JOINT, LINE_JOINT_LENGTH
            if position > context:
                out[size] = NEWLINE
                size += 1
            continue
        hashed = extended(HASH_START, word, length)
        keys[words, 0] = key_of(hashed)
        keys[words, 1] = pair_key(joint, joint_length, word, length)
        places[words] = size
        words += 1
        if position > context:
            out[size] = SPACE
            for i in range(length):
                out[size + 1 + i] = word[i]
            size += 1 + length
        else:
            before += 1
        joint, joint_length = with_underscore(hashed), length + 1


@compiled
def mark(keys, places, before, slots, rule, marks):
    """Store in `marks` the words that could be joined. Returns their number.

    A loop of its own, so that slots can be prefetched: 17 million words take 1.3 s on one core, together with the writing they
    took 3.1 s.

    keys, places : (words, 2) uint64 and (words,) int64, from `write_block`
    before : words of the context
    slots : the table of strings seen min_count times or more
    marks : (words, 3) int64: position of the word's space in `out`, number of the word in the block, when to join it
    """
    marked = 0
    first = -1  # count of the previous word, which may be in the previous line
    for number in range(len(keys)):
        if number + AHEAD < len(keys):
            prefetch_slot(slots, keys[number + AHEAD, 0])
            prefetch_slot(slots, keys[number + AHEAD, 1])
        second = count_of(slots, keys[number, 0])
        pair = count_of(slots, keys[number, 1]) if first >= 0 and second >= 0 else -1
        if number >= before:
            when = AFTER_APART * joins(pair, first, second, rule) + AFTER_JOINED * joins(pair, 0, second, rule)
            if when:
                marks[marked, PLACE], marks[marked, NUMBER], marks[marked, WHEN] = places[number], number - before, when
                marked += 1
        first = second
    return marked


@compiled
def settle(out, marks, after_joined):
    """Join the marked words of a block in `out`. Returns their number, and the number of the last word joined.

    after_joined : whether the last word of the previous block was joined; its number here is -1
    """
    joined = 0
    last = -1 if after_joined else -2
    for mark in range(len(marks)):
        number = marks[mark, NUMBER]
        if marks[mark, WHEN] & (AFTER_JOINED if last == number - 1 else AFTER_APART):
            out[marks[mark, PLACE]] = UNDERSCORE
            last = number
            joined += 1
    return joined, last
