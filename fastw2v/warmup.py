"""Everything that a run will call, compiled or loaded before it starts."""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from fastw2v.compiling import Entry, prepare
from fastw2v.corpus.ids import ID
from fastw2v.corpus.words import MAX_WORD_BYTES, add_word, count_block, encode_block, merge, new_table
from fastw2v.kernels.model import new_model
from fastw2v.reporting.listener import Listener
from fastw2v.settings import Settings
from fastw2v.tables import tables
from fastw2v.training import trainer


def compile_all(settings: Settings, listener: Listener) -> float:
    """Compile what is not in the cache yet, and say so; returns the seconds it took, 0.0 when all was there."""
    seconds = prepare(
        chain(_corpus_entries(), _training_entries(settings)),
        lambda: listener.note("compiling for this machine (the first run only; about 15 s)"),
    )
    if seconds:
        listener.note(f"compiled in {seconds:.1f} s")
    return seconds


# Generators, for making a table or a model compiles something too, and that time is to be counted.


def _corpus_entries() -> Iterator[Entry]:
    """The loops over bytes."""
    data = np.frombuffer(b"a ", np.uint8)
    buffer = np.zeros(MAX_WORD_BYTES + 1, np.uint8)
    table = new_table(16, 64)
    yield Entry(add_word, (table, data, 0))
    yield Entry(merge, (table, np.arange(1), table))
    yield Entry(count_block, (data, 0, 0, table, buffer))
    yield Entry(encode_block, (data, table, buffer, np.empty(2, ID)))


def _training_entries(settings: Settings) -> Iterator[Entry]:
    """The kernel and what stands beside it, on a model of three words."""
    counts = np.array([1, 2, 1], np.int64)
    lookup = tables(counts, sample=settings.sample, negative=settings.negative, hs=settings.hs)
    model = new_model(len(counts), settings.dim, negative=settings.negative, hs=settings.hs, random_state=1)
    yield from trainer.entries(settings, model, lookup)
