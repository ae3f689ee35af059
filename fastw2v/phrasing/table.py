"""Counts by key: a hash table that grows to its budget and then forgets what it has seen least.

slots : (power of two, 2) uint64, in each a key and its count; key 0 is empty. A key is looked for from the slot that its last
    bits name.
"""

from collections.abc import Iterable

import numpy as np

from fastw2v._jit.compiling import compiled, inlined
from fastw2v._jit.prefetch import prefetch_row

KEY, COUNT = 0, 1
EMPTY = np.uint64(0)
ONE = np.uint64(1)
LOAD = 0.7  # how full a table may be
FULL_AFTER_PRUNING = 0.5
LEAST_SLOTS = 1 << 12
AHEAD = 16  # keys whose slots are fetched before they are needed


def new_slots(entries: int) -> np.ndarray:
    """An empty table with room for so many entries."""
    slots = LEAST_SLOTS
    while slots * LOAD < entries:
        slots *= 2
    return np.zeros((slots, 2), np.uint64)


@inlined
def slot_of(slots, key):
    """The slot where a key stands, or where it would."""
    mask = np.uint64(len(slots) - 1)
    slot = key & mask
    while slots[slot, KEY] != EMPTY and slots[slot, KEY] != key:
        slot = (slot + ONE) & mask
    return slot


@inlined
def count_of(slots, key):
    """The count of a key, -1 where it is not in the table."""
    slot = slot_of(slots, key)
    return np.int64(slots[slot, COUNT]) if slots[slot, KEY] == key else -1


@inlined
def prefetch(slots, key):
    """Ask for a key's slot before it is needed."""
    prefetch_row(slots, np.int64(key & np.uint64(len(slots) - 1)))


@compiled
def count_keys(keys, position, slots, used):
    """Count the keys from `position` on; returns len(keys), or where it stopped for want of room.

    used : (1,) int64, the entries of the table
    """
    most = np.int64(len(slots) * LOAD)
    while position < len(keys):
        if position + AHEAD < len(keys):
            prefetch(slots, keys[position + AHEAD])
        slot = slot_of(slots, keys[position])
        if slots[slot, KEY] == EMPTY:
            if used[0] >= most:
                break
            used[0] += 1
            slots[slot, KEY] = keys[position]
        slots[slot, COUNT] += ONE
        position += 1
    return position


@compiled
def add_entries(entries, slots):
    """Put distinct keys with their counts ((n, 2) uint64) into a table that has room for them and none of them."""
    for number in range(len(entries)):
        if number + AHEAD < len(entries):
            prefetch(slots, entries[number + AHEAD, KEY])
        slot = slot_of(slots, entries[number, KEY])
        slots[slot, KEY] = entries[number, KEY]
        slots[slot, COUNT] = entries[number, COUNT]


class Tally:
    """The counts of one shard, in about `budget` bytes."""

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.slots = new_slots(0)
        self.used = np.zeros(1, np.int64)
        self.forgotten = 0  # strings counted so often or less were forgotten at some time

    def add(self, keys: np.ndarray) -> None:
        """Count keys ((n,) uint64)."""
        position = 0
        while (position := count_keys(keys, position, self.slots, self.used)) < len(keys):
            self.make_room()

    def make_room(self) -> None:
        """Grow, or, where the budget is spent, forget what was seen least, as the original does when its table is full."""
        room, least = len(self.slots), 1
        if 2 * self.slots.nbytes <= self.budget:
            room *= 2
        else:
            least = 2
            while np.count_nonzero(self.slots[:, COUNT] >= least) > FULL_AFTER_PRUNING * room:
                least += 1
            self.forgotten = max(self.forgotten, least - 1)
        entries = self.entries(least)
        self.slots = np.zeros((room, 2), np.uint64)
        self.used[0] = len(entries)
        add_entries(entries, self.slots)

    def entries(self, least: int) -> np.ndarray:
        """All keys counted `least` times (1 or more) or more, with their counts, (n, 2) uint64."""
        return self.slots[self.slots[:, COUNT] >= least]

    def taken(self, least: int) -> np.ndarray:
        """The same, after which the tally is empty and its memory given back."""
        entries = self.entries(least)
        self.slots = new_slots(0)
        self.used[0] = 0
        return entries


def table_of(tallies: Iterable[Tally], least: int) -> tuple[np.ndarray, int]:
    """One table of all strings counted `least` times or more, and how many they are; the tallies are emptied."""
    parts = [tally.taken(least) for tally in tallies]
    total = sum(map(len, parts))
    slots = new_slots(total)
    while parts:
        add_entries(parts.pop(), slots)
    return slots, total
