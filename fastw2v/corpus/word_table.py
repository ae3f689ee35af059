"""Compiled loops over bytes: a tokenizer, and a hash table of words.

Words are bytes between space, tab and newline; "\\r" is skipped; a newline is the word `</s>`, entry 0 of every table. This
follows word2vec.c except for long words, which are cut at 1,000 bytes instead of 98, and never inside a UTF-8 character.
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
USED_ENTRIES, USED_BYTES = 0, 1  # indices into WordTable.used


class WordTable(NamedTuple):
    """A hash table with open addressing; its entries are distinct words in insertion order.

    slots : (power of two,) uint64; the hash's high half as a tag, then entry + 1; 0 for an empty slot
    hashes : (capacity,) uint64
    starts : (capacity + 1,) int64, offsets of the words in `text`
    counts : (capacity,) int64
    firsts : (capacity,) int64, offset of each word's first occurrence in the whole text
    text : (capacity in bytes,) uint8, all words one after the other
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
    """Whether these bytes can be one word of a text."""
    return 0 < len(word) <= MAX_WORD_BYTES and not set(word) & set(WHITE_SPACE)


def new_table(entries: int = 1 << 12, text_bytes: int = 1 << 16) -> WordTable:
    """A table that holds `</s>` alone, with capacity for `entries` words of `text_bytes` bytes in all."""
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
    """A copy of a table with twice the capacity."""
    entries, text_bytes = (int(n) for n in table.used)
    return subtable(table, np.arange(entries), max(2 * entries, len(table.hashes)), max(2 * text_bytes, len(table.text)))


def subtable(table: WordTable, entries: np.ndarray, capacity: int, text_bytes: int) -> WordTable:
    """A new table of some entries of another, in the given order.

    entries : (n,) int64, `</s>` (0) first
    capacity, text_bytes : room for words and for their bytes
    """
    new = new_table(max(capacity, len(entries) + 1), text_bytes + MAX_WORD_BYTES)
    merge(table, entries, new)
    return new


def table_bytes(table: WordTable) -> int:
    """The memory of a table in bytes."""
    return sum(array.nbytes for array in table)


@inlined
def read_word(data, position, word):
    """Copy the word at or after `position` to `word`. Returns the position after it, its length, and its hash.

    The length is -1 for a newline and 0 at the end of the data.

    data : (n,) uint8, ends with white space
    word : (MAX_WORD_BYTES + 1,) uint8
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
    """The length to cut a word to: `most` bytes, or up to 3 fewer, so that no UTF-8 character is split."""
    for length in range(most, most - 4, -1):
        if word[length] & 0xC0 != 0x80:
            return length
    return most


@inlined
def hash_of(word, length):
    """The FNV-1a hash of the first `length` bytes, before the final mixing."""
    hashed = HASH_START
    for i in range(length):
        hashed = (hashed ^ np.uint64(word[i])) * HASH_FACTOR
    return hashed


@inlined
def find(table, word, length, hashed):
    """The slot of a word and its entry, which is -1 if the word is not in the table."""
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
    """Whether an entry is the word in the first `length` bytes of `word`."""
    start = table.starts[entry]
    if table.starts[entry + 1] - start != length:
        return False
    for i in range(length):
        if table.text[start + i] != word[i]:
            return False
    return True


@inlined
def has_room(table):
    """Whether the table has room for one more word of any length."""
    entries = table.used[USED_ENTRIES]
    return entries < len(table.hashes) and table.used[USED_BYTES] + MAX_WORD_BYTES <= len(table.text)


@inlined
def insert(table, slot, word, length, hashed, count, first):
    """Add a word at an empty slot returned by `find`; the table must have room."""
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
    """Add a word, (length,) uint8. Returns its entry, or -1 if the table has it already."""
    hashed = hash_of(word, len(word))
    hashed ^= hashed >> MIX_SHIFT
    slot, entry = find(table, word, len(word), hashed)
    if entry >= 0:
        return -1
    insert(table, slot, word, len(word), hashed, count, 0)
    return table.used[USED_ENTRIES] - 1


@compiled
def merge(source, entries, target):
    """Add entries, (n,) int64, of one table to another. Sums counts; keeps the earlier first occurrence.

    Returns the number of entries merged before the target was full.
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
    """Count the words of a buffer from `position` on. Returns the position it reached: len(data), unless the table is full.

    data : (n,) uint8, ends with white space
    offset : of the data in the whole text, in bytes
    word : (MAX_WORD_BYTES + 1,) uint8, working space
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
    """Write the entries of a buffer's words to `ids`, without words that are not in the table. Returns the number written.

    data : (n,) uint8, ends with white space
    word : (MAX_WORD_BYTES + 1,) uint8, working space
    ids : (n,) int32
    """
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
