"""Which ids each thread trains next: shares, and what is taken over."""

import numpy as np
import pytest
from helpers.trainers import stream, trainer
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v.corpus.id_stream import IdStream
from fastw2v.settings import Settings
from fastw2v.training.partition_bounds import partition_bounds
from fastw2v.training.threads import CHUNK
from fastw2v.training.work_queue import END, EPOCH, NEXT, WorkQueue


def text(length: int, sentence: int = 7) -> IdStream:
    ids = np.ones(length)
    ids[sentence - 1 :: sentence] = 0
    return stream(ids)


def test_shares_meet_between_sentences_and_cover_all() -> None:
    ids = np.ones(10_000)
    ids[::23] = 0
    for threads in (1, 2, 3, 16):
        bounds = partition_bounds(stream(ids), threads)
        assert bounds[0] == 0
        assert bounds[-1] == len(ids)
        assert bounds == sorted(bounds)
        assert all(ids[bound - 1] == 0 for bound in bounds[1:-1])
    assert partition_bounds(stream(np.ones(10_000)), 2) == [0, 5000, 10_000]


@settings(max_examples=200, deadline=None)
@given(
    length=st.integers(0, 3000),
    threads=st.integers(1, 6),
    epochs=st.integers(1, 4),
    least=st.integers(2, 200),
    turns=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 400)), max_size=300),
    put_back_after=st.integers(0, 300),
)
def test_every_id_is_claimed_once_in_each_epoch_whoever_is_fast(
    length: int, threads: int, epochs: int, least: int, turns: list[tuple[int, int]], put_back_after: int
) -> None:
    ids = text(length)
    queue = WorkQueue(ids, threads, epochs, least)
    times = np.zeros((epochs, length), np.int64)
    going_on: list[tuple[int, int] | None] = [None] * threads  # the epoch and place that a begun piece goes on at
    rest = [(thread, 50) for thread in range(threads) for _ in range(epochs * (length // 50 + threads + 2))]
    for number, (thread, most) in enumerate(turns + rest):
        if number == put_back_after:
            places, queue = queue.places, WorkQueue(ids, threads, epochs, least)
            queue.places[...] = places
            queue.check()
        taken = queue.take(thread % threads, most)
        if taken is None:
            continue
        start, stop, last = taken
        epoch = int(queue.places[thread % threads, EPOCH])
        assert start < stop <= min(start + most, length)
        assert going_on[thread % threads] in (None, (epoch, start))
        going_on[thread % threads] = None if last else (epoch, stop)
        times[epoch, start:stop] += 1
    assert np.all(times == 1)
    assert going_on == [None] * threads


def test_who_is_done_takes_half_of_what_the_slowest_has_left_from_a_sentence_on() -> None:
    queue = WorkQueue(text(9_000), 3, 1, 100)
    assert queue.bounds == [0, 3003, 6006, 9000]
    assert queue.take(1, 1000) == (3003, 4003, False)
    assert queue.take(0, 3003) == (0, 3003, True)
    assert queue.take(0, 100) == (7504, 7604, False)  # thread 2 has most left: 6006 to 9000
    assert queue.places[:, NEXT].tolist() == [7604, 4003, 6006]
    assert queue.places[:, END].tolist() == [9000, 6006, 7504]


def test_in_the_next_epoch_each_thread_has_its_own_share_again() -> None:
    queue = WorkQueue(text(700), 2, 2, 300)
    assert queue.take(0, 700) == (0, 357, True)
    assert queue.take(0, 700) == (532, 700, True)
    assert queue.take(0, 10) == (0, 10, False)
    assert queue.take(1, 700) == (357, 532, True)
    assert queue.take(1, 700) == (357, 700, True)
    assert queue.take(0, 700) == (10, 357, True)
    assert queue.take(0, 700) is None
    assert queue.take(1, 700) is None


def test_without_a_last_epoch_there_is_always_more_but_of_nothing() -> None:
    queue = WorkQueue(text(70), 1, None, 10)
    assert [queue.take(0, 70) for _ in range(3)] == [(0, 70, True)] * 3
    assert WorkQueue(text(0), 1, None, 10).take(0, 70) is None


@pytest.mark.parametrize("place", [(0, 5, 4), (0, -1, 4), (0, 0, 71), (-1, 0, 70), (2, 0, 70)])
def test_places_outside_the_text_are_refused(place: tuple[int, int, int]) -> None:
    queue = WorkQueue(text(70), 1, 2, 10)
    queue.places[0] = place
    with pytest.raises(ValueError, match="place"):
        queue.check()


@pytest.mark.parametrize(("epochs", "place"), [(0, [0, 0, 70]), (1.5, [1, 35, 70]), (2, [1, 70, 70])])
def test_threads_go_on_as_far_into_their_shares_as_is_said(epochs: float, place: list[int]) -> None:
    queue = WorkQueue(text(70), 1, 2, 10)
    queue.begin_at(epochs)
    assert queue.places.tolist() == [place]


def test_a_thread_that_stands_still_keeps_the_others_from_less_than_a_chunk() -> None:
    ids = np.random.default_rng(1).integers(0, 50, 10 * CHUNK)
    engine = trainer(ids, Settings(dim=8, epochs=1, threads=2, kernel="reference")).engine
    engine._train_partition(0)  # the other thread is never started
    assert len(ids) - CHUNK < engine.words_done < len(ids)
    engine._train_partition(1)
    assert engine.words_done == len(ids)
