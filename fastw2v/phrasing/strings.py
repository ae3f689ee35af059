"""Compiled loops over bytes: words as word2phrase.c reads them, and the keys by which words and pairs are counted.

The original counts words and pairs in one table, by their bytes: the pair of a and b is the string a_b, cut at 59 bytes, and
shares its entry with a word a_b of the text. Here a string is represented by a 64-bit hash of its bytes, so that an entry takes
16 bytes and one memory access. Among ten million strings the probability of any collision is 3 in a million.
"""

import numpy as np

from fastw2v._jit.compiling import compiled, inlined
from fastw2v.corpus.word_table import (
    END_OF_SENTENCE,
    HASH_FACTOR,
    HASH_START,
    MAX_WORD_BYTES,
    NEWLINE,
    ONE,
    RETURN,
    SPACE,
    TAB,
    read_word,
    whole_characters,
)

MOST_WORD_BYTES = 58  # that the original keeps of a word, in its buffer of 60
MOST_PAIR_BYTES = 59  # that it keeps of a pair
UNDERSCORE = 95
LINE_END, NO_WORD = -1, -2  # returned in place of a word's length
SENTENCE_END = np.frombuffer(END_OF_SENTENCE, np.uint8)

SHARDS = 32  # tables by the first bits of a key, each counted by one thread at a time
SHARD_SHIFT = np.uint64(64 - 5)
SHIFT_33 = np.uint64(33)
SHIFT_29 = np.uint64(29)
MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)


def new_buffer() -> np.ndarray:
    """A buffer for one word, (MAX_WORD_BYTES + 1,) uint8; `word` below."""
    return np.zeros(MAX_WORD_BYTES + 1, np.uint8)


@inlined
def next_string(data, position, word, exact):
    """Copy the word at or after `position` into the buffer `word`. Returns the position after it, and its length.

    The length is LINE_END for a newline and for the word `</s>`, and NO_WORD at the end of the data, which ends in white space.

    exact : cut the word as the original does, even inside a UTF-8 character, and at a zero byte
    """
    position, length, _ = read_word(data, position, word)
    if length == 0:
        return position, NO_WORD
    if length > 0:
        length = cut(word, length, exact)
        if is_end_of_sentence(word, length):
            length = LINE_END
    return position, length


@inlined
def cut(word, length, exact):
    """The bytes of a word that are kept."""
    if length > MOST_WORD_BYTES:
        length = MOST_WORD_BYTES if exact else whole_characters(word, MOST_WORD_BYTES)
    if exact:
        for i in range(length):
            if word[i] == 0:
                return i
    return length


@inlined
def is_end_of_sentence(word, length):
    """Whether a word is `</s>`, which the original treats as a newline."""
    if length != len(SENTENCE_END):
        return False
    for i in range(length):
        if word[i] != SENTENCE_END[i]:
            return False
    return True


@inlined
def extended(hashed, word, length):
    """Extend the hash of a string by the first `length` bytes of `word` (FNV-1a)."""
    for i in range(length):
        hashed = (hashed ^ np.uint64(word[i])) * HASH_FACTOR
    return hashed


@inlined
def with_underscore(hashed):
    """Extend the hash of a string by an underscore."""
    return (hashed ^ np.uint64(UNDERSCORE)) * HASH_FACTOR


@inlined
def key_of(hashed):
    """The key of a string: its hash with the bits mixed (a finalizer like that of MurmurHash3); never 0."""
    hashed = (hashed ^ (hashed >> SHIFT_33)) * MIX_1
    hashed = (hashed ^ (hashed >> SHIFT_29)) * MIX_2
    return max(hashed ^ (hashed >> SHIFT_33), ONE)


@inlined
def pair_key(joint, joint_length, word, length):
    """The key of a pair.

    joint, joint_length : hash and length of its first word with the underscore
    """
    return key_of(extended(joint, word, min(length, MOST_PAIR_BYTES - joint_length)))


@compiled
def string_keys(data, context, exact, word, keys):
    """Compute the keys of the words of a block, and of the pairs that they end.

    Pairs cross the ends of lines, as in the original.

    data : (n,) uint8, the block after its context
    context : bytes at the start of the data that belong to the previous block; only the first pair needs them
    keys : (n + 2,) uint64, filled with the keys

    Returns the number of keys, and of words.
    """
    position = written = words = 0
    joint, joint_length = HASH_START, 0  # of the previous word and an underscore; none at first
    while True:
        position, length = next_string(data, position, word, exact)
        if length == NO_WORD:
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
    """Sort keys by shard (counting sort).

    keys : (n,) uint64
    sorted_keys : (n,) uint64, filled
    ends : (SHARDS,) int64, zeros; filled with the end of each shard
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
    """Start and end of the last word of a block, and whether a line ends after it; the start is -1 if there is no word."""
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
