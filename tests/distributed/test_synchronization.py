"""The synchronizer: how ranks average their changes, when, and how they end. Ranks are threads here."""

import time
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.thread_ranks import on_each
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v.distributed import synchronization
from fastw2v.distributed.averaging import FASTEST_PULL, FREQUENT, PULL, SharedRows, parts_at_once
from fastw2v.distributed.synchronization import CHECKPOINT, STOP, Synchronizer
from fastw2v.settings import Settings

ROWS, DIM = FREQUENT + 50, 7


class Clock:
    """Time that passes by a little with each look, for all ranks alike: on a busy machine slowly."""

    def __init__(self) -> None:
        self.looks = count()

    def now(self) -> float:
        return 1e-3 * next(self.looks)


class Engine:
    """Counts words at a steady rate, as far as it is allowed to, and trains nothing."""

    clock = Clock()

    in_place = True

    def __init__(self, rate: float, total: int) -> None:
        self.rate, self.total_words, self.words_elsewhere = rate, total, 0
        self.gate, self.seconds_waited = self, 0.0
        self.done, self.allowed, self.looked = 0.0, 0.0, self.clock.now()
        self.stopped_at: int | None = None

    def allow(self, words: float) -> None:
        self._count()
        self.allowed = words

    def _count(self) -> None:
        now = self.clock.now()
        done = max(self.done, min(self.allowed, self.done + (now - self.looked) * self.rate))
        self.seconds_waited += now - self.looked - (done - self.done) / max(self.rate, 1e-9)
        self.done, self.looked = done, now

    def paused(self) -> Any:
        return nullcontext()

    @property
    def words_done(self) -> int:
        self._count()
        return int(self.done) if self.stopped_at is None else self.stopped_at


def shared(seed: int, rows: int = ROWS) -> SharedRows:
    own = np.zeros((rows, 16), np.float32)
    own[:, :DIM] = np.random.default_rng(seed).normal(size=(rows, DIM))
    return SharedRows(own, DIM, np.full(rows, 1e-4))


def after(occurrences: int, pull: float) -> float:
    """Where a row that starts at 1 and is pulled to 0, in small steps, has come to."""
    place = 1.0
    for _ in range(50 * occurrences):
        place -= pull / 50 * place
    return place


@settings(deadline=None, max_examples=30)
@given(occurrences=st.integers(1, 300), ranks=st.integers(2, 16))
def test_a_row_s_share_of_the_change_takes_it_where_one_rank_would_have_taken_it_or_as_far_as_is_stable(
    occurrences: int, ranks: int
) -> None:
    share = parts_at_once(np.array([float(occurrences)]), ranks, 0.025)[0]
    pull = PULL if ranks == 2 else FASTEST_PULL
    would_be = (1 - after(occurrences * ranks, pull)) / (1 - after(occurrences, pull)) / ranks
    in_the_fastest = share * ranks * (1 - after(occurrences, FASTEST_PULL))
    assert in_the_fastest < (1.65 if ranks == 2 else 1.01)
    assert share == pytest.approx(would_be, rel=0.01) or (share < would_be and in_the_fastest > 1.55)


def test_at_the_end_of_training_all_changes_are_made_at_once() -> None:
    for ranks in (2, 4):
        assert parts_at_once(np.array([0.0, 1e6]), ranks, 0.0) == pytest.approx(1)


class OneFloat:
    """A row of one float, which all ranks change alike."""

    def __init__(self, occurrences: int, ranks: int) -> None:
        self.ranks, self.turn = ranks, 0
        self.own = np.ones((1, 1), np.float32)
        self.rows = SharedRows(self.own, 1, np.full(1, float(occurrences)))

    def round(self, change: float) -> float:
        """Where it is after a round."""
        self.turn += 1
        self.own += np.float32(change)
        changes = np.empty((1, 1), np.float32)
        self.rows.take_changes(0, 1, changes)
        self.rows.make_changes(0, changes, changes * self.ranks, self.ranks, self.turn, 0.025)
        return float(self.own[0, 0])


