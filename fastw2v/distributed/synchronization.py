"""Averaging rounds between ranks while they train.

A few times a second a thread of each rank exchanges with the others how many words its rank has trained, so that all know when
the next round is due, and when all is done. In a round the ranks average the changes that they made to some rows
(`distributed.averaging`), a chunk at a time, while training continues. After Ji et al. 2016, "Parallelizing Word2Vec in Shared
and Distributed Memory", they average frequent words more often than rare ones. They average all words more often at the
beginning, before the ranks agree on what each dimension means (as local SGD begins with small steps, Lin et al. 2020). Where a
round is late, because machines are busy or the network is slow, ranks wait for it rather than train further and further without
it (a bounded staleness, Ho et al. 2013, "More effective distributed ML via a stale synchronous parallel parameter server").
"""

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np

from fastw2v.distributed.averaging import SharedRows
from fastw2v.distributed.communicator import Communicator
from fastw2v.kernels.schedule import new_schedule, rate_after
from fastw2v.settings import Settings
from fastw2v.training.engine import Engine
from fastw2v.training.progress import RECENT

TRANSFER = 1 << 20  # floats of one transfer; two are under way at a time
LONGEST, SHORTEST = 0.25, 0.005  # seconds from one exchange to the next
EARLY = 0.1  # a round comes after a tenth of the words so far, until that is `sync_words` ...
EARLIEST = 0.1  # ... but not after less than this part of `sync_words`
# Of a run of two ranks by default; times as many, at most, for more ranks. Five epochs of 17 million words, three seeds, two
# ranks: half as many rounds bring 1.7 analogies in a hundred less. Eight ranks, one seed: half as many rounds bring 0.3 less.
ROUNDS, MORE_ROUNDS = 84, 8
ROUNDS_FOR_ALL = 8  # rounds in which all rows come once
SLOW = 0.25  # of the time between two rounds: where a round takes longer, training halts for it
LATE = 0.5  # of the words between two rounds: how far a rank trains past one that is late
REST = 2.0  # times the time of the last round, before the next by default, ...
GRACE = 60.0  # ... once rounds have taken these seconds in all: a short run on a busy machine has all of its rounds
WORDS, STOP, CHECKPOINT, HALT, UNRESTED = range(5)  # the columns of what ranks exchange


def default_sync_words(total_words: int, ranks: int) -> int:
    """The words that a rank trains between two rounds, by default."""
    return max(1, int(total_words / (ranks * ROUNDS * min(MORE_ROUNDS, (ranks / 2) ** 2))))


