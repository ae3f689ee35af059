"""What is told of a training run while it goes on."""

import time
from collections import deque
from typing import NamedTuple, Protocol

SPAN = 10.0  # seconds that current speed and loss are taken over


class Progress(NamedTuple):
    """The state of a training run.

    epoch, epochs : from 1
    words, total_words : of all epochs
    seconds : since training began
    words_per_second, loss : over the last seconds (loss: mean nats a pair; NaN until measured)
    alpha : the current learning rate
    rates : words/s of each rank, where there are several
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
        """Seconds to go at the current speed; None while that is not known."""
        if self.words_per_second <= 0:
            return None
        return max(0, self.total_words - self.words) / self.words_per_second


class Watched(Protocol):
    """What progress is read from."""

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
    """Speed and loss over the last seconds, from totals looked at now and then."""

    def __init__(self, words: int = 0) -> None:
        self.started = time.perf_counter()
        self.looks: deque[tuple[float, int, float, float]] = deque([(self.started, words, 0.0, 0.0)])

    def progress(self, trainer: Watched, epochs: int, total_words: int) -> Progress:
        """The state now."""
        now, words = time.perf_counter(), trainer.words_done
        nats, pairs = trainer.loss_sums
        self.looks.append((now, words, nats, pairs))
        while len(self.looks) > 2 and now - self.looks[1][0] > SPAN:
            self.looks.popleft()
        then, words_then, nats_then, pairs_then = self.looks[0]
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
