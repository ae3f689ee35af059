"""Compiled loops over bytes: cutting text into words, and a hash table of words.

Words are bytes between space, tab and newline; "\\r" is skipped; a newline is the word `</s>`, entry 0 of every table.
All of it as in word2vec.c, but for long words: they are cut at 1,000 bytes instead of 98, and never inside a UTF-8 character.
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled, inlined

END_OF_SENTENCE = b"</s>"
MAX_WORD_BYTES = 1000
SPACE, TAB, NEWLINE, RETURN = 32, 9, 10, 13
WHITE_SPACE = bytes((SPACE, TAB, NEWLINE, RETURN))
HASH_START = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits
HASH_FACTOR = np.uint64(0x100000001B3)
MIX_SHIFT = np.uint64(32)
TAG_SHIFT = np.uint64(32)
ENTRY_MASK = np.uint64(0xFFFFFFFF)
EMPTY_SLOT = np.uint64(0)
ONE = np.uint64(1)
USED_ENTRIES, USED_BYTES = 0, 1  # places in WordTable.used


class WordTable(NamedTuple):
    """Distinct words in the order of their coming, found by open addressing.

    slots : (power of two,) uint64; the hash's high half as a tag, then entry + 1; 0 is empty
    hashes : (capacity,) uint64
    starts : (capacity + 1,) int64, where each entry's bytes start in `text`
    counts : (capacity,) int64
    firsts : (capacity,) int64, where in the whole text each word was first seen
    text : (capacity in bytes,) uint8
    used : (2,) int64, entries and bytes in use
    """

    slots: np.ndarray
    hashes: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    firsts: np.ndarray
    text: np.ndarray
    used: np.ndarray


def is_possible_word(word: bytes) -> bool:
    """Whether a text could have these bytes as one word."""
    return 0 < len(word) <= MAX_WORD_BYTES and not set(word) & set(WHITE_SPACE)


def new_table(entries: int = 1 << 12, text_bytes: int = 1 << 16) -> WordTable:
    """A table with room for so many words, holding `</s>` alone."""
    slots = 1 << max(4, (2 * entries - 1).bit_length())
    table = WordTable(
        slots=np.zeros(slots, np.uint64),
        hashes=np.zeros(entries, np.uint64),
        starts=np.zeros(entries + 1, np.int64),
        counts=np.zeros(entries, np.int64),
        firsts=np.zeros(entries, np.int64),
        text=np.zeros(text_bytes, np.uint8),
        used=np.zeros(2, np.int64),
    )
    add_word(table, np.frombuffer(END_OF_SENTENCE, np.uint8), 0)
    return table


def enlarged(table: WordTable) -> WordTable:
    """The same words in a table with at least twice the free room."""
    entries, text_bytes = (int(n) for n in table.used)
    return subtable(table, np.arange(entries), max(2 * entries, len(table.hashes)), max(2 * text_bytes, len(table.text)))


def subtable(table: WordTable, entries: np.ndarray, capacity: int, text_bytes: int) -> WordTable:
    """A new table of some entries of an old one, in the order given; `</s>`, entry 0, must come first."""
    new = new_table(max(capacity, len(entries) + 1), text_bytes + MAX_WORD_BYTES)
    merge(table, entries, new)
    return new


def table_bytes(table: WordTable) -> int:
    """Bytes of memory that a table takes."""
    return sum(array.nbytes for array in table)


@inlined
def read_word(data, position, word):
    """Copy the word at or after `position` into the buffer `word`; returns the position after it, its length and its hash.

    A newline is no part of a word: where one comes first, the length is -1. At the end of the data the length is 0. `data`
    ends with white space.
    """
    hashed = HASH_START
    length = 0
    while position < len(data):
        byte = data[position]
        if byte == SPACE or byte == TAB or byte == NEWLINE:
            if length > 0:
                break
            position += 1
            if byte == NEWLINE:
                return position, -1, hashed
        else:
            position += 1
            if byte != RETURN:
                if length <= MAX_WORD_BYTES:
                    word[length] = byte
                    length += 1
                    hashed = (hashed ^ np.uint64(byte)) * HASH_FACTOR
    if length > MAX_WORD_BYTES:
        length = whole_characters(word, MAX_WORD_BYTES)
        hashed = hash_of(word, length)
    return position, length, hashed ^ (hashed >> MIX_SHIFT)


@inlined
def whole_characters(word, most):
    """Where to cut a word of more than `most` bytes: there, or up to 3 bytes before, at the start of a UTF-8 character."""
    for length in range(most, most - 4, -1):
        if word[length] & 0xC0 != 0x80:
            return length
    return most


@inlined
def hash_of(word, length):
    """The hash of the first `length` bytes, before the last mixing."""
    hashed = HASH_START
    for i in range(length):
        hashed = (hashed ^ np.uint64(word[i])) * HASH_FACTOR
    return hashed


@inlined
def find(table, word, length, hashed):
    """The slot of a word, and its entry, or -1 where the slot is empty."""
    mask = np.uint64(len(table.slots) - 1)
    slot = hashed & mask
    while True:
        found = table.slots[slot]
        if found == EMPTY_SLOT:
            return slot, -1
        if found >> TAG_SHIFT == hashed >> TAG_SHIFT:
            entry = np.int64((found & ENTRY_MASK) - ONE)
            if same_bytes(table, entry, word, length):
                return slot, entry
        slot = (slot + ONE) & mask


@inlined
def same_bytes(table, entry, word, length):
    """Whether an entry is this word."""
    start = table.starts[entry]
    if table.starts[entry + 1] - start != length:
        return False
    for i in range(length):
        if table.text[start + i] != word[i]:
            return False
    return True


@inlined
def has_room(table):
    """Whether one more word of any length fits."""
    entries = table.used[USED_ENTRIES]
    return entries < len(table.hashes) and table.used[USED_BYTES] + MAX_WORD_BYTES <= len(table.text)


@inlined
def insert(table, slot, word, length, hashed, count, first):
    """Add a word in the slot that `find` gave; there must be room."""
    entry = table.used[USED_ENTRIES]
    start = table.used[USED_BYTES]
    for i in range(length):
        table.text[start + i] = word[i]
    table.starts[entry] = start
    table.starts[entry + 1] = start + length
    table.hashes[entry] = hashed
    table.counts[entry] = count
    table.firsts[entry] = first
    table.used[USED_ENTRIES] = entry + 1
    table.used[USED_BYTES] = start + length
    table.slots[slot] = ((hashed >> TAG_SHIFT) << TAG_SHIFT) | np.uint64(entry + 1)


@compiled
def add_word(table, word, count):
    """Add one word; returns its entry, or -1 if it was there already."""
    hashed = hash_of(word, len(word))
    hashed ^= hashed >> MIX_SHIFT
    slot, entry = find(table, word, len(word), hashed)
    if entry >= 0:
        return -1
    insert(table, slot, word, len(word), hashed, count, 0)
    return table.used[USED_ENTRIES] - 1


@compiled
def merge(source, entries, target):
    """Add some entries of one table to another: counts are summed, the first sighting is the earlier one.

    Returns how many entries were merged before the target ran out of room.
    """
    for number in range(len(entries)):
        entry = entries[number]
        start = source.starts[entry]
        length = source.starts[entry + 1] - start
        word = source.text[start : start + length]
        hashed = source.hashes[entry]
        slot, found = find(target, word, length, hashed)
        if found >= 0:
            target.counts[found] += source.counts[entry]
            target.firsts[found] = min(target.firsts[found], source.firsts[entry])
        elif has_room(target):
            insert(target, slot, word, length, hashed, source.counts[entry], source.firsts[entry])
        else:
            return number
    return len(entries)


@compiled
def count_buffer(data, position, offset, table, word):
    """Count the words of a block from `position` on; returns the block's length, or where it stopped for want of room.

    offset : the block's place in the whole text, in bytes
    word : (MAX_WORD_BYTES + 1,) uint8, a buffer
    """
    while position < len(data) and has_room(table):
        position, length, hashed = read_word(data, position, word)
        if length < 0:
            table.counts[0] += 1
        elif length > 0:
            slot, entry = find(table, word, length, hashed)
            if entry >= 0:
                table.counts[entry] += 1
            else:
                insert(table, slot, word, length, hashed, 1, offset + position)
    return position


@compiled
def encode_buffer(data, table, word, ids):
    """Write the ids (entries of the table) of a block's words into `ids`, words not in the table left out; returns how many."""
    position = 0
    written = 0
    while position < len(data):
        position, length, hashed = read_word(data, position, word)
        if length < 0:
            ids[written] = 0
            written += 1
        elif length > 0:
            _, entry = find(table, word, length, hashed)
            if entry >= 0:
                ids[written] = entry
                written += 1
    return written