@pytest.mark.parametrize("occurrences", [0, 1, 10, 1000])
@pytest.mark.parametrize("ranks", [2, 4, 16])
def test_changes_that_go_on_add_up_to_those_of_all_ranks(occurrences: int, ranks: int) -> None:
    row = OneFloat(occurrences, ranks)
    places = [row.round(0.01) for _ in range(20 * ranks)]
    steps = np.diff([1, *places])
    assert steps[-1] == pytest.approx(0.01 * ranks, rel=0.01)
    assert steps.max() <= 0.01 * ranks * 1.01


@settings(deadline=None, max_examples=50)
@given(occurrences=st.integers(1, 50), ranks=st.integers(2, 16), slower=st.floats(0.001, 1))
def test_pulled_to_a_place_quickly_or_slowly_a_row_comes_there(occurrences: int, ranks: int, slower: float) -> None:
    row, place = OneFloat(occurrences, ranks), 1.0
    way = 1 - after(occurrences, FASTEST_PULL * slower)
    for _ in range(round(20 * ranks + 20 / way)):
        place = row.round(-way * place)
        assert abs(place) <= 1 + 1e-6
    assert abs(place) < 1e-3


@pytest.mark.quick
def test_rows_of_words_that_one_rank_saw_take_all_of_its_change_and_of_frequent_ones_the_mean() -> None:
    def run(ranks: Any) -> np.ndarray:
        rows = shared(1, 3)
        rows.frequency[:] = 1e-12, 1e-12, 1.0
        start = rows.own.copy()
        rows.own[0, :DIM] += 1 + ranks.rank
        rows.own[1, :DIM] += float(ranks.rank == 0)
        rows.own[2, :DIM] += 1 + ranks.rank
        meetings = Synchronizer(ranks, Engine(0, 10**9), [rows], Settings(sync_words=100))
        meetings.words[:] = 10**6
        meetings.average_all()
        return rows.own - start

    share = parts_at_once(np.array([1e6]), 2, 0.025)[0]
    frequent = 3 * share * (1 + 1 - share)  # with the momentum of a first round
    for change in on_each(2, run):
        assert change[:, DIM:] == pytest.approx(0)
        assert change[:, :DIM] == pytest.approx(np.repeat([[3.0], [1.0], [frequent]], DIM, axis=1), abs=1e-5)


@pytest.mark.parametrize("chunk", [1 << 20, 3 * DIM])
def test_brought_together_all_ranks_have_the_same_rows_however_they_were_sent(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronization, "TRANSFER", chunk)

    def run(ranks: Any) -> np.ndarray:
        rows = shared(1, 100)
        rows.own[:, :DIM] += np.random.default_rng(10 + ranks.rank).normal(size=(100, DIM))
        Synchronizer(ranks, Engine(0, 10**9), [rows, shared(2, 7)], Settings(sync_words=100)).average_all()
        return rows.own

    found = on_each(3, run)
    assert all((own == found[0]).all() for own in found)


def test_every_row_is_in_one_round_of_so_many_and_frequent_ones_are_in_all() -> None:
    for frequent_first in (True, False):
        rows = SharedRows(np.zeros((ROWS, 16), np.float32), DIM, np.zeros(ROWS), frequent_first=frequent_first)
        seen = np.zeros(ROWS, int)
        for turn in range(5):
            for begin, end in rows.spans(turn, 5):
                seen[begin:end] += 1
        assert sorted(set(seen)) == [1, 5]
        assert (seen[rows.frequent] == 5).all()
        assert (seen == 5).sum() == FREQUENT


def test_a_quicker_rank_trains_more_and_all_end_when_all_words_are_done() -> None:
    def run(ranks: Any) -> tuple[int, int]:
        engine = Engine(1e5 * (1 + 2 * ranks.rank), 400_000)
        meetings = Synchronizer(ranks, engine, [shared(1)], Settings(sync_words=20_000))
        meetings.start()
        while engine.words_done + engine.words_elsewhere < engine.total_words:
            time.sleep(0.001)
        engine.stopped_at = engine.words_done
        meetings.join()
        assert meetings.rounds > 1
        assert not meetings.stopped
        return engine.stopped_at, int(meetings.words.sum())

    (slow, total), (quick, other_total) = on_each(2, run)
    assert quick > 1.5 * slow
    assert total == other_total >= 400_000


