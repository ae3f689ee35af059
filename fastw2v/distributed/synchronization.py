"""How the ranks' models are brought together while they train.

A thread of each rank meets those of the others a few times a second and tells how many words its rank has trained, so that all
know when the next round is due, and when all is done. In a round the changes that ranks made to some rows are averaged
(`ranks.averaging`), a piece at a time, while training goes on. After Ji et al. 2016, "Parallelizing Word2Vec in Shared and
Distributed Memory", frequent words are brought together more often than rare ones; and all of them more often at the beginning,
while the ranks have yet to agree on what each dimension means (as local SGD begins with small steps, Lin et al. 2020). Where a
round is late, for machines are busy or the network is slow, ranks do not train on and on without it, but wait (a bounded
staleness, Ho et al. 2013, "More effective distributed ML via a stale synchronous parallel parameter server").
"""

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np

from fastw2v.distributed.averaging import SharedRows
from fastw2v.distributed.communicator import Verbs
from fastw2v.settings import Settings
from fastw2v.training.engine import Engine
from fastw2v.training.progress import SPAN

CHUNK = 1 << 20  # floats of one transfer; two are under way at a time
LONGEST, SHORTEST = 0.25, 0.005  # seconds from one meeting to the next
EARLY = 0.1  # a round comes after a tenth of the words so far, until that is `sync_words` ...
EARLIEST = 0.1  # ... but not after less than this part of `sync_words`
# Of a run of two ranks by default; times as many, at most, for more ranks. Five epochs of 17 million words, three seeds, two
# ranks: half as many rounds bring 1.7 analogies in a hundred less. Eight ranks, one seed: half as many rounds bring 0.3 less.
ROUNDS, MORE_ROUNDS = 84, 8
PARTS = 8  # rounds in which all rows come once
SLOW = 0.25  # of the time between two rounds: where a round takes longer, training halts for it
LATE = 0.5  # of the words between two rounds: so many a rank trains on where one is late
REST = 2.0  # times the time of the last round, before the next by default, ...
GRACE = 60.0  # ... once rounds have taken so many seconds: a short run on a busy machine has all of its rounds
WORDS, STOP, CHECKPOINT, HALT, UNRESTED = range(5)  # what a rank tells of itself


def default_sync_words(total_words: int, ranks: int) -> int:
    """Words of a rank between two rounds: a run has so many."""
    return max(1, int(total_words / (ranks * ROUNDS * min(MORE_ROUNDS, (ranks / 2) ** 2))))


