"""Compiled loops of the second pass: which neighbours are joined.

A pair's score is (count(ab) - min_count) / count(a) / count(b) * words of the text, in the original's order and precision
(float32), and 0 where one of the three counts is under min_count. After a word that was joined to the one before it, the
original takes 0 for count(a); so what happens to a word depends on what happened to the one before, back to any distance.
Blocks are therefore only marked where a word could be joined, on all threads, and settled one after the other.
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled
from fastw2v.corpus.words import END_OF_SENTENCE, HASH_FACTOR, HASH_START, NEWLINE, SPACE
from fastw2v.phrasing.strings import (
    LINE_END,
    NOTHING,
    UNDERSCORE,
    extended,
    key_of,
    next_string,
    pair_key,
    with_underscore,
)
from fastw2v.phrasing.table import AHEAD, count_of, prefetch

AFTER_APART, AFTER_JOINED = 1, 2  # a word is joined if the one before is not joined itself; if it is
PLACE, NUMBER, WHEN = 0, 1, 2  # columns of marks


def _line_joint() -> np.uint64:
    """The hash of "</s>_", which stands before the first word of a line."""
    hashed = int(HASH_START)
    for byte in END_OF_SENTENCE + b"_":
        hashed = (hashed ^ byte) * int(HASH_FACTOR) % 2**64
    return np.uint64(hashed)


LINE_JOINT, LINE_JOINT_LENGTH = _line_joint(), len(END_OF_SENTENCE) + 1


class Rule(NamedTuple):
    """What is joined.

    min_count : np.int64
    threshold, train_words : np.float32
    """

    min_count: np.int64
    threshold: np.float32
    train_words: np.float32


@compiled
def joins(pair, first, second, rule):
    """Whether the score of a pair is above the threshold, from three counts, -1 for what is not in the table.

    No piece of its caller: those may reorder sums and products, and the score must be the original's to the last bit.
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
    """Write a block's words, a space before each, and its newlines into `out`; returns the bytes written, and two numbers.

    The numbers are of words: all of the data, and those in its first `context` bytes, which were written before.
    out : (3 * ((len(data) + 1) // 2),) uint8, for a word takes 2 bytes of the data or more, and 1 more here
    keys : ((len(data) + 1) // 2, 2) uint64, for each word its key, and the key of the pair that ends with it
    places : ((len(data) + 1) // 2,) int64, for each word where its space is in `out`
    """
    position = size = words = before = 0
    joint, joint_length = HASH_START, 0
    while True:
        position, length = next_string(data, position, word, exact)
        if length == NOTHING:
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
    """Note in `marks` the words that could be joined; returns how many.

    Apart from the writing, so that the table can be asked for slots ahead of time: 17 million words took 3.1 s of one
    core in one loop, and take 1.3 s so.
    keys, places, before : what `write_block` gave, of so many words
    slots : the table of what was counted min_count times or more
    marks : (words, 3) int64; the place of the space in `out`, the word's number after those before, when it is joined
    """
    marked = 0
    first = -1  # the count of the word before, which may be in the line before
    for number in range(len(keys)):
        if number + AHEAD < len(keys):
            prefetch(slots, keys[number + AHEAD, 0])
            prefetch(slots, keys[number + AHEAD, 1])
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
    """Join the marked words of a block in `out`; returns how many, and the number of the last one joined.

    after_joined : whether the last word of the block before was joined; its number here is -1
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
