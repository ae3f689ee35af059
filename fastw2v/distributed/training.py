"""Training as one of several ranks: what the trainer's own thread does for averaging rounds, checkpoints and the end."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import warm_up
from fastw2v._system.signals import signals_held
from fastw2v.checkpoints.periodic import CheckpointWriter
from fastw2v.distributed import averaging
from fastw2v.distributed.averaging import SharedRows
from fastw2v.distributed.checkpoints import gathered_state
from fastw2v.distributed.communicator import Communicator
from fastw2v.distributed.serialization import all_gather_json
from fastw2v.distributed.synchronization import CHECKPOINT, STOP, Synchronizer
from fastw2v.errors import Interrupted
from fastw2v.run.session import Training
from fastw2v.training.progress import Progress
from fastw2v.training.trainer import Trainer

EVERY, EVERY_IF_HALTED = 0.2, 0.01  # seconds between reports; rounds wait for one where they halt training


class RankResult(NamedTuple):
    """The throughput of a rank in words/s, the seconds it waited for others at the end, nats and pairs of its last epoch."""

    words_per_second: float
    waited: float
    loss: tuple[float, float]


class DistributedTraining(Training):
    """The training of one rank beside that of others. At rank 0 `writer` writes the checkpoints of all."""

    def __init__(
        self,
        communicator: Communicator,
        trainer: Trainer,
        rows: list[SharedRows],
        writer: CheckpointWriter | None,
        note: Callable[[str], None],
    ) -> None:
        super().__init__(trainer, writer, note)
        warm_up(averaging.entries())
        self.communicator = communicator
        self.synchronizer = Synchronizer(communicator, trainer.engine, rows, trainer.settings)
        self.gathered: dict[str, np.ndarray] = {}
        self.results: list[RankResult] = []

    def run(self, report: Callable[[Progress], None]) -> Progress:
        """Train until all ranks have trained all words, and average the models. Raises what `Trainer.run` raises."""

        def look(progress: Progress) -> None:
            if self.synchronizer.failure:
                raise self.synchronizer.failure
            if self.synchronizer.stopped:
                raise KeyboardInterrupt
            self._halt_if_agreed()
            report(progress._replace(rates=tuple(self.synchronizer.rates)))
            if self.writer and self.writer.due():
                self.synchronizer.request(CHECKPOINT)

        engine = self.trainer.engine
        began, words_before = time.perf_counter(), engine.words_done
        self.synchronizer.start()
        try:
            end = self.trainer.run(look, every=EVERY if engine.in_place else EVERY_IF_HALTED)
        except Interrupted:
            self._stop_all()
            raise
        ended = time.perf_counter()
        self._wait_for_the_last_exchange()
        waited = time.perf_counter() - ended
        self._average_all()
        rate = (engine.words_done - words_before) / (ended - began)
        result = RankResult(rate, waited, engine.last_loss_sums)
        self.results = [RankResult(*told) for told in all_gather_json(self.communicator, result)]
        rates, waits, _ = zip(*self.results)
        self.figures = {"rank_words_per_second": list(rates), "rank_seconds_waited": list(waits)}
        return end._replace(words=int(self.synchronizer.words.sum()))

    @property
    def complete(self) -> bool:
        """Whether all ranks agreed to stop: else they were at the end already, or one has failed."""
        return self.synchronizer.stopped

    def state(self) -> dict[str, np.ndarray]:
        """At rank 0, once all ranks have ended or agreed to stop, what a last checkpoint holds."""
        return self.gathered

    @property
    def last_epoch_loss(self) -> float:
        """Mean nats per pair over the last epoch, of all ranks; NaN where nothing was measured."""
        nats, pairs = np.sum([result.loss for result in self.results], axis=0)
        return float(nats / pairs) if pairs else float("nan")

    def _halt_if_agreed(self) -> None:
        """Halt training for a checkpoint, or for a round where the engine trains a copy of its own."""
        if self.synchronizer.pause.is_set():
            with signals_held(), self.trainer.paused(changing=True):
                self._during_the_pause()

    def _during_the_pause(self) -> None:
        if not self.synchronizer.round_if_due():
            self._average_all()
            if self.writer:
                self.writer.try_to_write(self.gathered, self.note)
        self.synchronizer.resume()

    def _wait_for_the_last_exchange(self) -> None:
        """Stay in step with the others without training; a pause that was agreed on before takes place."""
        while self.synchronizer.thread.is_alive():
            if self.synchronizer.pause.is_set():
                self._during_the_pause()
            self.synchronizer.thread.join(0.002)
        self.synchronizer.join()

    def _stop_all(self) -> None:
        """Stop all ranks, and gather their state. Where they were at the end already, there is none."""
        with signals_held():
            self.synchronizer.request(STOP)
            self._wait_for_the_last_exchange()
            if self.synchronizer.stopped:
                self._average_all()

    def _average_all(self) -> None:
        """Make the models of all ranks one, and gather the state of all at rank 0."""
        self.synchronizer.average_all()
        self.gathered = gathered_state(self.communicator, self.trainer.engine)
