"""Warm-up: compile, or load from the cache, all that a run will call."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from subprocess import DEVNULL, PIPE
from typing import Any

import numpy as np

from fastw2v._jit.compiling import CACHE_FOLDER, Entry, compiling_note, leave_loops_rolled, warm_up
from fastw2v._system.processes import child_command
from fastw2v.corpus.id_stream import ID
from fastw2v.corpus.word_table import MAX_WORD_BYTES, add_word, count_buffer, encode_buffer, merge, new_table
from fastw2v.model.huffman import no_tree
from fastw2v.model.matrices import Model, aligned_zeros, new_model, row_length
from fastw2v.model.noise import SLOTS, NoiseTable, no_alias
from fastw2v.model.sigmoid import sigmoid_table
from fastw2v.model.tables import Tables, tables
from fastw2v.reporting.listener import Listener
from fastw2v.settings import Settings
from fastw2v.training import threads


def compile_all(settings: Settings, listener: Listener) -> float:
    """Compile what is not in the cache yet, and tell the user. Returns the seconds it took; 0.0 when all was cached."""

    def compile_elsewhere() -> None:
        listener.note(compiling_note("about 6 s"))
        _compile_in_children(settings)

    parts = PARTS if settings.device == "cpu" else PARTS[1:]  # a GPU has kernels of its own
    seconds = warm_up(chain(*(part(settings) for part in parts)), compile_elsewhere)
    if seconds:
        listener.note(f"compiled in {seconds:.1f} s")
    return seconds


def compile_counting(listener: Listener) -> None:
    """Compile what a run that only counts words calls."""
    warm_up(_corpus_entries(), lambda: listener.note(compiling_note("a few seconds")))


def _compile_in_children(settings: Settings) -> None:
    """Compile each part in a process of its own, at the same time, for the cache.

    The compiler holds one lock for all threads of a process, and some 150 MB that a process never gives back. Where this does
    not work, for whatever reason, nothing is in the cache afterwards, and the run compiles for itself.
    """
    if CACHE_FOLDER is None or not sys.executable:
        return
    children = []
    try:
        for part in range(len(PARTS)):
            command = child_command(compile_part, part=part, settings=settings.as_dict())
            with suppress(OSError):
                children.append(subprocess.Popen(command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL))
        for child in children:
            child.wait()
    finally:
        for child in children:
            child.kill()
            if child.stdin:
                child.stdin.close()


def compile_part(part: int, settings: dict[str, Any]) -> None:
    """What a child does, for as long as the process lives that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if PARTS[part] is _kernel_entries:
        leave_loops_rolled()
    gc.disable()  # a tenth of the time, for memory that is given back with the process
    warm_up(PARTS[part](Settings(**settings)))


def _end_with_parent() -> None:
    """End when standard input does, a pipe that nothing is written to: its other end is gone, however the parent ended."""
    os.read(0, 1)
    os._exit(1)


# Generators, for making a table or a model compiles something too, and that time is to be counted.


def _corpus_entries() -> Iterator[Entry]:
    """The loops over bytes."""
    data = np.frombuffer(b"a ", np.uint8)
    buffer = np.zeros(MAX_WORD_BYTES + 1, np.uint8)
    table = new_table(16, 64)
    yield Entry(add_word, (table, data, 0))
    yield Entry(merge, (table, np.arange(1), table))
    yield Entry(count_buffer, (data, 0, 0, table, buffer))
    yield Entry(encode_buffer, (data, table, buffer, np.empty(2, ID)))


def _other_entries(settings: Settings) -> Iterator[Entry]:
    """All else that a run calls."""
    yield from _corpus_entries()
    yield from threads.entries(settings, *_small_model(settings))


def _kernel_entries(settings: Settings) -> Iterator[Entry]:
    """The kernel, which takes longer to compile than all else together. Its arguments are made without compiling anything."""
    yield threads.kernel_entry(settings, *_model_of_nothing(settings))


def _small_model(settings: Settings) -> tuple[Model, Tables]:
    """A model of three words, and its tables."""
    counts = np.array([1, 2, 1], np.int64)
    return new_model(len(counts), replace(settings, threads=1)), tables(counts, settings)


def _model_of_nothing(settings: Settings) -> tuple[Model, Tables]:
    """A model of one word and its tables, with nothing in them."""
    rows = aligned_zeros(1, row_length(settings.dim))
    one, slots = np.ones(1, np.float32), np.full(1, SLOTS, np.int32)
    return Model(rows, rows, rows), Tables(one, one, sigmoid_table(), NoiseTable(slots, slots), no_alias(), no_tree())


PARTS = (_kernel_entries, _other_entries)
