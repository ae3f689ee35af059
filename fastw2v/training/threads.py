"""Hogwild: threads that train on one model without a lock, each on its own part of the text.

Niu et al. 2011, "Hogwild!". While they train, the threads share the matrices and the count of words done, nothing else.
"""

import threading
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from fastw2v._jit.compiling import Entry
from fastw2v.corpus.id_stream import ID, IdStream
from fastw2v.kernels import KERNELS
from fastw2v.kernels import loss as loss_kernel
from fastw2v.kernels.loss import NATS, PAIRS
from fastw2v.kernels.schedule import CACHE_LINE, learning_rate, new_schedule, rate_after, words_done
from fastw2v.kernels.worker import variant
from fastw2v.model.matrices import Model, aligned_zeros
from fastw2v.model.random_stream import random_start
from fastw2v.model.tables import Tables
from fastw2v.model.top_nodes import NO_COPIES, make_copies
from fastw2v.settings import Settings
from fastw2v.training.pausing import Gate
from fastw2v.training.work_queue import EPOCH, WorkQueue

CHUNK = 20_000  # ids in a chunk: small enough for a thread to stop within a tenth of a second
LEAST_CHUNK = 2_000  # the same, where training is to pause soon
# The loss is measured on MEASURED ids at the end of a chunk. In a long text it skips chunks, because its rows are in no cache:
# measured on 0.3 % of the ids of every chunk, it took 4 to 7 % of the time (skip-gram, negative sampling).
MEASURED, MEASUREMENTS, LONGEST_WAIT = 64, 32, 8


