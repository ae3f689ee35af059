"""What the trainer drives: the one interface that CPU threads and any other device stand behind."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

from fastw2v.corpus.ids import IdStream
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.pausing import Gate


class Engine(Protocol):
    """Trains one model on one id stream, from where it stands to the end of the last epoch; or, where it was told of total
    words, epoch after epoch until so many are done, here and elsewhere.

    It works by itself between `start` and `stop`; all else is called from the trainer's thread, most of it while it works. An
    engine is started once.

    model : the matrices in the computer's memory. They are what is being trained only inside `paused` and once `stop` has
        returned; where the engine trains a copy of its own, they are stale in between.
    settings : those of the run, with what the engine has chosen for itself filled in
    in_place : whether `model` is what is trained at all times, and may be added to meanwhile
    gate : where it waits between two stretches: while it is paused, and once it has done all the words that are allowed
    words_elsewhere : words that others have trained on, which count for the learning rate as the engine's own do
    total_words : words of all epochs, the others' too: the learning rate has fallen to its end when so many are done
    """

    model: Model
    settings: Settings
    in_place: bool
    gate: Gate
    words_elsewhere: int

    @property
    def total_words(self) -> int:
        """See above."""

    def start(self) -> None:
        """Begin to train."""

    def wait(self, seconds: float) -> bool:
        """Wait until all is trained or the engine has failed, so many seconds at most; whether it is."""

    def stop(self) -> None:
        """Stop, if it has not ended by itself, and wait until nothing is trained any longer; then `model` is up to date."""

    @property
    def failure(self) -> BaseException | None:
        """What has ended the training before its time, if anything has."""

    def paused(self, *, changing: bool = False) -> AbstractContextManager[None]:
        """Nothing is trained inside, at a place between two stretches of text, and `model` and `carried` are up to date.

        changing : the matrices will be written to, and training is to go on from what was written
        """

    def first_rows(self, count: int) -> np.ndarray:
        """At most so many first rows of the input matrix as they are about now, (rows, row length) float32."""

    # Progress; read while it works.

    @property
    def words_done(self) -> int:
        """Words trained on by this engine so far, all epochs; ends of sentences count."""

    @property
    def alpha(self) -> float:
        """The learning rate now."""

    @property
    def epoch(self) -> int:
        """The epoch that the last of its workers is in, from 1."""

    @property
    def loss_sums(self) -> tuple[float, float]:
        """Nats and pairs measured so far."""

    @property
    def last_loss_sums(self) -> tuple[float, float]:
        """The same in the current epoch alone."""

    # Checkpoints; only while nothing is trained.

    def carried(self) -> dict[str, np.ndarray]:
        """The arrays, beside the matrices, that training goes on from, by name; none need be a copy."""

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from such arrays, of the same names, shapes and dtypes, and from what the matrices have been set to.

        Before `start`. Raises ValueError that says what makes no sense.
        """

    def restore_approximately(self, arrays: dict[str, np.ndarray]) -> None:
        """The same where the text has changed, as far into the new one as the arrays say of the old. Raises ValueError."""


# Makes an engine; None for total words: those of the stream, all epochs.
NewEngine = Callable[[IdStream, Model, Tables, Settings, int | None], Engine]
