"""Writes the checkpoints of a run: when, and with which content."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from fastw2v.checkpoints.store import COUNTS, TEXT_COUNTS, Checkpoint, Store
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import Fastw2vError, call
from fastw2v.model.finite import all_finite
from fastw2v.training.state import captured
from fastw2v.training.trainer import Trainer

MAX_TIME_FRACTION = 0.04  # of training, spent paused for checkpoints


class CheckpointWriter:
    """Writes the checkpoints of a run.

    every : seconds between two checkpoints; more if writing takes long
    run : the fields of run.json
    """

    def __init__(self, store: Store, every: float, run: dict[str, Any], vocabulary: Vocabulary) -> None:
        self.store = store
        self.every = every
        self.run = run
        self.words = list(vocabulary.words())
        self.counts = {COUNTS: vocabulary.counts}
        if vocabulary.in_text is not None:
            self.counts[TEXT_COUNTS] = vocabulary.in_text
        self.last = time.monotonic()
        self.cost = 0.0

    def due(self) -> bool:
        """Whether it is time for the next checkpoint."""
        return time.monotonic() - self.last >= max(self.every, self.cost / MAX_TIME_FRACTION)

    def write_if_due(self, trainer: Trainer, note: Callable[[str], None]) -> None:
        """Pause training and write a checkpoint, if it is time for one. Called during training."""
        if self.due():
            with trainer.paused():
                self.try_to_write(captured(trainer), note)

    def try_to_write(self, arrays: dict[str, np.ndarray], note: Callable[[str], None]) -> None:
        """Write a checkpoint during a run. A failure does not end the run; it is passed to `note`."""
        start = time.monotonic()
        try:
            self.write(arrays)
        except Fastw2vError as error:
            note(f"training continues without a new checkpoint: {error}")
        self.last = time.monotonic()
        self.cost = self.last - start

    def write(self, arrays: dict[str, np.ndarray]) -> None:
        """Write a checkpoint now, while training is paused. Raises Fastw2vError; the previous checkpoint is then kept."""
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not all_finite(array):
                raise Fastw2vError(f"training has diverged: {name} holds NaN or infinity")
        self.store.write(Checkpoint(self.run, self.words, self.counts | arrays))

    def write_last(self, arrays: dict[str, np.ndarray]) -> str:
        """Write the last checkpoint of a run that ends early. Returns how to resume, for a message."""
        try:
            self.write(arrays)
        except Fastw2vError as error:
            return self.explain_missing(str(error))
        return self._how_to_resume()

    def explain_missing(self, why: str) -> str:
        """How to resume if the last checkpoint could not be written, for a message."""
        with suppress(Fastw2vError):
            if self.store.numbers():
                return f"{self._how_to_resume()} from the previous checkpoint, because a last one could not be written ({why})"
        return f"a checkpoint could not be written ({why})"

    def _how_to_resume(self) -> str:
        return f"{call('resume', self.store.folder)} continues the run"


def parse_interval(text: str) -> float:
    """Parse seconds from "90", "90s", "10m" or "2h". Raises ValueError."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1)
    seconds = float(number) * unit
    if not 0 <= seconds < np.inf:
        raise ValueError
    return seconds