class Synchroniser:
    """Meets the other ranks from `start` on, until all words are trained or a rank wishes to stop.

    words : (ranks,) float64, what each has trained
    stopped : whether all agreed to stop before the end
    pause : set where all agreed to a checkpoint, or to a round of an engine that must halt for it: who trains halts, calls
        `round_if_due`, or else `bring_together`, and then `go_on`
    failure : what ended the meetings before their time, if anything has
    """

    def __init__(self, ranks: Verbs, engine: Engine, shared: list[SharedRows], settings: Settings) -> None:
        self.ranks = ranks
        self.engine = engine
        self.shared = shared
        self.sync_words = settings.sync_words or default_sync_words(engine.total_words, ranks.size)
        self.rest = REST if settings.sync_words is None else 0.0
        self.rested_at = self.spent = 0.0
        self.alpha = settings.starting_alpha
        self.words = np.zeros(ranks.size)
        self.turn = 0
        self.words_then = float(engine.words_done + engine.words_elsewhere)  # of all ranks, at the last round
        self.looks: deque[tuple[float, float, np.ndarray]] = deque()
        self.wishes = {STOP: False, CHECKPOINT: False}
        self.round_is_due = False
        self.stopped = False
        self.pause = threading.Event()
        self.gone_on = threading.Event()
        self.woken = threading.Event()
        self.round_seconds = 0.0  # that the last one took
        self.failure: BaseException | None = None
        self.rounds = self.bytes_sent = 0
        for rows in shared:
            rows.since[:] = self.words_then / ranks.size
        width = max(rows.dim for rows in shared)
        self.rows = max(1, CHUNK // width)  # of one transfer
        self.buffers = np.empty((2, 2, self.rows * width), np.float32)
        self.thread = threading.Thread(target=self._guarded, daemon=True)

    def start(self) -> None:
        """Begin to meet."""
        self.engine.gate.allow(self.engine.words_done + self._interval() + LATE * self.sync_words)
        self.thread.start()

    def wish(self, what: int) -> None:
        """Let the next meeting agree on STOP or CHECKPOINT."""
        self.wishes[what] = True
        self.woken.set()

    def join(self) -> None:
        """Wait for the last meeting. Raises what made them fail."""
        self.thread.join()
        if self.failure:
            raise self.failure

    def round_if_due(self) -> bool:
        """A round, if one is due; whether it was."""
        if self.round_is_due:
            self._round((rows, *span) for rows in self.shared for span in rows.spans(self.turn, PARTS))
            self.turn += 1
            self.words_then = self.words.sum()
        return self.round_is_due

    def bring_together(self) -> None:
        """All rows of all ranks become the same; called by all of them, when nothing is trained and no meeting goes on."""
        self._round((rows, 0, len(rows.own)) for rows in self.shared)
        for rows in self.shared:
            rows.own[...] = rows.agreed  # to the last bit

    def go_on(self) -> None:
        """The pause is over."""
        self.pause.clear()
        self.gone_on.set()

    @property
    def rates(self) -> list[float]:
        """Words/s of each rank over the last seconds."""
        if len(self.looks) < 2:
            return [0.0] * self.ranks.size
        (then, _, words_then), (now, _, words) = self.looks[0], self.looks[-1]
        found: list[float] = ((words - words_then) / max(now - then, 1e-9)).tolist()
        return found

    @property
    def pace(self) -> float:
        """Words/s of all ranks over the last seconds, but those in which this one stood still; 0 where none are known."""
        if len(self.looks) < 2:
            return 0.0
        (_, then, words_then), (_, now, words) = self.looks[0], self.looks[-1]
        return float((words - words_then).sum() / max(now - then, 1e-9))

    # The thread.

    def _guarded(self) -> None:
        try:
            self._meet_until_the_end()
        except BaseException as failure:  # raised again by join()
            self.failure = failure
        finally:
            self.engine.gate.allow(float("inf"))

    def _meet_until_the_end(self) -> None:
        while True:
            told = self._meet()
            if self.words.sum() >= self.engine.total_words:
                return
            if told[STOP]:
                self.stopped = True
                return
            self.round_is_due = not told[CHECKPOINT] and not told[UNRESTED] and self.words.sum() >= self._due()
            self._allow(resting=bool(told[UNRESTED]))
            if told[CHECKPOINT] or (self.round_is_due and not self.engine.in_place):
                self.gone_on.clear()
                self.pause.set()
                self.gone_on.wait()
            elif self.round_is_due and told[HALT]:
                with self.engine.paused():
                    self.round_if_due()
            else:
                self.round_if_due()
            self._allow(resting=bool(told[UNRESTED]))
            self.woken.wait(self._seconds_to_the_next())
            self.woken.clear()

    def _meet(self) -> np.ndarray:
        """Tell and hear how things stand; how many ranks wish what."""
        mine = np.zeros((self.ranks.size, UNRESTED + 1))
        unrested = time.perf_counter() < self.rested_at
        slow = self.round_seconds * max(self.pace, 1.0) > SLOW * self.ranks.size * self.sync_words
        mine[self.ranks.rank] = self.engine.words_done, self.wishes[STOP], self.wishes[CHECKPOINT], slow, unrested
        told = self.ranks.sum(mine)
        self.words = told[:, WORDS].copy()
        self.engine.words_elsewhere = int(self.words.sum() - mine[self.ranks.rank, WORDS])
        now = time.perf_counter()
        self.looks.append((now, now - self.engine.gate.seconds_waited, self.words))
        while len(self.looks) > 2 and self.looks[-1][0] - self.looks[1][0] > SPAN:
            self.looks.popleft()
        wishes: np.ndarray = told.sum(axis=0)
        if wishes[CHECKPOINT]:
            self.wishes[CHECKPOINT] = False
        return wishes

    def _interval(self) -> float:
        """The words of a rank, on average, from the last round to the next."""
        early = max(EARLY * self.words_then / self.ranks.size, EARLIEST * self.sync_words)
        return float(min(self.sync_words, early))

    def _due(self) -> float:
        """The words of all ranks at which the next round comes."""
        return self.words_then + self.ranks.size * self._interval()

    def _allow(self, *, resting: bool) -> None:
        """Let this rank train its part, by its speed, of what is left until the next round, and somewhat more; then it waits
        for the next meeting. While rounds rest, on and on."""
        rates = self.rates
        part = max(1 / self.ranks.size, rates[self.ranks.rank] / max(sum(rates), 1e-9))
        left = max(0.0, self._due() - self.words.sum()) + LATE * self.ranks.size * self.sync_words
        self.engine.gate.allow(float("inf") if resting else self.words[self.ranks.rank] + part * left)

    def _seconds_to_the_next(self) -> float:
        left = min(self._due(), self.engine.total_words) - self.words.sum()
        return float(min(LONGEST, max(SHORTEST, left / self.pace))) if self.pace else SHORTEST

    def _round(self, spans: Iterable[tuple[SharedRows, int, int]]) -> None:
        """Average the changes of some rows, with two transfers under way."""
        began = time.perf_counter()
        words = self.words.sum() / self.ranks.size  # as all know them: what is computed from them is the same everywhere
        alpha = self.alpha * max(0.0, 1 - self.words.sum() / self.engine.total_words)
        under_way: deque[tuple[SharedRows, int, np.ndarray, np.ndarray, Any]] = deque()

        def finish() -> None:
            rows, begin, mine, summed, transfer = under_way.popleft()
            self.ranks.wait(transfer)
            rows.make_changes(begin, mine, summed, self.ranks.size, words, alpha)

        pieces = (
            (rows, start, min(end, start + self.rows)) for rows, begin, end in spans for start in range(begin, end, self.rows)
        )
        for number, (rows, begin, end) in enumerate(pieces):
            if len(under_way) == 2:
                finish()
            mine, summed = (room[: (end - begin) * rows.dim].reshape(-1, rows.dim) for room in self.buffers[number % 2])
            rows.take_changes(begin, end, mine)
            under_way.append((rows, begin, mine, summed, self.ranks.start_sum(mine, summed)))
            self.bytes_sent += mine.nbytes
        while under_way:
            finish()
        self.rounds += 1
        ended = time.perf_counter()
        self.round_seconds = ended - began
        self.spent += self.round_seconds
        self.rested_at = ended + (self.rest * self.round_seconds if self.spent > GRACE else 0.0)
