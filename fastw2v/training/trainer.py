"""Hogwild: threads that train on one model without a lock, each on its own contiguous share of the text.

Niu et al. 2011, "Hogwild!". The threads share the matrices and the count of words done, nothing else.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from fastw2v.compiling import Entry
from fastw2v.corpus.ids import ID, IdStream
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.kernels import KERNELS
from fastw2v.kernels import loss as loss_kernel
from fastw2v.kernels.loss import NATS, PAIRS
from fastw2v.kernels.model import Model, aligned_zeros
from fastw2v.kernels.schedule import CACHE_LINE, learning_rate, new_schedule, words_done
from fastw2v.kernels.top_nodes import NO_COPIES, make_copies
from fastw2v.kernels.worker import Variant
from fastw2v.settings import Settings
from fastw2v.tables import Tables
from fastw2v.training.gate import Gate
from fastw2v.training.progress import Progress, Recent

STRETCH = 20_000  # ids that a kernel gets at a time: often enough to stop within a tenth of a second
ROWS_CHECKED = 1_000  # vectors that are looked at, while training goes on, for whether they are numbers still
MEASURED = 64  # of these, ids that the loss is measured on: 0.3 %
SENTENCE_SEARCH = 1_000  # how far from its even place a share's bound may move to fall between two sentences
SEED_STEP = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: seeds start streams far from each other
UINT64 = 2**64


def random_start(seed: int, stream: int) -> int:
    """Where a random stream starts; seed 1 starts streams 0, 1, … as word2vec.c does its threads'."""
    return (stream + (seed - 1) * SEED_STEP) % UINT64