class Synchronizer:
    """Keeps a rank in step with the others from `start` until all words are trained or a rank requests to stop.

    words : (ranks,) float64, what each has trained
    stopped : whether all agreed to stop before the end
    pause : set where all agreed to a checkpoint, or to a round of an engine that must halt for it: the trainer halts, calls
        `round_if_due`, or else `average_all`, and then `resume`
    failure : what ended the exchange early, if anything has
    """

    def __init__(self, communicator: Communicator, engine: Engine, shared: list[SharedRows], settings: Settings) -> None:
        self.communicator = communicator
        self.engine = engine
        self.shared = shared
        self.sync_words = settings.sync_words or default_sync_words(engine.total_words, communicator.size)
        self.rest = REST if settings.sync_words is None else 0.0
        self.rested_at = self.spent = 0.0
        self.schedule = new_schedule(settings, engine.total_words, 0)
        self.words = np.zeros(communicator.size)
        self.turn = 0
        self.words_then = float(engine.words_done + engine.words_elsewhere)  # of all ranks, at the last round
        self.samples: deque[tuple[float, float, np.ndarray]] = deque()
        self.requests = {STOP: False, CHECKPOINT: False}
        self.round_is_due = False
        self.stopped = False
        self.pause = threading.Event()
        self.resumed = threading.Event()
        self.wake = threading.Event()
        self.round_seconds = 0.0  # that the last one took
        self.failure: BaseException | None = None
        self.rounds = self.bytes_sent = 0
        for rows in shared:
            rows.since[:] = self.words_then / communicator.size
        width = max(rows.dim for rows in shared)
        self.rows = max(1, TRANSFER // width)  # of one transfer
        self.buffers = np.empty((2, 2, self.rows * width), np.float32)
        self.thread = threading.Thread(target=self._guarded, daemon=True)

    def start(self) -> None:
        """Begin."""
        self.engine.gate.allow(self.engine.words_done + self._interval() + LATE * self.sync_words)
        self.thread.start()

    def request(self, what: int) -> None:
        """Request of all ranks to STOP or to write a CHECKPOINT, at the next exchange."""
        self.requests[what] = True
        self.wake.set()

    def join(self) -> None:
        """Wait for the last exchange. Raises what made the thread fail."""
        self.thread.join()
        if self.failure:
            raise self.failure

    def round_if_due(self) -> bool:
        """Run a round if one is due; returns whether it was."""
        if self.round_is_due:
            self._round((rows, *span) for rows in self.shared for span in rows.spans(self.turn, ROUNDS_FOR_ALL))
            self.turn += 1
            self.words_then = self.words.sum()
        return self.round_is_due

    def average_all(self) -> None:
        """Make all rows of all ranks the same; called by all of them, when nothing is trained and the thread waits."""
        self._round((rows, 0, len(rows.own)) for rows in self.shared)
        for rows in self.shared:
            rows.own[...] = rows.agreed  # to the last bit

    def resume(self) -> None:
        """The pause is over."""
        self.pause.clear()
        self.resumed.set()

    @property
    def rates(self) -> list[float]:
        """Words/s of each rank over the last seconds."""
        if len(self.samples) < 2:
            return [0.0] * self.communicator.size
        (then, _, words_then), (now, _, words) = self.samples[0], self.samples[-1]
        found: list[float] = ((words - words_then) / max(now - then, 1e-9)).tolist()
        return found

    @property
    def pace(self) -> float:
        """Words/s of all ranks over the last seconds, but those in which this one stood still; 0 where none are known."""
        if len(self.samples) < 2:
            return 0.0
        (_, then, words_then), (_, now, words) = self.samples[0], self.samples[-1]
        return float((words - words_then).sum() / max(now - then, 1e-9))

    # The thread.

    def _guarded(self) -> None:
        try:
            self._run()
        except BaseException as failure:  # join() raises it
            self.failure = failure
        finally:
            self.engine.gate.allow(float("inf"))

    def _run(self) -> None:
        while True:
            told = self._exchange()
            if self.words.sum() >= self.engine.total_words:
                return
            if told[STOP]:
                self.stopped = True
                return
            self.round_is_due = not told[CHECKPOINT] and not told[UNRESTED] and self.words.sum() >= self._due()
            self._allow(resting=bool(told[UNRESTED]))
            if told[CHECKPOINT] or (self.round_is_due and not self.engine.in_place):
                self.resumed.clear()
                self.pause.set()
                self.resumed.wait()
            elif self.round_is_due and told[HALT]:
                with self.engine.paused():
                    self.round_if_due()
            else:
                self.round_if_due()
            self._allow(resting=bool(told[UNRESTED]))
            self.wake.wait(self._seconds_to_the_next())
            self.wake.clear()

    def _exchange(self) -> np.ndarray:
        """Exchange the state of all ranks; returns the sum of each column."""
        mine = np.zeros((self.communicator.size, UNRESTED + 1))
        unrested = time.perf_counter() < self.rested_at
        slow = self.round_seconds * max(self.pace, 1.0) > SLOW * self.communicator.size * self.sync_words
        mine[self.communicator.rank] = self.engine.words_done, self.requests[STOP], self.requests[CHECKPOINT], slow, unrested
        told = self.communicator.all_reduce(mine)
        self.words = told[:, WORDS].copy()
        self.engine.words_elsewhere = int(self.words.sum() - mine[self.communicator.rank, WORDS])
        now = time.perf_counter()
        self.samples.append((now, now - self.engine.gate.seconds_waited, self.words))
        while len(self.samples) > 2 and self.samples[-1][0] - self.samples[1][0] > RECENT:
            self.samples.popleft()
        requests: np.ndarray = told.sum(axis=0)
        if requests[CHECKPOINT]:
            self.requests[CHECKPOINT] = False
        return requests

    def _interval(self) -> float:
        """The words of a rank, on average, from the last round to the next."""
        early = max(EARLY * self.words_then / self.communicator.size, EARLIEST * self.sync_words)
        return float(min(self.sync_words, early))

    def _due(self) -> float:
        """The words of all ranks at which the next round comes."""
        return self.words_then + self.communicator.size * self._interval()

    def _allow(self, *, resting: bool) -> None:
        """Let this rank train its part, by its throughput, of the words left until the next round, and LATE more; then it waits
        for the next exchange. While rounds rest, it trains without a limit."""
        rates = self.rates
        part = max(1 / self.communicator.size, rates[self.communicator.rank] / max(sum(rates), 1e-9))
        left = max(0.0, self._due() - self.words.sum()) + LATE * self.communicator.size * self.sync_words
        self.engine.gate.allow(float("inf") if resting else self.words[self.communicator.rank] + part * left)

    def _seconds_to_the_next(self) -> float:
        left = min(self._due(), self.engine.total_words) - self.words.sum()
        return float(min(LONGEST, max(SHORTEST, left / self.pace))) if self.pace else SHORTEST

    def _round(self, spans: Iterable[tuple[SharedRows, int, int]]) -> None:
        """Average the changes of some rows, with two transfers under way."""
        began = time.perf_counter()
        words = self.words.sum() / self.communicator.size  # as all know them: what is computed from them is the same everywhere
        alpha = float(rate_after(int(self.words.sum()), self.schedule))
        under_way: deque[tuple[SharedRows, int, np.ndarray, np.ndarray, Any]] = deque()

        def complete() -> None:
            rows, begin, mine, summed, transfer = under_way.popleft()
            self.communicator.wait(transfer)
            rows.make_changes(begin, mine, summed, self.communicator.size, words, alpha)

        chunks = (
            (rows, start, min(end, start + self.rows)) for rows, begin, end in spans for start in range(begin, end, self.rows)
        )
        for number, (rows, begin, end) in enumerate(chunks):
            if len(under_way) == 2:
                complete()
            mine, summed = (room[: (end - begin) * rows.dim].reshape(-1, rows.dim) for room in self.buffers[number % 2])
            rows.take_changes(begin, end, mine)
            under_way.append((rows, begin, mine, summed, self.communicator.start_all_reduce(mine, summed)))
            self.bytes_sent += mine.nbytes
        while under_way:
            complete()
        self.rounds += 1
        ended = time.perf_counter()
        self.round_seconds = ended - began
        self.spent += self.round_seconds
        self.rested_at = ended + (self.rest * self.round_seconds if self.spent > GRACE else 0.0)