def ids_between_measurements(ids: int) -> int:
    """The ids of a partition between two measurements of the loss: 32 measurements an epoch, or one in 8 chunks."""
    return CHUNK * max(1, min(LONGEST_WAIT, ids // (CHUNK * MEASUREMENTS)))


class Threads:
    """The engine on the processor's cores; see `training.engine`."""

    in_place = True

    def __init__(self, ids: IdStream, model: Model, tables: Tables, settings: Settings, total_words: int | None = None) -> None:
        self.ids = ids
        self.model = model
        self.tables = tables
        self.settings = settings
        threads = settings.thread_count
        self.kernel = KERNELS[settings.kernel]
        self.variant = variant(settings)
        words = len(ids) * settings.epochs if total_words is None else total_words
        self.schedule = new_schedule(settings, words, threads)
        self.alone = total_words is None
        self.queue = WorkQueue(ids, threads, settings.epochs if self.alone else None, CHUNK)
        self.workers = [self._new_worker(thread) for thread in range(threads)]
        starts = [random_start(settings.seed, thread, measuring=True) for thread in range(threads)]
        self.measure_states = np.array(starts, np.uint64)
        self.losses = np.zeros((threads, CACHE_LINE))  # all epochs' nats and pairs
        self.last_losses = np.zeros((threads, CACHE_LINE))  # the current epoch's
        self.gate = Gate()
        self.stopping = threading.Event()
        self.failures: list[BaseException] = []

    def _copied_top_nodes(self, thread: int) -> int:
        """Make a thread's copies of the top nodes; returns the row of the first."""
        if not self.settings.hs or self.settings.thread_count == 1:
            return NO_COPIES
        return make_copies(self.model.nodes, len(self.tables.tree.starts) - 2, thread)

    def _new_worker(self, thread: int) -> Any:
        return self.kernel.new_worker(
            thread,
            self.model.input.shape[1],
            self.tables,
            self.variant,
            random_state=random_start(self.settings.seed, thread),
            alpha=self.settings.starting_alpha,
            copies=self._copied_top_nodes(thread),
        )

    # The run.

    def start(self) -> None:
        """Start the threads. Raises RuntimeError where the system allows no more of them; `stop` ends those that run."""
        for number in range(len(self.workers)):
            thread = threading.Thread(target=self._guarded, args=(number,), daemon=True)
            self.gate.enter()
            try:
                thread.start()
            except RuntimeError:  # no more threads are allowed
                self.gate.leave()
                raise

    def wait(self, seconds: float) -> bool:
        """Wait for all threads, `seconds` at most; returns whether they have ended."""
        return self.gate.wait_until_left(seconds)

    def stop(self) -> None:
        """Stop each thread after its current chunk, and wait for it."""
        self.stopping.set()
        self.gate.open_for_good()  # a signal may have come between closing and opening it
        self.gate.wait_until_left()

    @property
    def failure(self) -> BaseException | None:
        """What the first thread that failed raised."""
        return self.failures[0] if self.failures else None

    def paused(self, *, changing: bool = False) -> AbstractContextManager[None]:
        """All threads wait between two chunks; they train the model itself, so that changes need no copy."""
        return self.gate.all_waiting()

    def first_rows(self, count: int) -> np.ndarray:
        """The first input rows, themselves."""
        return self.model.input[:count]

    def _guarded(self, number: int) -> None:
        try:
            self._train_partition(number)
        except BaseException as failure:  # the trainer raises it
            self.failures.append(failure)
            self.stopping.set()
        finally:
            self.gate.leave()

    def _train_partition(self, number: int) -> None:
        """The work of one thread, chunk by chunk, until none is left, or all threads and ranks together have done enough."""
        worker, state = self.workers[number], self.workers[number].state[0]
        every = ids_between_measurements(self.queue.partition_size(number))
        while True:
            self.gate.wait_if_closed(self.words_done)
            if self.stopping.is_set() or self._others_did_the_rest():
                return
            epoch = self.queue.places[number, EPOCH]
            taken = self.queue.take(number, self._chunk())
            if taken is None:
                return
            start, stop, last = taken
            if epoch != self.queue.places[number, EPOCH]:
                self.last_losses[number] = 0
            ids = self.ids.read(start, stop)
            if -start % every < stop - start:
                self._measure(number, ids[-MEASURED:])  # the last: as far from what was just trained with any kernel
            self.kernel.train(ids, last, worker, self.model, self.tables, self.variant, self.schedule)
            if last:
                self.schedule.words_done[worker.row] += state["words"] - state["counted"]
                state["counted"] = state["words"]

    def _chunk(self) -> int:
        """The ids of the next chunk: fewer where the gate allows no more."""
        left = (self.gate.allowed - self.words_done) / len(self.workers)
        return int(min(CHUNK, max(LEAST_CHUNK, left)))

    def _others_did_the_rest(self) -> bool:
        return not self.alone and words_done(self.schedule) >= self.total_words

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

    # Progress.

    @property
    def words_done(self) -> int:
        """Words trained on so far, all threads and epochs."""
        return int(words_done(self.schedule)) - self.words_elsewhere

    @property
    def words_elsewhere(self) -> int:
        """Words that other ranks have trained on; the schedule has a cache line for them."""
        return int(self.schedule.words_done[-CACHE_LINE])

    @words_elsewhere.setter
    def words_elsewhere(self, words: int) -> None:
        self.schedule.words_done[-CACHE_LINE] = words

    @property
    def total_words(self) -> int:
        """Of all epochs."""
        return self.schedule.total_words

    @property
    def alpha(self) -> float:
        """The learning rate now."""
        return float(learning_rate(self.schedule))

    @property
    def epoch(self) -> int:
        """The epoch that the slowest thread is in, from 1."""
        return min(int(self.queue.places[:, EPOCH].min()) + 1, self.settings.epochs)

    @property
    def loss_sums(self) -> tuple[float, float]:
        """Nats and pairs measured so far."""
        sums = self.losses.sum(axis=0)
        return float(sums[NATS]), float(sums[PAIRS])

    @property
    def last_loss_sums(self) -> tuple[float, float]:
        """The same over the epoch that each thread is in."""
        sums = self.last_losses.sum(axis=0)
        return float(sums[NATS]), float(sums[PAIRS])

    # Checkpoints.

    def carried(self) -> dict[str, np.ndarray]:
        """The threads' places and what each carries from one chunk to the next."""
        arrays = {
            "places": self.queue.places,
            "words-done": self.schedule.words_done[:-CACHE_LINE],
            "measure-states": self.measure_states,
            "losses": self.losses,
            "last-losses": self.last_losses,
        }
        return arrays | {
            f"thread-{number}-{name}": array
            for number, worker in enumerate(self.workers)
            for name, array in self.kernel.carried(worker).items()
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Restore the same. Compiled loops trust these arrays, so all are checked. Raises ValueError."""
        for name, array in self.carried().items():
            array[...] = arrays[name]
        self.queue.check()
        for worker in self.workers:
            self.kernel.check_carried(worker, len(self.model.input))
        if self.schedule.words_done.min(initial=0) < 0:
            raise ValueError("the words done are negative")

    def restore_approximately(self, arrays: dict[str, np.ndarray]) -> None:
        """Each thread starts as far into its partition as all were on average."""
        then = arrays.get("places")
        if then is None or then.shape != self.queue.places.shape or then.dtype != np.int64 or (then < 0).any():
            raise ValueError("the threads' places make no sense")
        done = np.asarray(arrays.get("words-done", np.zeros(1)), np.float64).sum()
        epochs = float(np.clip(done / max(1, self.total_words), 0, 1)) * self.settings.epochs
        self.queue.begin_at(epochs)
        for number in range(len(self.workers)):
            self.schedule.words_done[number * CACHE_LINE] = int(self.queue.partition_size(number) * epochs)
            self._copied_top_nodes(number)


def entries(settings: Settings, model: Model, tables: Tables) -> list[Entry]:
    """The compiled functions that training calls beside the kernel, for warming up."""
    schedule = new_schedule(settings, 1, 1)
    kind = variant(settings)
    ids, scratch = np.empty(0, ID), aligned_zeros(2, model.input.shape[1])
    return [
        Entry(words_done, (schedule,)),
        Entry(learning_rate, (schedule,)),
        Entry(rate_after, (0, schedule)),
        Entry(loss_kernel.measure, (ids, np.uint64(0), ids, scratch, model, tables, kind, np.zeros(2))),
    ]


def kernel_entry(settings: Settings, model: Model, tables: Tables) -> Entry:
    """The kernel, for warming up."""
    kernel, kind = KERNELS[settings.kernel], variant(settings)
    worker = kernel.new_worker(0, model.input.shape[1], tables, kind, random_state=0, alpha=settings.starting_alpha)
    return Entry(kernel.train, (np.empty(0, ID), True, worker, model, tables, kind, new_schedule(settings, 1, 1)))
