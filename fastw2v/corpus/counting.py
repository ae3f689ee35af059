"""The first pass: count the words of the text, in one table for each thread, and merge the tables into a vocabulary."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from fastw2v.corpus.buffers import TextBuffer, map_in_order, text_buffers
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import LARGEST_COUNT, Vocabulary
from fastw2v.corpus.words import (
    MAX_WORD_BYTES,
    USED_BYTES,
    USED_ENTRIES,
    WordTable,
    count_buffer,
    enlarged,
    merge,
    new_table,
    subtable,
    table_bytes,
)
from fastw2v.errors import UsageError

# A table that is being subtable stands beside its larger copy, and merging needs one more: so much of the budget each may take.
TABLE_MEMORY_FRACTION = 0.25
MIN_TABLE_BYTES = 4 << 20  # a table this small, of some 60,000 words, is never worth pruning
PRUNED_LOAD_FACTOR = 0.7  # the original prunes at 70 % of its hash table


class Counter:
    """One thread's table, which grows to its budget and is then pruned as the original prunes: rarest words first."""

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.table = new_table()
        self.buffer = np.zeros(MAX_WORD_BYTES + 1, np.uint8)
        self.pruned_up_to = 0  # words counted so often or less were forgotten at some time

    def count(self, block: bytes, offset: int) -> None:
        """Count a block's words; `offset` is its place in the whole text."""
        data = np.frombuffer(block, np.uint8)
        position = 0
        while (position := count_buffer(data, position, offset, self.table, self.buffer)) < len(data):
            self.make_room()

    def make_room(self) -> None:
        """Grow, or, where the budget is spent, forget the words seen least."""
        if 2 * table_bytes(self.table) <= self.budget:
            self.table = enlarged(self.table)
            return
        entries, text_bytes = len(self.table.hashes), len(self.table.text) - MAX_WORD_BYTES
        while (
            self.table.used[USED_ENTRIES] > PRUNED_LOAD_FACTOR * entries
            or self.table.used[USED_BYTES] > PRUNED_LOAD_FACTOR * text_bytes
        ):
            self.pruned_up_to += 1
            counts = self.table.counts[: self.table.used[USED_ENTRIES]]
            kept = np.flatnonzero(counts > self.pruned_up_to)
            self.table = subtable(self.table, np.union1d([0], kept), entries, text_bytes)


def count_words(
    sources: Iterable[Source], *, threads: int, memory: int, advanced: Callable[[int], None] = lambda _: None
) -> tuple[WordTable, int]:
    """All distinct words of the text with their counts, and the count up to which words were forgotten for want of memory.

    The table is the same for any number of threads while nothing is forgotten. `advanced` is told of bytes read.
    """
    counters = [Counter(max(MIN_TABLE_BYTES, memory * TABLE_MEMORY_FRACTION / threads)) for _ in range(threads)]

    def count(number: int, item: tuple[int, TextBuffer]) -> None:
        offset, block = item
        block.check()
        counters[number % threads].count(block.words(), offset)

    for _ in map_in_order(count, _with_text_offsets(text_buffers(sources, advanced)), threads):
        pass
    pruned_up_to = max(counter.pruned_up_to for counter in counters)
    merged = counters.pop(0).table
    while counters:
        merged = merge_tables(counters.pop(0).table, merged)
    return merged, pruned_up_to


class WordCounts(NamedTuple):
    """The words of a text.

    table : those counted, or of several processes those counted `min_count` times or more and the known ones; `</s>` first,
        the others in any order
    distinct, words, most : of all words; `most` is the largest count but that of `</s>`
    """

    table: WordTable
    distinct: int
    words: int
    most: int


def counted_words(table: WordTable) -> WordCounts:
    """The words of a table."""
    counts = table.counts[: table.used[USED_ENTRIES]]
    return WordCounts(table, len(counts), int(counts.sum()), int(counts[1:].max(initial=0)))


def select(table: WordTable, *, min_count: int, max_vocab: int | None, earlier: Vocabulary | None = None) -> Vocabulary:
    """The words that occur often enough, `</s>` first, then by falling count, ties in the order of their first sighting.

    earlier : of the texts that a model has seen before; its words stay, however rare in this text, and counts are added up

    Raises UsageError where they are too large for that.
    """
    if earlier is not None:
        table = merge_tables(table, zero_counts(earlier.table, np.arange(len(earlier))))
    entries = int(table.used[USED_ENTRIES])
    counts, firsts = table.counts[:entries], table.firsts[:entries]
    frequent = 1 + np.flatnonzero(counts[1:] >= min_count)
    order = frequent[np.lexsort((firsts[frequent], -counts[frequent]))][:max_vocab]
    summed = counts.copy()
    if earlier is not None:
        if int(counts.sum()) + int(earlier.counts.sum()) > LARGEST_COUNT:
            raise UsageError("the counts of the text and of the earlier vectors are too large: together more than 2^62")
        summed[: len(earlier)] += earlier.counts
        order = np.union1d(np.arange(1, len(earlier)), order)
        order = order[np.lexsort((firsts[order], -summed[order]))]
    lengths = np.diff(table.starts[: entries + 1])
    ids = np.concatenate(([0], order)).astype(np.int64)
    chosen = subtable(table, ids, len(ids), int(lengths[ids].sum()))
    chosen.counts[: len(ids)] = summed[ids]
    return Vocabulary(chosen, None if earlier is None else counts[ids])


def zero_counts(table: WordTable, entries: np.ndarray) -> WordTable:
    """A table of some words of another, `</s>` first, with counts of 0: what is merge_tables to it stands after them."""
    lengths = np.diff(table.starts[: table.used[USED_ENTRIES] + 1])
    found = subtable(table, entries, len(entries), int(lengths[entries].sum()))
    found.counts[:] = 0
    found.firsts[:] = 0
    return found


def _with_text_offsets(stream: Iterator[TextBuffer]) -> Iterator[tuple[int, TextBuffer]]:
    """Blocks and their places in the whole text."""
    offset = 0
    for block in stream:
        yield offset, block
        offset += len(block.data)


def merge_tables(source: WordTable, target: WordTable) -> WordTable:
    """The target, or a larger copy, with the words of the source added: counts summed, first sightings the earlier ones."""
    entries = np.arange(source.used[USED_ENTRIES])
    while (done := merge(source, entries, target)) < len(entries):
        entries = entries[done:]
        target = enlarged(target)
    return target
