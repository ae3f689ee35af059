"""Counts by key: a hash table that grows to its memory limit, then drops the rarest keys.

slots : (power of two, 2) uint64, a key and its count; key 0 marks an empty slot. Open addressing with linear probing, from the
    slot given by the last bits of the key.
"""

from collections.abc import Iterable

import numpy as np

from fastw2v._jit.compiling import compiled, inlined
from fastw2v._jit.prefetch import prefetch_row
from fastw2v.corpus.word_table import ONE

KEY_COLUMN, COUNT_COLUMN = 0, 1
EMPTY_KEY = np.uint64(0)
LOAD = 0.7  # largest load factor
LOAD_AFTER_PRUNING = 0.5
LEAST_SLOTS = 1 << 12
AHEAD = 16  # prefetch distance, in keys


def new_slots(entries: int) -> np.ndarray:
    """An empty table with room for `entries` entries."""
    slots = LEAST_SLOTS
    while slots * LOAD < entries:
        slots *= 2
    return np.zeros((slots, 2), np.uint64)


@inlined
def slot_of(slots, key):
    """The slot of a key, or the empty slot where it belongs."""
    mask = np.uint64(len(slots) - 1)
    slot = key & mask
    while slots[slot, KEY_COLUMN] != EMPTY_KEY and slots[slot, KEY_COLUMN] != key:
        slot = (slot + ONE) & mask
    return slot


@inlined
def count_of(slots, key):
    """The count of a key, -1 if it is not in the table."""
    slot = slot_of(slots, key)
    return np.int64(slots[slot, COUNT_COLUMN]) if slots[slot, KEY_COLUMN] == key else -1


@inlined
def prefetch_slot(slots, key):
    """Prefetch the slot of a key."""
    prefetch_row(slots, np.int64(key & np.uint64(len(slots) - 1)))


@compiled
def count_keys(keys, position, slots, used):
    """Count the keys from `position` on. Returns len(keys), or the position where the table was full.

    keys : (n,) uint64
    used : (1,) int64, number of entries of the table
    """
    most = np.int64(len(slots) * LOAD)
    while position < len(keys):
        if position + AHEAD < len(keys):
            prefetch_slot(slots, keys[position + AHEAD])
        slot = slot_of(slots, keys[position])
        if slots[slot, KEY_COLUMN] == EMPTY_KEY:
            if used[0] >= most:
                break
            used[0] += 1
            slots[slot, KEY_COLUMN] = keys[position]
        slots[slot, COUNT_COLUMN] += ONE
        position += 1
    return position


@compiled
def add_entries(entries, slots):
    """Insert distinct keys with their counts, (n, 2) uint64, into a table that has room and holds none of them."""
    for number in range(len(entries)):
        if number + AHEAD < len(entries):
            prefetch_slot(slots, entries[number + AHEAD, KEY_COLUMN])
        slot = slot_of(slots, entries[number, KEY_COLUMN])
        slots[slot, KEY_COLUMN] = entries[number, KEY_COLUMN]
        slots[slot, COUNT_COLUMN] = entries[number, COUNT_COLUMN]


class ShardCounts:
    """The counts of one shard, in about `budget` bytes.

    forgotten : keys seen this often or less may have been dropped; 0 for none
    """

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.slots = new_slots(0)
        self.used = np.zeros(1, np.int64)
        self.forgotten = 0

    def add(self, keys: np.ndarray) -> None:
        """Count keys ((n,) uint64)."""
        position = 0
        while (position := count_keys(keys, position, self.slots, self.used)) < len(keys):
            self.make_room()

    def make_room(self) -> None:
        """Grow; at the memory limit drop the rarest keys, as the original does when its table is full."""
        room, least = len(self.slots), 1
        if 2 * self.slots.nbytes <= self.budget:
            room *= 2
        else:
            least = 2
            while np.count_nonzero(self.slots[:, COUNT_COLUMN] >= least) > LOAD_AFTER_PRUNING * room:
                least += 1
            self.forgotten = max(self.forgotten, least - 1)
        entries = self.entries(least)
        self.slots = np.zeros((room, 2), np.uint64)
        self.used[0] = len(entries)
        add_entries(entries, self.slots)

    def entries(self, least: int) -> np.ndarray:
        """Keys counted at least `least` times, 1 or more, and their counts, (n, 2) uint64."""
        return self.slots[self.slots[:, COUNT_COLUMN] >= least]

    def taken(self, least: int) -> np.ndarray:
        """The same entries; the counts are then empty and their memory is free."""
        entries = self.entries(least)
        self.slots = new_slots(0)
        self.used[0] = 0
        return entries


def table_of(shard_counts: Iterable[ShardCounts], least: int) -> tuple[np.ndarray, int]:
    """Move the keys counted at least `least` times to one table. Returns it, and their number; the shards are emptied."""
    parts = [shard.taken(least) for shard in shard_counts]
    total = sum(map(len, parts))
    slots = new_slots(total)
    while parts:
        add_entries(parts.pop(), slots)
    return slots, total
