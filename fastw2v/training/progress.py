"""The progress of a training run."""

import time
from collections import deque
from typing import NamedTuple, Protocol

RECENT = 10.0  # seconds over which current throughput and loss are measured


class Progress(NamedTuple):
    """The state of a training run, with which a callback is called.

    Attributes
    ----------
    epoch, epochs : int
        The current epoch, from 1, and how many there are.
    words, total_words : int
        Words trained on and to train on, of all epochs.
    seconds : float
        Since training began.
    words_per_second : float
        Over the last ten seconds.
    alpha : float
        The current learning rate.
    loss : float
        Mean loss of a positive pair over the last ten seconds, in nats, estimated from a sample; NaN until measured.
    rates : tuple of float
        Words a second of each rank, where there are several.
    share : float
        The part of the work that is done, from 0 to 1.
    seconds_left : float or None
        At the current speed; None while that is not known.

    Examples
    --------
    >>> import fastw2v
    >>> seen = []
    >>> vectors = fastw2v.train("corpus.txt", callback=seen.append)
    >>> f"epoch {seen[-1].epoch} of {seen[-1].epochs}, {seen[-1].share:.0%} done"
    'epoch 5 of 5, 100% done'
    """

    epoch: int
    epochs: int
    words: int
    total_words: int
    seconds: float
    words_per_second: float
    alpha: float
    loss: float
    rates: tuple[float, ...] = ()

    @property
    def share(self) -> float:
        """The part of the work that is done, 0 to 1."""
        return min(1.0, self.words / self.total_words) if self.total_words else 1.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds left at the current throughput; None while that is not known."""
        if self.words_per_second <= 0:
            return None
        return max(0, self.total_words - self.words) / self.words_per_second


class Measured(Protocol):
    """What progress is measured on: a trainer."""

    @property
    def words_done(self) -> int:
        """Words trained on so far."""

    @property
    def alpha(self) -> float:
        """The learning rate now."""

    @property
    def epoch(self) -> int:
        """The current epoch, from 1."""

    @property
    def loss_sums(self) -> tuple[float, float]:
        """Nats and pairs measured so far."""


class Recent:
    """Throughput and loss over the last seconds, from samples of the totals."""

    def __init__(self, words: int = 0) -> None:
        self.started = time.perf_counter()
        self.samples: deque[tuple[float, int, float, float]] = deque([(self.started, words, 0.0, 0.0)])

    def progress(self, trainer: Measured, epochs: int, total_words: int) -> Progress:
        """The state now."""
        now, words = time.perf_counter(), trainer.words_done
        nats, pairs = trainer.loss_sums
        self.samples.append((now, words, nats, pairs))
        while len(self.samples) > 2 and now - self.samples[1][0] > RECENT:
            self.samples.popleft()
        then, words_then, nats_then, pairs_then = self.samples[0]
        return Progress(
            epoch=trainer.epoch,
            epochs=epochs,
            words=words,
            total_words=total_words,
            seconds=now - self.started,
            words_per_second=(words - words_then) / max(now - then, 1e-9),
            alpha=trainer.alpha,
            loss=(nats - nats_then) / (pairs - pairs_then) if pairs > pairs_then else float("nan"),
        )