def test_a_rank_that_meets_late_does_not_train_on_and_on() -> None:
    words = 1000

    def run(ranks: Any) -> list[float]:
        class Late(Synchronizer):
            def _exchange(self) -> np.ndarray:
                time.sleep(0.01)
                return super()._exchange()

            def round_if_due(self) -> bool:
                if self.round_is_due:
                    at.append(engine.words_done)
                return super().round_if_due()

        at: list[float] = []
        engine = Engine(1e7, 50_000)
        meetings = Late(ranks, engine, [shared(1, 3)], Settings(sync_words=words))
        meetings.start()
        meetings.join()
        assert engine.allowed == float("inf")
        return at

    for at in on_each(2, run):
        assert len(at) >= 10
        assert np.diff(at).max() <= 2 * words


def test_a_rank_goes_on_where_no_other_trains() -> None:
    def run(ranks: Any) -> int:
        engine = Engine(0 if ranks.rank else 1e6, 50_000)
        meetings = Synchronizer(ranks, engine, [shared(1, 3)], Settings(sync_words=1000))
        meetings.start()
        meetings.join()
        return engine.words_done

    first, *others = on_each(4, run)
    assert first >= 50_000
    assert others == [0] * 3


@pytest.mark.quick
def test_one_rank_s_wish_to_stop_stops_all_and_a_checkpoint_halts_all() -> None:
    def run(ranks: Any) -> list[str]:
        meetings = Synchronizer(ranks, Engine(1000, 10**9), [shared(1)], Settings(sync_words=10**9))
        meetings.start()
        heard = []
        if ranks.rank == 1:
            meetings.request(CHECKPOINT)
        assert meetings.pause.wait(20)
        heard.append("halted")
        meetings.average_all()
        meetings.resume()
        if ranks.rank == 2:
            meetings.request(STOP)
        meetings.join()
        return [*heard, "stopped"] if meetings.stopped else heard

    assert on_each(3, run) == [["halted", "stopped"]] * 3


def test_changes_made_while_rows_are_under_way_are_kept(tmp_path: Path) -> None:
    def run(ranks: Any) -> np.ndarray:
        rows = shared(1, 1)
        start = rows.own.copy()
        mine = np.empty((1, DIM), np.float32)
        rows.own[0, :DIM] += 1
        rows.take_changes(0, 1, mine)
        rows.own[0, :DIM] += 10 * (1 + ranks.rank)  # trained meanwhile
        rows.make_changes(0, mine, ranks.all_reduce(mine), ranks.size, 0, 0.025)
        return (rows.own - start)[0, :DIM]

    first, second = on_each(2, run)
    assert first == pytest.approx(2 + 10)
    assert second == pytest.approx(2 + 20)


@pytest.mark.parametrize(("end", "right"), [(None, [0.025, 0.0125, 0.025e-4]), (0.02, [0.025, 0.0225, 0.02])])
def test_a_round_is_averaged_at_the_rate_that_ranks_train_at(end: float | None, right: list[float]) -> None:
    def run(ranks: Any) -> list[float]:
        rates = []

        class Notes(SharedRows):
            def make_changes(self, *arguments: Any) -> None:
                rates.append(arguments[-1])

        rows = Notes(np.zeros((3, 16), np.float32), DIM, np.zeros(3))
        meetings = Synchronizer(ranks, Engine(0, 10**9), [rows], Settings(sync_words=100, min_alpha=end))
        for done in (0, 10**9 // 2, 10**9):
            meetings.words[:] = done / 2
            meetings.average_all()
        return rates

    for rates in on_each(2, run):
        assert rates == pytest.approx(right, rel=1e-5)
