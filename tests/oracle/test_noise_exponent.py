"""Noise words by counts to any power, against the formula and gensim; what blocks make of a word that is much of the noise."""

import logging
from typing import Any

import numpy as np
import pytest
from helpers.blocked_batches import drawn_by, random_model, sentences
from helpers.formula import block_formula
from helpers.inlined_functions import callable_piece
from helpers.variants import COUNTS as BLOCKED_COUNTS
from helpers.variants import VARIANTS
from numba import njit
from scipy import stats

import fastw2v
from fastw2v.kernels import blocked
from fastw2v.kernels.blocked.sizes import MOST_IN_A_POOL, crowding, sizes
from fastw2v.kernels.schedule import new_schedule
from fastw2v.kernels.worker import Variant, variant
from fastw2v.model import noise, random_stream
from fastw2v.model.matrices import Model
from fastw2v.model.noise import SLOTS, noise_table
from fastw2v.model.tables import tables
from fastw2v.settings import Settings

advance = callable_piece(random_stream.advance)
EXPONENTS = [-2.0, -0.5, 0.0, 1.0, 2.0]
COUNTS = np.array([40, 900, 400, 200, 90, 50, 30, 20, 12, 7, 5], np.int64)
CHANCE = 1e-4  # a statistical test with a fixed seed fails below this p-value


def right_shares(counts: np.ndarray, exponent: float) -> np.ndarray:
    """Of the words after the sentence's end."""
    weights = counts[1:].astype(float) ** exponent
    return np.asarray(weights / weights.sum())


@njit
def draws_of_both(state: np.uint64, table: Any, aliases: np.ndarray, found: np.ndarray, draws: int) -> None:
    for _ in range(draws):
        state = advance(state)
        found[0, noise.draw_from_table(state, table)] += 1
        found[1, noise.draw_from_alias(state, aliases)] += 1


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("ends", [0, 1, 10**9])
def test_both_tables_draw_words_by_counts_to_the_power_however_many_sentences_there_are(exponent: float, ends: int) -> None:
    counts = np.concatenate([[ends], COUNTS[1:]])
    lookup, draws = tables(counts, Settings(noise_exponent=exponent)), 1_000_000
    found = np.zeros((2, len(counts)), np.int64)
    draws_of_both(np.uint64(7), lookup.noise, lookup.alias, found, draws)
    for each in found:
        assert each[0] == 0
        assert stats.chisquare(each[1:], right_shares(counts, exponent) * draws).pvalue > CHANCE


@pytest.mark.parametrize("exponent", [-2.0, -0.5, 0.0, 0.75, 1.0, 2.0])
def test_the_shares_are_gensims(exponent: float) -> None:
    word2vec = pytest.importorskip("gensim.models.word2vec")
    logging.getLogger("gensim").setLevel(logging.ERROR)
    model = word2vec.Word2Vec(min_count=1, ns_exponent=exponent, sample=0)
    counts = np.concatenate([[0], np.sort(np.unique(np.random.default_rng(1).zipf(1.4, 3000).clip(5, 10**5)))[::-1]])
    model.build_vocab_from_freq({f"w{number}": int(count) for number, count in enumerate(counts) if number})
    theirs = np.diff(model.cum_table.astype(np.int64), prepend=0) / (2**31 - 1)
    ours = np.diff(noise_table(counts, exponent).ends) / SLOTS
    assert np.abs(ours - theirs).max() < 3 / SLOTS


@pytest.mark.parametrize("exponent", [-2.0, -1e-3, 0.0, 0.75, 2.0])
@pytest.mark.parametrize("counts", [[3], [0, 7], [0, 2**62, 1], [1, 5, 0], [9, 1, 1, 0, 0]])
def test_the_smallest_and_largest_counts_leave_whole_tables(exponent: float, counts: list[int]) -> None:
    with np.errstate(all="raise"):
        ends = noise_table(np.array(counts, np.int64), exponent).ends
        own, other = noise.alias_table(ends).T
    assert ends[-1] == SLOTS
    assert (np.diff(ends, prepend=0) >= 0).all()
    assert ((own >= 0) & (other >= 0) & (other < len(counts))).all()
    never = np.array(counts) == 0
    assert (np.diff(ends, prepend=0)[never] <= 2).all() or len(counts) < 3


@pytest.mark.parametrize(("cbow", "negative", "hs"), [variant for variant in VARIANTS if variant[1]])
@pytest.mark.parametrize("exponent", [-2.0, 2.0])
def test_a_batch_moves_the_model_as_the_formula_says(cbow: bool, negative: int, hs: bool, exponent: float) -> None:
    kind, alpha = Variant(cbow, hs, negative, 3), 0.02
    settings = Settings(sample=0, negative=negative, hs=hs, alpha=alpha, noise_exponent=exponent)
    lookup, model, ids = tables(BLOCKED_COUNTS, settings), random_model(negative, hs), sentences([1, 2, 9, 0, 5, 40, 150])
    worker = blocked.new_worker(0, model.input.shape[1], lookup, kind, random_state=1, alpha=alpha)
    before = Model(*(matrix.copy() for matrix in model))
    blocked.train(ids, True, worker, model, lookup, kind, new_schedule(settings, 1000, 1))
    drawn = drawn_by(worker, ids, lookup, 1)
    most = np.bincount(drawn.noise.ravel(), minlength=len(BLOCKED_COUNTS)).argmax()
    assert most == (len(BLOCKED_COUNTS) - 1 if exponent < 0 else 1)
    near = "near" if worker.parts.near else "wide" if worker.parts.wide else "blocked"
    for after, right in zip(model, block_formula(before, drawn, kind, lookup, alpha, kind=near)):
        assert np.abs(after - right).max(initial=0) < 2e-5


def test_block_sizes_follow_the_words_of_the_text_and_not_the_exponent() -> None:
    counts = np.concatenate([[100], 10**6 // np.arange(10, 5010)])
    for model, window in (("skipgram", 5), ("skipgram", 10), ("cbow", 5)):
        chosen = [Settings(model=model, window=window, noise_exponent=exponent) for exponent in (-2, 0, 0.75, 1)]
        found = {sizes(variant(each), tables(counts, each), each.starting_alpha) for each in chosen}
        assert len(found) == 1


def test_a_block_is_shorter_where_one_word_is_much_of_the_noise() -> None:
    counts = np.concatenate([[100], 10**6 // np.arange(1, 5001)])
    for model, window in (("skipgram", 5), ("skipgram", 10), ("cbow", 5)):
        usual, squared = (Settings(model=model, window=window, noise_exponent=exponent) for exponent in (0.75, 2))
        few, many = (sizes(variant(each), tables(counts, each), each.starting_alpha) for each in (squared, usual))
        assert few.pool == many.pool
        assert 1 <= few.block <= many.block / 2
        assert crowding(few.pool, tables(counts, squared)) > 0.5 * few.pool / MOST_IN_A_POOL


@pytest.mark.parametrize("exponent", [-1.0, 2.0])
def test_both_kernels_learn_alike(exponent: float) -> None:
    random = np.random.default_rng(5)
    text = [[f"w{word}" for word in (random.zipf(1.3, 12) + 20 * random.integers(5)).clip(0, 300)] for _ in range(3000)]
    kind: dict[str, Any] = {"dim": 16, "min_count": 1, "epochs": 3, "threads": 1, "sample": 0}
    near = []
    for kernel in ("reference", "blocked"):
        vectors = fastw2v.train(text, kernel=kernel, noise_exponent=exponent, **kind)
        near.append(np.corrcoef(vectors.vectors[1:101]).ravel())
    assert np.corrcoef(near)[0, 1] > 0.9
