"""The interface of the devices that train: CPU threads, a GPU."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

from fastw2v.corpus.id_stream import IdStream
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.pausing import Gate


class Engine(Protocol):
    """Trains one model on one id stream to the end of the last epoch; or, where total words are given, epoch after epoch until
    that many are done, here and on other ranks.

    It works in the background between `start` and `stop`; the trainer's thread calls all other methods, most of them meanwhile.
    An engine is started once.

    model : the matrices in host memory. They are up to date only inside `paused` and once `stop` has returned; where the
        engine trains a copy of its own, they are stale in between.
    settings : those of the run, with the engine's own choices filled in
    in_place : whether `model` itself is trained, and may be added to during training
    gate : where it waits between two chunks: while it is paused, and once it has done all the words that are allowed
    words_elsewhere : words that other ranks have trained on; they count for the learning rate like the engine's own
    total_words : words of all epochs and all ranks, at which the learning rate has fallen to its end
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
        """Start training."""

    def wait(self, seconds: float) -> bool:
        """Wait until all is trained or the engine has failed, `seconds` at most; returns whether it has ended."""

    def stop(self) -> None:
        """Stop, unless it has ended by itself, and wait until nothing is trained any longer; then `model` is up to date."""

    @property
    def failure(self) -> BaseException | None:
        """What ended the training early, if anything did."""

    def paused(self, *, changing: bool = False) -> AbstractContextManager[None]:
        """Pause training between two chunks; inside, `model` and `carried` are up to date.

        changing : the matrices will be written to, and training is to continue from what was written
        """

    def first_rows(self, count: int) -> np.ndarray:
        """At most `count` first rows of the input matrix, about as they are now, (rows, row length) float32."""

    # Progress; read during training.

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
        """The named arrays that a checkpoint needs beside the matrices; they need not be copies."""

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Resume from such arrays, of the same names, shapes and dtypes, and from the matrices as they are now.

        Called before `start`. Raises ValueError that says what makes no sense.
        """

    def restore_approximately(self, arrays: dict[str, np.ndarray]) -> None:
        """Resume as far into a changed text as the arrays say of the old one. Raises ValueError."""


# Makes an engine; total words of None are those of the stream, all epochs.
NewEngine = Callable[[IdStream, Model, Tables, Settings, int | None], Engine]
