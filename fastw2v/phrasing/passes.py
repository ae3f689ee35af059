"""The two passes over the text, on several threads: counting strings, and writing the text with phrases joined."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from fastw2v._jit.compiling import Entry
from fastw2v.corpus.buffers import map_in_order
from fastw2v.phrasing.scoring import Rule, mark, settle, write_block
from fastw2v.phrasing.strings import SHARDS, last_word, new_buffer, sort_by_shard, string_keys
from fastw2v.phrasing.table import ShardCounts, add_entries, count_keys, new_slots, table_of

# Of the memory: while the table of all frequent strings is built, the entries of all shards exist beside it.
TABLES_FRACTION = 0.3
LEAST_TABLE_BYTES = 1 << 17  # about 6,000 strings: pruning a smaller shard would not pay

Item = TypeVar("Item")


class StringCounts(NamedTuple):
    """Result of the first pass.

    slots : (power of two, 2) uint64, table of the words and pairs seen min_count times or more; see phrasing.table
    strings : number of words and pairs in it
    words : words of the text
    forgotten : words and pairs seen this often or less may have been dropped, because memory was short; 0 for none
    """

    slots: np.ndarray
    strings: int
    words: int
    forgotten: int


def count_strings(
    blocks: Iterable[bytes],
    *,
    min_count: int,
    threads: int,
    memory: int,
    exact: bool = False,
    counted: Callable[[int, int], None] = lambda words, strings: None,
) -> StringCounts:
    """Count words and pairs of neighbouring words. The result does not depend on the number of threads.

    blocks : the bytes of the text in order, each ending with white space
    memory : bytes for the tables
    exact : read words exactly as the original does, see strings.next_string
    counted : called now and then with the words read so far and the approximate number of distinct strings
    """
    shard_counts = [ShardCounts(max(LEAST_TABLE_BYTES, memory * TABLES_FRACTION / SHARDS)) for _ in range(SHARDS)]
    readers = [BlockReader(exact) for _ in range(threads)]
    words = 0
    counting: list[Future[None]] = []

    def count(shard: int, found: list[list[np.ndarray]]) -> None:
        for shards in found:
            shard_counts[shard].add(shards[shard])

    with ThreadPoolExecutor(threads) as pool:
        for batch in _batches(with_context(blocks, exact), threads):
            read = list(pool.map(BlockReader.keys, readers, batch))
            for done in counting:
                done.result()
            words += sum(number for _, number in read)
            # In the order of the blocks, so that pruning does not depend on the number of threads.
            counting = [pool.submit(count, shard, [found for found, _ in read]) for shard in range(SHARDS)]
            counted(words, sum(int(shard.used[0]) for shard in shard_counts))
        for done in counting:
            done.result()
    forgotten = max(shard.forgotten for shard in shard_counts)
    slots, strings = table_of(shard_counts, max(1, min_count))
    return StringCounts(slots, strings, words, forgotten)


def join_phrases(
    blocks: Iterable[bytes],
    counts: StringCounts,
    write: Callable[[memoryview], object],
    *,
    threshold: float,
    min_count: int,
    threads: int,
    exact: bool = False,
    written: Callable[[int], None] = lambda words: None,
) -> int:
    """Write the text with phrases joined, block by block. Returns the number of words joined to the previous word.

    blocks : the same text as counted
    written : called with the number of words of each block
    """
    rule = Rule(np.int64(min_count), np.float32(threshold), np.float32(counts.words))
    writers = [BlockMarker(counts.slots, rule, exact) for _ in range(threads)]

    def marked(number: int, block: tuple[int, bytes]) -> tuple[np.ndarray, np.ndarray, int]:
        return writers[number % threads].marked(block)

    total = 0
    after_joined = False
    for out, marks, words in map_in_order(marked, with_context(blocks, exact), threads):
        joined, last = settle(out, marks, after_joined)
        after_joined = last == words - 1
        total += joined
        write(out.data)
        written(words)
    return total


class BlockReader:
    """A thread of the first pass, with its buffers."""

    def __init__(self, exact: bool) -> None:
        self.exact = exact
        self.word = new_buffer()
        self.key_buffer = np.empty(0, np.uint64)

    def keys(self, block: tuple[int, bytes]) -> tuple[list[np.ndarray], int]:
        """The keys of a block by shard, SHARDS arrays of uint64, and the number of its words."""
        context, data = block
        if len(self.key_buffer) < len(data) + 2:
            self.key_buffer = np.empty(len(data) + 2, np.uint64)
        keys, words = string_keys(np.frombuffer(data, np.uint8), context, self.exact, self.word, self.key_buffer)
        by_shard, ends = np.empty(keys, np.uint64), np.zeros(SHARDS, np.int64)
        sort_by_shard(self.key_buffer[:keys], by_shard, ends)
        return np.split(by_shard, ends[:-1]), words


class BlockMarker:
    """A thread of the second pass, with its buffers."""

    def __init__(self, slots: np.ndarray, rule: Rule, exact: bool) -> None:
        self.slots = slots
        self.rule = rule
        self.exact = exact
        self.word = new_buffer()
        self.make_room(0)

    def make_room(self, words: int) -> None:
        """Allocate buffers for a block of at most `words` words."""
        self.out = np.empty(3 * words, np.uint8)
        self.keys = np.empty((words, 2), np.uint64)
        self.places = np.empty(words, np.int64)
        self.marks = np.empty((words, 3), np.int64)

    def marked(self, block: tuple[int, bytes]) -> tuple[np.ndarray, np.ndarray, int]:
        """The text of a block before any joining, (n,) uint8, its marks (see scoring.mark), and the number of its words.

        The next call overwrites the arrays.
        """
        context, data = block
        most_words = (len(data) + 1) // 2
        if len(self.places) < most_words:
            self.make_room(most_words)
        text = np.frombuffer(data, np.uint8)
        size, words, before = write_block(text, context, self.exact, self.word, self.out, self.keys, self.places)
        marked = mark(self.keys[:words], self.places, before, self.slots, self.rule, self.marks)
        return self.out[:size], self.marks[:marked], words - before


def with_context(blocks: Iterable[bytes], exact: bool) -> Iterator[tuple[int, bytes]]:
    """Prepend to each block the last word before it, and a space or newline. Yields the length of that context and the data."""
    buffer = new_buffer()
    context = b""
    for block in blocks:
        yield len(context), context + block
        start, end, line_ended = last_word(np.frombuffer(block, np.uint8), exact, buffer)
        if start >= 0:
            context = block[start:end] + (b"\n" if line_ended else b" ")
        elif line_ended and context:
            context = context[:-1] + b"\n"


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def entries() -> Iterator[Entry]:
    """The compiled functions that the passes call, for `compiling.warm_up`."""
    data, word = np.frombuffer(b"a ", np.uint8), new_buffer()
    keys, slots, starts = np.zeros(4, np.uint64), new_slots(0), np.zeros(1, np.int64)
    out, marks = np.zeros(2, np.uint8), np.zeros((2, 3), np.int64)
    yield Entry(last_word, (data, False, word))
    yield Entry(string_keys, (data, 0, False, word, keys))
    yield Entry(sort_by_shard, (keys, keys, starts))
    yield Entry(count_keys, (keys, 0, slots, starts))
    yield Entry(add_entries, (slots, slots))
    rule = Rule(np.int64(5), np.float32(100), np.float32(1))
    yield Entry(write_block, (data, 0, False, word, out, slots, starts))
    yield Entry(mark, (slots, starts, 0, slots, rule, marks))
    yield Entry(settle, (out, marks, False))
