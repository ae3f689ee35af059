"""The first pass: count words in one table per thread, merge the tables, and select the vocabulary."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from fastw2v.corpus.buffers import TextBuffer, map_in_order, text_buffers
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import LARGEST_COUNT, Vocabulary
from fastw2v.corpus.word_table import (
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

# The fraction of memory for all threads' tables: while a table grows, both copies exist, and merging needs one more.
TABLE_MEMORY_FRACTION = 0.25
MIN_TABLE_BYTES = 4 << 20  # of each thread; it holds some 60,000 words, fewer than are worth pruning
PRUNED_LOAD_FACTOR = 0.7  # the original prunes when 70 % of its hash table is used


class Counter:
    """One thread's word table. It grows to its budget in bytes, and is then pruned like the original's: rarest words first."""

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.table = new_table()
        self.buffer = np.zeros(MAX_WORD_BYTES + 1, np.uint8)
        self.pruned_up_to = 0  # the largest count that was ever pruned

    def count(self, words: bytes, offset: int) -> None:
        """Count the words of a buffer.

        offset : its offset in the whole text, in bytes
        """
        data = np.frombuffer(words, np.uint8)
        position = 0
        while (position := count_buffer(data, position, offset, self.table, self.buffer)) < len(data):
            self.make_room()

    def make_room(self) -> None:
        """Enlarge the table, or prune it if that would exceed the budget."""
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
    """Count all distinct words of a text. Returns the table, and the largest count that was pruned (0 if none was).

    The table is the same for any number of threads unless words are pruned.

    memory : bytes for all tables together
    advanced : called with the bytes read from disk since its last call
    """
    counters = [Counter(max(MIN_TABLE_BYTES, memory * TABLE_MEMORY_FRACTION / threads)) for _ in range(threads)]

    def count(number: int, item: tuple[int, TextBuffer]) -> None:
        offset, text_buffer = item
        text_buffer.check()
        counters[number % threads].count(text_buffer.words(), offset)

    for _ in map_in_order(count, _with_text_offsets(text_buffers(sources, advanced)), threads):
        pass
    pruned_up_to = max(counter.pruned_up_to for counter in counters)
    merged = counters.pop(0).table
    while counters:
        merged = merge_tables(counters.pop(0).table, merged)
    return merged, pruned_up_to


class WordCounts(NamedTuple):
    """The counted words of a text.

    table : all words, `</s>` first, the others in any order; with several ranks only those counted at least `min_count` times
        and those of the warm start
    distinct : number of distinct words
    words : number of words
    most : largest count of a word other than `</s>`
    """

    table: WordTable
    distinct: int
    words: int
    most: int


def counted_words(table: WordTable) -> WordCounts:
    """The word counts of one table."""
    counts = table.counts[: table.used[USED_ENTRIES]]
    return WordCounts(table, len(counts), int(counts.sum()), int(counts[1:].max(initial=0)))


def select(table: WordTable, *, min_count: int, max_vocab: int | None, known: Vocabulary | None = None) -> Vocabulary:
    """Select the vocabulary: `</s>`, then the frequent words by descending count; ties are in order of first occurrence.

    min_count : rarer words are dropped
    max_vocab : largest number of words, without `</s>`; None for no limit
    known : the vocabulary of a warm start; its words are kept, however rare in this text, and counts are summed

    Raises UsageError if the summed counts exceed 2^62.
    """
    if known is not None:
        table = merge_tables(table, zero_counts(known.table, np.arange(len(known))))
    entries = int(table.used[USED_ENTRIES])
    counts, firsts = table.counts[:entries], table.firsts[:entries]
    frequent = 1 + np.flatnonzero(counts[1:] >= min_count)
    order = frequent[np.lexsort((firsts[frequent], -counts[frequent]))][:max_vocab]
    summed = counts.copy()
    if known is not None:
        if int(counts.sum()) + int(known.counts.sum()) > LARGEST_COUNT:
            raise UsageError("the counts of the text and of the initial vectors are too large: together more than 2^62")
        summed[: len(known)] += known.counts
        order = np.union1d(np.arange(1, len(known)), order)
        order = order[np.lexsort((firsts[order], -summed[order]))]
    lengths = np.diff(table.starts[: entries + 1])
    ids = np.concatenate(([0], order)).astype(np.int64)
    chosen = subtable(table, ids, len(ids), int(lengths[ids].sum()))
    chosen.counts[: len(ids)] = summed[ids]
    return Vocabulary(chosen, None if known is None else counts[ids])


def zero_counts(table: WordTable, entries: np.ndarray) -> WordTable:
    """A table of some entries of another with all counts 0, so that words merged into it come after them.

    entries : (n,) int64, `</s>` (0) first
    """
    lengths = np.diff(table.starts[: table.used[USED_ENTRIES] + 1])
    found = subtable(table, entries, len(entries), int(lengths[entries].sum()))
    found.counts[:] = 0
    found.firsts[:] = 0
    return found


def _with_text_offsets(stream: Iterator[TextBuffer]) -> Iterator[tuple[int, TextBuffer]]:
    """Each buffer after its offset in the whole text, in bytes."""
    offset = 0
    for text_buffer in stream:
        yield offset, text_buffer
        offset += len(text_buffer.data)


def merge_tables(source: WordTable, target: WordTable) -> WordTable:
    """Add the words of `source` to `target`, or to a larger copy of it. Sums counts; keeps the earlier first occurrence."""
    entries = np.arange(source.used[USED_ENTRIES])
    while (done := merge(source, entries, target)) < len(entries):
        entries = entries[done:]
        target = enlarged(target)
    return target