class Trainer:
    """Trains a model on an id stream; knows nothing of files and screens.

    Raises in `run` what a thread raised, and Interrupted on Ctrl-C, once all threads have stopped.
    """

    def __init__(self, ids: IdStream, model: Model, tables: Tables, settings: Settings) -> None:
        self.ids = ids
        self.model = model
        self.tables = tables
        self.settings = settings
        threads = settings.thread_count
        self.kernel = KERNELS[settings.kernel].train
        self.variant = variant(settings)
        self.schedule = new_schedule(settings.starting_alpha, len(ids) * settings.epochs, threads)
        self.bounds = share_bounds(ids, threads)
        self.workers = [self._new_worker(thread) for thread in range(threads)]
        starts = [random_start(settings.seed, thread) ^ (UINT64 // 2) for thread in range(threads)]
        self.measure_states = np.array(starts, np.uint64)  # the random streams of measuring the loss
        self.losses = np.zeros((threads, CACHE_LINE))  # all epochs' nats and pairs
        self.last_losses = np.zeros((threads, CACHE_LINE))  # the current epoch's
        self.places = [(0, begin) for begin in self.bounds[:-1]]  # each thread's epoch and next id
        self.gate = Gate()
        self.stopping = threading.Event()
        self.failures: list[BaseException] = []

    def _new_worker(self, thread: int) -> Any:
        copies = NO_COPIES
        if self.settings.hs and self.settings.thread_count > 1:
            copies = make_copies(self.model.nodes, len(self.tables.tree.starts) - 2, thread)
        return KERNELS[self.settings.kernel].new_worker(
            thread,
            self.model.input.shape[1],
            self.tables,
            self.variant,
            random_state=random_start(self.settings.seed, thread),
            alpha=self.settings.starting_alpha,
            copies=copies,
        )

    def run(self, report: Callable[[Progress], None], every: float = 0.2) -> Progress:
        """Train all epochs; `report` is called from this thread every so many seconds. Returns the state at the end.

        In `report` the threads can be paused, with `gate.all_waiting()`, and then the model and the state looked at.
        """
        recent = Recent(self.words_done)
        stopped_by: KeyboardInterrupt | None = None
        threads = [threading.Thread(target=self._guarded, args=(number,), daemon=True) for number in range(len(self.workers))]
        try:
            for thread in threads:
                self._start(thread)
            left = False
            while not left:
                left = self.gate.wait_until_left(every)
                self._check_numbers()
                report(self.progress(recent))
        except KeyboardInterrupt as stop:
            stopped_by = stop
        finally:
            self.stopping.set()
            self.gate.open()  # a signal may have come between closing and opening it
            self.gate.wait_until_left()
        if self.failures:
            raise self.failures[0]
        if stopped_by:
            raise Interrupted(f"stopped at {self.progress(recent).share:.1%} of the training") from stopped_by
        self._check_numbers(all_of_them=True)
        return self.progress(recent)

    def _start(self, thread: threading.Thread) -> None:
        self.gate.enter()
        try:
            thread.start()
        except RuntimeError:  # no more threads are allowed
            self.gate.leave()
            raise

    def _guarded(self, number: int) -> None:
        try:
            self._train_share(number)
        except BaseException as failure:  # raised again by run()
            self.failures.append(failure)
            self.stopping.set()
        finally:
            self.gate.leave()

    def _check_numbers(self, all_of_them: bool = False) -> None:
        """Refuse to go on with vectors that are no numbers: they spread from the frequent words, which come first."""
        rows = self.model.input if all_of_them else self.model.input[:ROWS_CHECKED]
        if not np.isfinite(rows.sum(dtype=np.float64)):
            raise Fastw2vError("training diverged: the vectors are no longer numbers; a smaller --alpha helps")

    def _train_share(self, number: int) -> None:
        """One thread's work: all epochs over its share, a stretch at a time."""
        worker = self.workers[number]
        begin, end = self.bounds[number], self.bounds[number + 1]
        first_epoch, place = self.places[number]
        for epoch in range(first_epoch, self.settings.epochs):
            if place == begin:
                self.last_losses[number] = 0
            for start in range(place, end, STRETCH):
                self.gate.pass_through()
                if self.stopping.is_set():
                    return
                stop = min(start + STRETCH, end)
                ids = self.ids.read(start, stop)
                self._measure(number, ids[-MEASURED:])  # the last of them: as far from what was just trained with any kernel
                self.kernel(ids, stop == end, worker, self.model, self.tables, self.variant, self.schedule)
                self.places[number] = epoch, stop
            state = worker.state[0]
            self.schedule.words_done[worker.row] += state["words"] - state["counted"]
            state["counted"] = state["words"]
            self.places[number] = epoch + 1, begin
            place = begin

    def _measure(self, number: int, ids: np.ndarray) -> None:
        """Add the loss on a few windows that are about to be trained on."""
        total = np.zeros(2)
        scratch = self.workers[number].scratch
        random = self.measure_states[number]
        room = np.zeros(MEASURED, np.int32)
        self.measure_states[number] = loss_kernel.measure(
            ids, random, room, scratch, self.model, self.tables, self.variant, total
        )
        self.losses[number, :2] += total
        self.last_losses[number, :2] += total

    def progress(self, recent: Recent) -> Progress:
        """The state now."""
        return recent.progress(self, self.settings.epochs, self.schedule.total_words)

    # What progress is made of; read while the threads run.

    @property
    def words_done(self) -> int:
        """Words trained on so far, all threads and epochs."""
        return int(words_done(self.schedule))

    @property
    def alpha(self) -> float:
        """The learning rate now."""
        return float(learning_rate(self.schedule))

    @property
    def epoch(self) -> int:
        """The epoch that the slowest thread is in, from 1."""
        return min(min(epoch for epoch, _ in self.places) + 1, self.settings.epochs)

    @property
    def loss_sums(self) -> tuple[float, float]:
        """Nats and pairs measured so far."""
        sums = self.losses.sum(axis=0)
        return float(sums[NATS]), float(sums[PAIRS])

    @property
    def last_epoch_loss(self) -> float:
        """Mean nats a pair over the epoch that each thread is in; NaN where nothing was measured."""
        sums = self.last_losses.sum(axis=0)
        return float(sums[NATS] / sums[PAIRS]) if sums[PAIRS] else float("nan")


def variant(settings: Settings) -> Variant:
    """The part of the settings that kernels look at."""
    return Variant(settings.model == "cbow", settings.hs, settings.negative, settings.window)


def share_bounds(ids: IdStream, threads: int) -> list[int]:
    """Where each thread's share starts, and the end: even parts, moved to the end of a sentence where one is near."""
    bounds = [0]
    for thread in range(1, threads):
        even = len(ids) * thread // threads
        near = ids.read(even, min(even + SENTENCE_SEARCH, len(ids)))
        ends = np.flatnonzero(near == 0)
        bounds.append(max(bounds[-1], even + int(ends[0]) + 1 if len(ends) else even))
    return [*bounds, len(ids)]


def entries(settings: Settings, model: Model, tables: Tables) -> list[Entry]:
    """The compiled functions that training calls beside the kernel, for warming up."""
    schedule = new_schedule(0.1, 1, 1)
    kind = variant(settings)
    ids, scratch = np.empty(0, ID), aligned_zeros(2, model.input.shape[1])
    return [
        Entry(words_done, (schedule,)),
        Entry(learning_rate, (schedule,)),
        Entry(loss_kernel.measure, (ids, np.uint64(0), ids, scratch, model, tables, kind, np.zeros(2))),
    ]


def kernel_entry(settings: Settings, model: Model, tables: Tables) -> Entry:
    """The kernel, for warming up."""
    kernel, kind = KERNELS[settings.kernel], variant(settings)
    worker = kernel.new_worker(0, model.input.shape[1], tables, kind, random_state=0, alpha=0.1)
    return Entry(kernel.train, (np.empty(0, ID), True, worker, model, tables, kind, new_schedule(0.1, 1, 1)))
