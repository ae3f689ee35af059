"""Training as one of several ranks: what the trainer's own thread does for the meetings of the ranks."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import prepare
from fastw2v._system.signals import signals_held
from fastw2v.checkpoints.writer import Keeper
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.distributed import averaging
from fastw2v.distributed.checkpoints import captured_by_all
from fastw2v.distributed.communicator import Verbs
from fastw2v.distributed.serialization import told_by_all
from fastw2v.distributed.shared_rows import inner_nodes, shared_rows
from fastw2v.distributed.synchronization import CHECKPOINT, STOP, Synchroniser
from fastw2v.errors import Interrupted
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress
from fastw2v.training.trainer import Trainer

EVERY, EVERY_IF_HALTED = 0.2, 0.01  # seconds between reports; rounds wait for one where they halt training


class Part(NamedTuple):
    """What a rank did: its words/s, the seconds that it waited for others at the end, the nats and pairs of its last epoch."""

    words_per_second: float
    waited: float
    loss: tuple[float, float]


class Together:
    """A trainer beside those of other ranks.

    note : hears of checkpoints that cannot be written
    keeper : at rank 0, if checkpoints are wanted
    left : at rank 0, once all have ended or agreed to stop: what a last checkpoint is to hold
    """

    def __init__(self, ranks: Verbs, trainer: Trainer, tables: Tables, vocabulary: Vocabulary, settings: Settings) -> None:
        prepare(averaging.entries())
        self.ranks = ranks
        self.trainer = trainer
        self.inner_nodes = inner_nodes(vocabulary.counts)
        rows = shared_rows(trainer.model, tables, vocabulary.text_counts, settings)
        self.meetings = Synchroniser(ranks, trainer.engine, rows, settings)
        self.keeper: Keeper | None = None
        self.note: Callable[[str], None] = lambda text: None
        self.left: dict[str, np.ndarray] = {}
        self.parts: list[Part] = []

    def run(self, report: Callable[[Progress], None]) -> Progress:
        """Train until all ranks have trained all words, and bring the models together. Raises what `Trainer.run` raises."""

        def look(progress: Progress) -> None:
            if self.meetings.failure:
                raise self.meetings.failure
            if self.meetings.stopped:
                raise KeyboardInterrupt
            self._halt_if_agreed()
            report(progress._replace(rates=tuple(self.meetings.rates)))
            if self.keeper and self.keeper.due():
                self.meetings.wish(CHECKPOINT)

        began, words_before = time.perf_counter(), self.trainer.engine.words_done
        self.meetings.start()
        try:
            end = self.trainer.run(look, every=EVERY if self.trainer.engine.in_place else EVERY_IF_HALTED)
        except Interrupted:
            self._stop_all()
            raise
        ended = time.perf_counter()
        self._last_meeting()
        waited = time.perf_counter() - ended
        self._bring_together()
        rate = (self.trainer.engine.words_done - words_before) / (ended - began)
        self.parts = [Part(*told) for told in told_by_all(self.ranks, Part(rate, waited, self.trainer.engine.last_loss_sums))]
        return end._replace(words=int(self.meetings.words.sum()))

    @property
    def rank_figures(self) -> dict[str, list[float]]:
        """What the summary says of each rank."""
        rates, waits, _ = zip(*self.parts)
        return {"rank_words_per_second": list(rates), "rank_seconds_waited": list(waits)}

    @property
    def last_epoch_loss(self) -> float:
        """Mean nats a pair over the last epoch, of all ranks; NaN where nothing was measured."""
        nats, pairs = np.sum([part.loss for part in self.parts], axis=0)
        return float(nats / pairs) if pairs else float("nan")

    def _halt_if_agreed(self) -> None:
        """Halt training for a checkpoint, or for a round where the engine trains a copy of its own."""
        if self.meetings.pause.is_set():
            with signals_held(), self.trainer.paused(changing=True):
                self._at_the_pause()

    def _at_the_pause(self) -> None:
        if not self.meetings.round_if_due():
            self._bring_together()
            if self.keeper:
                self.keeper.try_to_write(self.left, self.note)
        self.meetings.go_on()

    def _last_meeting(self) -> None:
        """Meet the others for the last time, training no more; a pause that was agreed on before is kept."""
        while self.meetings.thread.is_alive():
            if self.meetings.pause.is_set():
                self._at_the_pause()
            self.meetings.thread.join(0.002)
        self.meetings.join()

    def _stop_all(self) -> None:
        """Let all ranks stop; their models become one, and `left`. Nothing is left where they were at the end already."""
        with signals_held():
            self.meetings.wish(STOP)
            self._last_meeting()
            if self.meetings.stopped:
                self._bring_together()

    def _bring_together(self) -> None:
        """One model, and what is left of the run."""
        self.meetings.bring_together()
        self.left = captured_by_all(self.ranks, self.trainer.engine, self.inner_nodes)


def same_model(ranks: Verbs, model: Model) -> None:
    """Give all ranks the matrices of rank 0."""
    for matrix in model:
        ranks.broadcast(matrix)
