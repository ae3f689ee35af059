"""The training of one model on any device: its progress, its checks for divergence, how it stops or fails."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np

from fastw2v.errors import Fastw2vError, Interrupted, option
from fastw2v.model.finite import all_finite
from fastw2v.model.matrices import Model
from fastw2v.settings import Settings
from fastw2v.training.engine import Engine
from fastw2v.training.progress import Progress, Recent

ROWS_CHECKED = 1_000  # vectors that are checked for NaN and infinity during training, ...
CHECKED_EVERY = 0.2  # ... and the least seconds between two checks: a GPU copies them for it


class Trainer:
    """Drives an engine; knows nothing of files, screens and devices."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings

    def run(self, report: Callable[[Progress], None], every: float = 0.2) -> Progress:
        """Train all epochs; this thread calls `report` every `every` seconds. Returns the progress at the end.

        `report` may pause training, with `paused()`, to read the model and the state.

        Raises what made the engine fail, and Interrupted on Ctrl-C, once nothing is trained any longer.
        """
        recent = Recent(self.words_done)
        stopped_by: KeyboardInterrupt | None = None
        try:
            self.engine.start()
            ended, checked = False, 0.0
            while not ended:
                ended = self.engine.wait(every)
                if (now := time.monotonic()) >= checked + CHECKED_EVERY:
                    self._check_numbers(self.engine.first_rows(ROWS_CHECKED))
                    # After a warm start the first rows may be of words that this text lacks, which NaN does not reach.
                    self._check_numbers(np.array(self.loss_sums))
                    checked = now
                report(self.progress(recent))
        except KeyboardInterrupt as stop:
            stopped_by = stop
        finally:
            self.engine.stop()
        if self.engine.failure:
            raise self.engine.failure
        if stopped_by:
            raise Interrupted(f"stopped at {self.progress(recent).share:.1%} of the training") from stopped_by
        self._check_numbers(self.model.input)
        return self.progress(recent)

    def paused(self, *, changing: bool = False) -> AbstractContextManager[None]:
        """Pause training; inside, model and state may be read, and with `changing` the matrices be written to."""
        return self.engine.paused(changing=changing)

    def _check_numbers(self, numbers: np.ndarray) -> None:
        """Raise Fastw2vError for NaN or infinity, which would spread to all words."""
        if not all_finite(numbers):
            raise Fastw2vError(f"training diverged: the vectors hold NaN or infinity; a smaller {option('alpha')} helps")

    def progress(self, recent: Recent) -> Progress:
        """The progress now."""
        return recent.progress(self, self.settings.epochs, self.engine.total_words)

    @property
    def model(self) -> Model:
        """The matrices; up to date inside `paused` and once `run` has ended."""
        return self.engine.model

    # What progress is measured on; read during training.

    @property
    def words_done(self) -> int:
        """Words trained on so far, of all epochs and ranks."""
        return self.engine.words_done + self.engine.words_elsewhere

    @property
    def alpha(self) -> float:
        """The learning rate now."""
        return self.engine.alpha

    @property
    def epoch(self) -> int:
        """The epoch, from 1."""
        return self.engine.epoch

    @property
    def loss_sums(self) -> tuple[float, float]:
        """Nats and pairs measured so far."""
        return self.engine.loss_sums

    @property
    def last_epoch_loss(self) -> float:
        """Mean nats per pair over the current epoch; NaN where nothing was measured."""
        nats, pairs = self.engine.last_loss_sums
        return nats / pairs if pairs else float("nan")
