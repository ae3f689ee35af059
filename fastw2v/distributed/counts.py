"""The words that each rank counts in its part of the text, merged: the counts of a word are added up by the rank that owns it.

No rank ever holds the words of all. It sends each word that it counted to its owner, and only words that are frequent enough
are sent from there to all ranks.
"""

from itertools import pairwise

import numpy as np

from fastw2v.corpus.counting import WordCounts, merge_tables, zero_counts
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.word_table import MAX_WORD_BYTES, USED_ENTRIES, WordTable, new_table, subtable
from fastw2v.distributed.communicator import Communicator

OWNER_SHIFT = np.uint64(16)  # a table's slots are chosen by the hash's low bits: owners by others


def merge_counts(communicator: Communicator, counted: WordTable, min_count: int, known: Vocabulary | None = None) -> WordCounts:
    """Merge what each rank counted in its part; the parts stand in the text in the order of the ranks.

    First sightings are moved past those of the ranks before, so that ties are ordered as by a single process.

    known : words to keep, however rare, the same for all ranks
    """
    ends = int(counted.counts[0])
    counted.counts[0] = 0
    firsts = counted.firsts[: counted.used[USED_ENTRIES]]
    lasts = communicator.all_gather(firsts.max(keepdims=True) + 1)
    firsts += sum(int(last[0]) for last in lasts[: communicator.rank])
    owned, kept = new_table(), 0
    if known is not None:
        mine = _by_owner(known.table, communicator.size)[communicator.rank]
        owned, kept = zero_counts(known.table, np.concatenate(([0], mine))), len(mine)
    for sent in communicator.all_to_all([pack(counted, chosen) for chosen in _by_owner(counted, communicator.size)]):
        owned = merge_tables(unpack(sent), owned)
    size = int(owned.used[USED_ENTRIES])
    counts = owned.counts[1:size]
    distinct, words, ends = communicator.all_reduce(np.array([np.count_nonzero(counts), counts.sum(), ends], np.int64)).tolist()
    most = max(int(largest[0]) for largest in communicator.all_gather(np.array([counts.max(initial=0)], np.int64)))
    table = new_table()
    enough = counts >= np.where(np.arange(len(counts)) < kept, 1, min_count)
    for sent in communicator.all_gather(pack(owned, 1 + np.flatnonzero(enough))):
        table = merge_tables(unpack(sent), table)
    table.counts[0] = ends
    return WordCounts(table, distinct + 1, words + ends, most)


def broadcast_vocabulary(communicator: Communicator, vocabulary: Vocabulary | None) -> Vocabulary:
    """The vocabulary of rank 0 on all ranks; the others need not have one."""
    mine = in_text = np.empty(0, np.int64)
    if vocabulary is not None and communicator.rank == 0:
        mine = pack(vocabulary.table, np.arange(1, len(vocabulary)))
        in_text = in_text if vocabulary.in_text is None else vocabulary.in_text
    sent = unpack(communicator.all_gather(mine)[0])
    in_text = communicator.all_gather(in_text)[0]
    table = merge_tables(sent, new_table(len(sent.counts) + 1, len(sent.text) + MAX_WORD_BYTES))
    return Vocabulary(table, in_text if len(in_text) else None)


def _by_owner(table: WordTable, owners: int) -> list[np.ndarray]:
    """The entries of a table, but `</s>`, that each rank owns."""
    owner = (table.hashes[1 : table.used[USED_ENTRIES]] >> OWNER_SHIFT) % np.uint64(owners)
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(owners + 1, dtype=np.uint64))
    return [1 + order[begin:end] for begin, end in pairwise(bounds)]


def pack(table: WordTable, entries: np.ndarray) -> np.ndarray:
    """`</s>` and some other words of a table as (numbers,) int64: how many, lengths, hashes, counts, firsts, bytes."""
    entries = np.concatenate(([0], entries)).astype(np.int64)
    lengths = np.diff(table.starts[: table.used[USED_ENTRIES] + 1])[entries]
    small = subtable(table, entries, len(entries), int(lengths.sum()))
    size, text_bytes = small.used.tolist()
    text = small.text[: -(-text_bytes // 8) * 8]
    columns = lengths, small.hashes[:size].view(np.int64), small.counts[:size], small.firsts[:size]
    return np.concatenate((np.array([size]), *columns, text.view(np.int64)))


def unpack(numbers: np.ndarray) -> WordTable:
    """What `pack` packed, as a table to join to another; words cannot be found in it."""
    size = int(numbers[0])
    lengths, hashes, counts, firsts = numbers[1 : 1 + 4 * size].reshape(4, size)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    text = numbers[1 + 4 * size :].view(np.uint8)
    return WordTable(np.zeros(1, np.uint64), hashes.view(np.uint64), starts, counts, firsts, text, np.array([size, len(text)]))
