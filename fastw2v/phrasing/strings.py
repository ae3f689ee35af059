"""Compiled loops over bytes: words as word2phrase.c reads them, and the keys under which words and pairs are counted.

The original counts words and pairs of neighbours in one table, by their bytes: the pair of a and b is the string a_b, cut at 59
bytes, and is one entry with a word a_b that the text may have. Here a string is a key of 64 bits made of its bytes, so that an
entry takes 16 bytes and one visit to memory. Two of ten million different strings share a key with a chance of 3 in a million.
"""

import numpy as np

from fastw2v._jit.compiling import compiled, inlined
from fastw2v.corpus.words import (
    END_OF_SENTENCE,
    HASH_FACTOR,
    HASH_START,
    MAX_WORD_BYTES,
    NEWLINE,
    RETURN,
    SPACE,
    TAB,
    read_word,
    whole_characters,
)

MOST_WORD_BYTES = 58  # what the original keeps of a word, in its buffer of 60
MOST_PAIR_BYTES = 59  # and of a pair
UNDERSCORE = 95
LINE_END, NOTHING = -1, -2  # in place of a word's length
SENTENCE_END = np.frombuffer(END_OF_SENTENCE, np.uint8)

SHARDS = 32  # tables by the first bits of a key: threads that count different shards never meet
SHARD_SHIFT = np.uint64(64 - 5)
SHIFT_33 = np.uint64(33)
SHIFT_29 = np.uint64(29)
MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
ONE = np.uint64(1)


def new_buffer() -> np.ndarray:
    """Room for one word, (MAX_WORD_BYTES + 1,) uint8, which the loops below call `word`."""
    return np.zeros(MAX_WORD_BYTES + 1, np.uint8)


@inlined
def next_string(data, position, word, exact):
    """Copy the word at or after `position` into the buffer `word`; returns the position after it and its length.

    The length is LINE_END for a newline and for the word `</s>`, NOTHING at the end of the data, which ends with white space.
    exact : cut where the original does, even inside a UTF-8 character, and at a zero byte
    """
    position, length, _ = read_word(data, position, word)
    if length == 0:
        return position, NOTHING
    if length > 0:
        length = cut(word, length, exact)
        if is_end_of_sentence(word, length):
            length = LINE_END
    return position, length


@inlined
def cut(word, length, exact):
    """How much of a word is kept."""
    if length > MOST_WORD_BYTES:
        length = MOST_WORD_BYTES if exact else whole_characters(word, MOST_WORD_BYTES)
    if exact:
        for i in range(length):
            if word[i] == 0:
                return i
    return length


@inlined
def is_end_of_sentence(word, length):
    """Whether this is `</s>`, which the original takes for a newline."""
    if length != len(SENTENCE_END):
        return False
    for i in range(length):
        if word[i] != SENTENCE_END[i]:
            return False
    return True


@inlined
def extended(hashed, word, length):
    """The hash of a string that goes on with the first `length` bytes of `word`."""
    for i in range(length):
        hashed = (hashed ^ np.uint64(word[i])) * HASH_FACTOR
    return hashed


@inlined
def with_underscore(hashed):
    """The hash of a string that goes on with an underscore."""
    return (hashed ^ np.uint64(UNDERSCORE)) * HASH_FACTOR


@inlined
def key_of(hashed):
    """The key of a string: its hash with all bits mixed, never 0."""
    hashed = (hashed ^ (hashed >> SHIFT_33)) * MIX_1
    hashed = (hashed ^ (hashed >> SHIFT_29)) * MIX_2
    return max(hashed ^ (hashed >> SHIFT_33), ONE)


@inlined
def pair_key(joint, joint_length, word, length):
    """The key of a pair; `joint` is the hash of its first word with the underscore, `joint_length` their bytes."""
    return key_of(extended(joint, word, min(length, MOST_PAIR_BYTES - joint_length)))


@compiled
def string_keys(data, context, exact, word, keys):
    """Write the keys of a block's words, and of the pairs that end there, into `keys`; returns how many, and how many words.

    Pairs reach over the end of a line, as in the original. What stands in the first `context` bytes of the data was counted
    before; the first word's pair needs it.
    keys : (len(data) + 2,) uint64
    """
    position = written = words = 0
    joint, joint_length = HASH_START, 0  # the word before with its underscore; none at first
    while True:
        position, length = next_string(data, position, word, exact)
        if length == NOTHING:
            return written, words
        if length == LINE_END:
            continue
        hashed = extended(HASH_START, word, length)
        if position > context:
            keys[written] = key_of(hashed)
            written += 1
            words += 1
            if joint_length > 0:
                keys[written] = pair_key(joint, joint_length, word, length)
                written += 1
        joint, joint_length = with_underscore(hashed), length + 1


@compiled
def sort_by_shard(keys, sorted_keys, ends):
    """Write the keys in the order of their shards, and where each shard's end.

    sorted_keys : (keys,) uint64
    ends : (SHARDS,) int64, zeros
    """
    for key in keys:
        ends[np.int64(key >> SHARD_SHIFT)] += 1
    start = 0
    for shard in range(SHARDS):
        count = ends[shard]
        ends[shard] = start
        start += count
    for key in keys:
        shard = np.int64(key >> SHARD_SHIFT)
        sorted_keys[ends[shard]] = key
        ends[shard] += 1


@compiled
def last_word(data, exact, word):
    """Where the last word of a block starts and ends, and whether a line ends after it; a start of -1 where there is none."""
    line_ended = False
    end = len(data)
    while end > 0:
        byte = data[end - 1]
        if byte == SPACE or byte == TAB or byte == RETURN or byte == NEWLINE:
            if byte == NEWLINE:
                line_ended = True
            end -= 1
            continue
        start = end
        while start > 0 and data[start - 1] != SPACE and data[start - 1] != TAB and data[start - 1] != NEWLINE:
            start -= 1
        _, length = next_string(data[start:end], 0, word, exact)
        if length != LINE_END:
            return start, end, line_ended
        line_ended = True
        end = start
    return -1, 0, line_ended
