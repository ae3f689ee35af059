"""The engine on an NVIDIA GPU: each launch trains a chunk of every stream; see `training.engine`, `kernels.cuda`.

A host thread queues one launch while the previous one runs, and waits at the gate between two, as the CPU's threads do. It
chooses the next chunk of each stream, so that it never has to ask the GPU how far it is.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numba import cuda

from fastw2v._system.resources import readable_bytes
from fastw2v.corpus.id_stream import ID, IdStream
from fastw2v.errors import Fastw2vError, option
from fastw2v.kernels.cuda.batch import Batch, drawing_kernel
from fastw2v.kernels.cuda.loss import loss_kernel
from fastw2v.kernels.cuda.plan import Card, batch_bytes, batch_shapes, best_streams, chunk_length, plan
from fastw2v.kernels.cuda.toolkit import allow_shared, runnable, the_card, use_card
from fastw2v.kernels.cuda.training import training_kernel
from fastw2v.kernels.schedule import CACHE_LINE, learning_rate, new_schedule
from fastw2v.kernels.worker import variant
from fastw2v.model.matrices import Model
from fastw2v.model.random_stream import random_start
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.partition_bounds import SENTENCE_SEARCH, partition_bounds
from fastw2v.training.pausing import Gate

AT_ONCE = 2  # launches in flight: one runs, one is ready
IDS_COPIED_AT_ONCE = 1 << 24  # that are copied to the GPU in one call, where it holds all ids
SHARE_OF_MEMORY = 0.95  # of the GPU's free memory, that a run may take
WITHOUT_END = 2**31  # epochs
NATS, PAIRS = 0, 1


class Memory(NamedTuple):
    """Bytes that a run takes on the GPU: for the model and its work, and for all ids, or for passing them through in chunks."""

    model: int
    work: int
    ids: int
    passing: int


class Slot(NamedTuple):
    """The memory and events of one of the launches in flight.

    host_chunks, host_ids : pinned; host_ids (streams × chunk,) int32, empty where all ids are on the GPU
    chunks, ids : the same on the GPU
    copied, done : events
    """

    host_chunks: np.ndarray
    host_ids: np.ndarray
    chunks: Any
    ids: Any
    copied: Any
    done: Any


class Gpu:
    """The engine on GPU number `place` of the machine. Raises Fastw2vError where its memory does not suffice."""

    in_place = False

    def __init__(
        self, ids: IdStream, model: Model, tables: Tables, settings: Settings, total_words: int | None = None, place: int = 0
    ) -> None:
        self.ids, self.model, self.tables = ids, model, tables
        with one_line():
            self.card = use_card(place)
            card = the_card()
        self.variant = variant(settings)
        self.plan = runnable(plan(self.variant, settings.dim, tables, settings.starting_alpha, card.shared))
        chosen = settings.streams or best_streams(self.plan, tables, settings.starting_alpha, len(ids), card)
        self.settings = replace(settings, streams=chosen)
        self.streams = chosen
        self.chunk = chunk_length(len(ids), settings.epochs, chosen)
        self.alone = total_words is None
        self.last_epoch = settings.epochs if self.alone else WITHOUT_END
        words = len(ids) * settings.epochs if total_words is None else total_words
        self.schedule = new_schedule(settings, words, 1)
        self.words_elsewhere = 0
        self.bounds = partition_bounds(ids, chosen)
        self.places = np.array([(0, begin) for begin in self.bounds[:-1]], np.int64)
        self.resident = self._fits(card)
        self.key = np.uint64(random_start(settings.seed, 0))
        self.epoch_losses = np.zeros(2)  # of the epochs before the current one
        self.gate = Gate()
        self.stopping = threading.Event()
        self.failures: list[BaseException] = []
        self.launches = 0
        with one_line():
            self._take_memory()
            self._compile()

    def _fits(self, card: Card) -> bool:
        """Whether the GPU can hold all ids. Raises Fastw2vError where it cannot even hold the rest."""
        memory = memory_needed(self.plan, self.model, self.tables, len(self.ids), self.streams, self.chunk)
        room = card.free * SHARE_OF_MEMORY
        least = memory.model + memory.work + memory.passing
        if least > room:
            raise Fastw2vError(
                f"the GPU ({card.name}) has {readable_bytes(int(card.free))} free, and training needs {readable_bytes(least)}, "
                f"{readable_bytes(memory.model)} of them for the model: "
                f"a smaller {option('dim')} or {option('max_vocab')} needs less"
            )
        return memory.model + memory.work + memory.ids <= room

    def _take_memory(self) -> None:
        self.matrices: Any = Model(*(cuda.to_device(at_least_one(matrix)) for matrix in self.model))
        self.noise = type(self.tables.noise)(*(cuda.to_device(at_least_one(array)) for array in self.tables.noise))
        self.tree = type(self.tables.tree)(*(cuda.to_device(at_least_one(array)) for array in self.tables.tree))
        self.keep = cuda.to_device(self.tables.keep)
        shapes = batch_shapes(self.plan, self.streams, self.chunk)
        self.batch = Batch(**{name: cuda.device_array(shape, kind) for name, (shape, kind) in shapes.items()})
        self.work = cuda.device_array((1, 1) if self.plan.in_shared else (self.streams, self.plan.floats), np.float32)
        self.losses = cuda.pinned_array((self.streams, 2), np.float64)
        self.losses[:] = 0
        self.device_losses = cuda.to_device(self.losses)
        self.all_ids = self._upload_ids() if self.resident else None
        self.computing, self.copying = cuda.stream(), cuda.stream()
        self.slots = [self._new_slot() for _ in range(AT_ONCE)]

    def _upload_ids(self) -> Any:
        """Copy all ids to the GPU."""
        ids = cuda.device_array(len(self.ids), ID)
        for start in range(0, len(self.ids), IDS_COPIED_AT_ONCE):
            stop = min(start + IDS_COPIED_AT_ONCE, len(self.ids))
            ids[start:stop].copy_to_device(np.ascontiguousarray(self.ids.read(start, stop)))
        return ids

    def _new_slot(self) -> Slot:
        passing = 0 if self.resident else self.streams * self.chunk
        host_ids = cuda.pinned_array(passing, ID) if passing else np.empty(0, ID)
        chunks = cuda.pinned_array((self.streams, 3), np.int64)
        chunks[:] = 0
        ids = cuda.device_array(passing, ID) if passing else self.all_ids
        return Slot(chunks, host_ids, cuda.to_device(chunks), ids, cuda.event(), cuda.event())

    def _compile(self) -> None:
        """Compile the kernels, and run them once on empty chunks."""
        self.draw, self.train, self.measure = drawing_kernel(self.plan), training_kernel(self.plan), loss_kernel(self.plan)
        allow_shared(self.train, self.plan.dynamic_shared, self.matrices, self.batch, self.tree, self.work, np.float32(0))
        self._launch(self.slots[0], np.float32(0 * learning_rate(self.schedule)))  # compiles learning_rate too
        self._synchronise()

    # The run.

    def start(self) -> None:
        """Copy the matrices to the GPU as they are now, and start the thread that feeds it."""
        self._upload()
        self.gate.enter()
        try:
            threading.Thread(target=self._guarded, daemon=True).start()
        except RuntimeError:
            self.gate.leave()
            raise

    def wait(self, seconds: float) -> bool:
        """Wait for the thread, `seconds` at most; returns whether it has ended."""
        return self.gate.wait_until_left(seconds)

    def stop(self) -> None:
        """Stop after the launches in flight, and copy the matrices back."""
        self.stopping.set()
        self.gate.open_for_good()
        self.gate.wait_until_left()
        if not self.failures:
            self._download()

    @property
    def failure(self) -> BaseException | None:
        """What ended the thread that feeds the GPU."""
        return self.failures[0] if self.failures else None

    @contextmanager
    def paused(self, *, changing: bool = False) -> Iterator[None]:
        """Pause the GPU; the matrices are copied to the host, and with `changing` copied back at the end."""
        with self.gate.all_waiting():
            self._download()
            yield
            if changing:
                self._upload()

    def first_rows(self, count: int) -> np.ndarray:
        """A copy of the first input rows."""
        with one_line():
            rows: np.ndarray = self.matrices.input[:count].copy_to_host()
        return rows

    def _upload(self) -> None:
        with one_line():
            for there, here in zip(self.matrices, self.model):
                if here.size:
                    there.copy_to_device(np.ascontiguousarray(here))
            self.device_losses.copy_to_device(self.losses)
            cuda.synchronize()

    def _download(self) -> None:
        with one_line():
            self._synchronise()
            for there, here in zip(self.matrices, self.model):
                if here.size:
                    there.copy_to_host(here)

    def _synchronise(self) -> None:
        self.computing.synchronize()

    def _guarded(self) -> None:
        try:
            with one_line():
                use_card(self.card)  # a new thread has no GPU until it selects one
                self._train_all()
        except BaseException as failure:  # the trainer raises it
            self.failures.append(failure)
        finally:
            self.gate.leave()

    def _train_all(self) -> None:
        """Launch until no stream has any text left, or all words are done, here and on other ranks."""
        while not self._all_trained():
            if self.gate.closed:
                self._synchronise()  # whoever closed it may read everything
            self.gate.wait_if_closed(self.words_done)
            if self.stopping.is_set():
                break
            slot = self.slots[self.launches % AT_ONCE]
            slot.done.synchronize()
            places = self._next_chunks(slot)
            self._launch(slot, np.float32(learning_rate(self.schedule)))
            epoch, self.places = self.epoch, places
            self.schedule.words_done[0] += slot.host_chunks[:, 1].sum()
            if self.epoch > epoch:
                self._synchronise()
                self.epoch_losses = self.losses.sum(axis=0)
        self._synchronise()

    def _all_trained(self) -> bool:
        done = not len(self.ids) or self.words_done + self.words_elsewhere >= self.total_words
        return bool(self.places[:, 0].min() == self.last_epoch) if self.alone else done

    def _next_chunks(self, slot: Slot) -> np.ndarray:
        """Put each stream's next chunk into the slot. Returns the streams' places afterwards.

        The host does this while a launch runs; it must not take longer.
        """
        epochs, places = self.places.T
        unfinished = epochs < self.last_epoch
        ends = np.array(self.bounds[1:])
        stops = np.minimum(places + self.chunk, ends)
        for stream in np.flatnonzero(unfinished & (stops < ends)):
            stops[stream] = self._sentence_end(int(places[stream]), int(stops[stream]))
        lengths = np.where(unfinished, stops - places, 0)
        slot.host_chunks[:, 0] = places
        slot.host_chunks[:, 1] = lengths
        slot.host_chunks[:, 2] = epochs * len(self.ids) + places
        if not self.resident:
            slot.host_chunks[:, 0] = np.arange(self.streams) * self.chunk
            for stream in np.flatnonzero(lengths):
                place, length = int(places[stream]), int(lengths[stream])
                slot.host_ids[stream * self.chunk :][:length] = self.ids.read(place, place + length)
        full = unfinished & (stops == ends)
        return np.column_stack([epochs + full, np.where(full, self.bounds[:-1], places + lengths)])

    def _sentence_end(self, place: int, stop: int) -> int:
        """The place after the last end of a sentence before `stop`, where one is near: so no window is cut."""
        near = self.ids.read(max(place, stop - SENTENCE_SEARCH), stop)[::-1]
        last = int(near.argmin())
        return stop - last if near[last] == 0 else stop

    def _launch(self, slot: Slot, alpha: np.float32) -> None:
        """Queue the launch that trains a slot's chunks."""
        slot.chunks.copy_to_device(slot.host_chunks, stream=self.copying)
        if not self.resident:
            slot.ids.copy_to_device(slot.host_ids, stream=self.copying)
        slot.copied.record(self.copying)
        slot.copied.wait(self.computing)
        queue, grid, made = self.computing, self.streams, self.plan
        self.draw[grid, made.drawing, queue](slot.ids, slot.chunks, self.keep, self.noise, self.batch, self.key)
        self.measure[grid, made.measuring, queue](
            self.matrices, self.batch, slot.chunks, self.noise, self.tree, self.key, self.device_losses
        )
        self.train[grid, (made.lanes, made.warps), queue, made.dynamic_shared](
            self.matrices, self.batch, self.tree, self.work, alpha
        )
        self.device_losses.copy_to_host(self.losses, stream=queue)
        slot.done.record(queue)
        self.launches += 1

    # Progress.

    @property
    def words_done(self) -> int:
        """Words given to the GPU so far, at most two launches ahead of what is trained."""
        return int(self.schedule.words_done[0])

    @property
    def words_elsewhere(self) -> int:
        """Words that other ranks have trained on."""
        return int(self.schedule.words_done[-CACHE_LINE])

    @words_elsewhere.setter
    def words_elsewhere(self, words: int) -> None:
        self.schedule.words_done[-CACHE_LINE] = words

    @property
    def total_words(self) -> int:
        """Of all epochs."""
        return int(self.schedule.total_words)

    @property
    def alpha(self) -> float:
        """The learning rate now."""
        return float(learning_rate(self.schedule))

    @property
    def epoch(self) -> int:
        """The epoch that the last stream is in, from 1."""
        return min(int(self.places[:, 0].min()) + 1, self.settings.epochs)

    @property
    def loss_sums(self) -> tuple[float, float]:
        """Nats and pairs measured so far."""
        nats, pairs = self.losses.sum(axis=0)
        return float(nats), float(pairs)

    @property
    def last_loss_sums(self) -> tuple[float, float]:
        """The same in the current epoch."""
        nats, pairs = self.losses.sum(axis=0) - self.epoch_losses
        return float(nats), float(pairs)

    # Checkpoints.

    def carried(self) -> dict[str, np.ndarray]:
        """The streams' places, the words done, the losses; random numbers follow from the places."""
        return {
            "places": self.places,
            "words-done": self.schedule.words_done[:1],
            "losses": self.losses,
            "epoch-losses": self.epoch_losses,
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Restore the same, checked. Raises ValueError."""
        for name, array in self.carried().items():
            array[...] = arrays[name]
        epochs, places = self.places.T
        inside = (np.array(self.bounds[:-1]) <= places) & (places <= np.array(self.bounds[1:]))
        if epochs.min() < 0 or epochs.max() > self.last_epoch or not inside.all():
            raise ValueError("a stream's place is outside its partition of the text")
        if self.words_done < 0:
            raise ValueError("the words done are negative")

    def restore_approximately(self, arrays: dict[str, np.ndarray]) -> None:
        """Each stream starts as far into its partition as all were on average."""
        done = arrays.get("words-done")
        if done is None or done.shape != (1,) or done.dtype != np.int64 or done[0] < 0:
            raise ValueError("the words done make no sense")
        epochs = min(1.0, int(done[0]) / max(1, self.total_words)) * self.settings.epochs
        for stream in range(self.streams):
            size = self.bounds[stream + 1] - self.bounds[stream]
            self.places[stream] = int(epochs), self.bounds[stream] + int(size * (epochs - int(epochs)))
        self.schedule.words_done[0] = int(len(self.ids) * epochs)


@contextmanager
def one_line() -> Iterator[None]:
    """Turn exceptions of the GPU's driver and compiler into Fastw2vError."""
    try:
        yield
    except (Fastw2vError, MemoryError, OSError):
        raise
    except Exception as error:
        raise Fastw2vError(f"the GPU failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}") from error


def memory_needed(made: Any, model: Model, tables: Tables, ids: int, streams: int, chunk: int) -> Memory:
    """The memory that a run takes; `made` is the plan."""
    lookup = sum(array.nbytes for array in (tables.keep, *tables.noise, *tables.tree))
    return Memory(
        model=sum(matrix.nbytes for matrix in model),
        work=lookup + batch_bytes(made, streams, chunk) + streams * (2 * 8 + AT_ONCE * 3 * 8),
        ids=ids * ID.itemsize,
        passing=min(ids, AT_ONCE * streams * chunk) * ID.itemsize,
    )


def at_least_one(array: np.ndarray) -> np.ndarray:
    """A contiguous array that is not empty: the GPU takes no empty ones."""
    return np.ascontiguousarray(array) if array.size else np.zeros((1,) * array.ndim, array.dtype)
