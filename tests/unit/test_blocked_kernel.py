"""The blocked kernel against its formula in NumPy, and against the reference kernel."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from helpers.blocked_batches import DIM, drawn_by, random_model, sentences
from helpers.formula import block_formula, logistic
from helpers.variants import COUNTS, VARIANTS, marks

from fastw2v._jit.compiling import compiled_math
from fastw2v._jit.simd import LANES, load, store
from fastw2v.kernels import blocked, reference
from fastw2v.kernels.blocked.sizes import Sizes, sizes
from fastw2v.kernels.blocked.worker import BATCH, new_worker
from fastw2v.kernels.products import sigmoid
from fastw2v.kernels.schedule import new_schedule
from fastw2v.kernels.tiles import Outputs, move_tile, score_two
from fastw2v.kernels.worker import Variant
from fastw2v.model.matrices import Model, aligned_zeros
from fastw2v.model.tables import tables
from fastw2v.settings import Settings

SIZES = {
    "suitable": None,
    "near": Sizes(True, False, 32, 16),
    "near, six": Sizes(True, False, 6, 16),
    "near, one": Sizes(True, False, 1, 16),
    "wide": Sizes(False, True, 16, 16),
    "wide, six": Sizes(False, True, 6, 8),
    "wide, one": Sizes(False, True, 1, 16),
    "one": Sizes(False, False, 1, 16, 16),
    "six": Sizes(False, False, 6, 24, 8),
}
LENGTHS = [1, 2, 9, 0, 5, 40, 1, 1, 7, 150]


def cases() -> Iterator[Any]:
    """Each variant with the sizes that are for it, and windows within a block and far over it."""
    for cbow, negative, hs in VARIANTS:
        for name, chosen in SIZES.items():
            of_skipgram = chosen is not None and (chosen.near or chosen.wide)
            if chosen is None or of_skipgram == (negative > 0 and not cbow):
                for window in (3, 60):
                    given = chosen if chosen is None or negative else chosen._replace(pool=0)
                    yield pytest.param(
                        cbow,
                        negative,
                        hs,
                        window,
                        given,
                        id=f"{cbow}-{negative}-{hs}-{window}-{name}",
                        marks=marks((cbow, negative, hs)) if chosen is None and window < 60 else pytest.mark.slow,
                    )


@pytest.mark.parametrize(("cbow", "negative", "hs", "window", "sizes"), list(cases()))
def test_a_batch_moves_the_model_as_the_formula_says(
    cbow: bool, negative: int, hs: bool, window: int, sizes: Sizes | None
) -> None:
    variant = Variant(cbow, hs, negative, window)
    lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=hs))
    model = random_model(negative, hs)
    alpha = 0.02 if window < 10 or cbow else 0.002
    worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=1, alpha=alpha, sizes=sizes)
    ids = sentences(LENGTHS)
    before = Model(*(matrix.copy() for matrix in model))
    blocked.train(ids, True, worker, model, lookup, variant, new_schedule(Settings(alpha=alpha), 1000, 1))
    drawn = drawn_by(worker, ids, lookup, 1)
    if negative:
        assert set(drawn.noise[0]) & set(drawn.words[:40])  # a noise word that is a center
    kind = "near" if worker.parts.near else "wide" if worker.parts.wide else "blocked"
    expected = block_formula(before, drawn, variant, lookup, alpha, kind=kind)
    for after, right, start in zip(model, expected, before):
        if after.size:
            assert np.abs(right - start).max() > 0.02
            assert np.abs(after - right).max() < 1e-5


@pytest.mark.parametrize("cbow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_scores_beyond_6_at_the_nodes_of_a_path_move_nothing_as_in_the_original(cbow: bool) -> None:
    variant = Variant(cbow, True, 0, 3)
    lookup = tables(COUNTS, Settings(sample=0, negative=0, hs=True))
    model = random_model(0, True, 1.5)
    before = Model(*(matrix.copy() for matrix in model))
    worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=1, alpha=0.001)
    ids = sentences(LENGTHS)
    blocked.train(ids, True, worker, model, lookup, variant, new_schedule(Settings(alpha=0.001), 1000, 1))
    beyond = np.abs(before.input[1:] @ before.nodes.T) > 6
    assert 0.1 < beyond.mean() < 0.9
    expected = block_formula(before, drawn_by(worker, ids, lookup, 1), variant, lookup, 0.001, kind="blocked")
    for after, right in zip(model, expected):
        if after.size:
            assert np.abs(after - right).max() < 1e-5


@pytest.mark.slow  # 3,000 models, and sizes that need a compilation of their own
@pytest.mark.parametrize(("cbow", "negative", "hs"), VARIANTS)
def test_one_center_at_a_time_does_what_the_reference_does_on_average(cbow: bool, negative: int, hs: bool) -> None:
    variant = Variant(cbow, hs, negative, 3)
    lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=hs))
    start = random_model(negative, hs)
    ids = sentences([3, 12, 1, 8])
    alpha = 1e-3
    moves = []
    wide = negative > 0 and not cbow
    for kernel, more in ((reference, {}), (blocked, {"sizes": Sizes(False, wide, 1, negative, negative)})):
        total = [np.zeros(matrix.shape) for matrix in start]
        for seed in range(1500):
            model = random_model(negative, hs)
            state = (seed * 0x9E3779B97F4A7C15 + 1) % 2**64
            worker = kernel.new_worker(0, model.input.shape[1], lookup, variant, random_state=state, alpha=alpha, **more)
            kernel.train(ids, True, worker, model, lookup, variant, new_schedule(Settings(alpha=alpha), 1000, 1))
            for sums, matrix, was in zip(total, model, start):
                sums += matrix - was
        moves.append(total)
    for ours, theirs in zip(*moves):
        if ours.size:
            # The reference's sigmoid table reads a little to the left, one or two per cent.
            assert (ours * theirs).sum() / np.linalg.norm(ours) / np.linalg.norm(theirs) > 0.995
            assert 0.96 < np.linalg.norm(ours) / np.linalg.norm(theirs) < 1.04


@pytest.mark.slow
def test_text_in_pieces_trains_the_same_as_text_in_one() -> None:
    random = np.random.default_rng(3)
    length = 3 * BATCH
    ids = random.integers(0, len(COUNTS), length).astype(np.int32)
    ids[2000:5000] = random.integers(1, len(COUNTS), 3000)  # a line longer than a sentence may be
    lookup = tables(COUNTS, Settings(sample=0.05, negative=5, hs=True))
    variant = Variant(False, True, 5, 5)
    results = []
    for cuts in ([0, length], [0, 1, 2, 700, 701, 4400, 4999, length], list(range(0, length + 1, 64))):
        model = random_model(5, True, 0.1)
        worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.01)
        schedule = new_schedule(Settings(alpha=0.01), 4 * length, 1)
        for begin, end in pairwise(cuts):
            blocked.train(ids[begin:end], end == length, worker, model, lookup, variant, schedule)
        assert worker.state[0]["words"] == length
        results.append(model)
    assert np.isfinite(results[0].input).all()
    for other in results[1:]:
        assert all(np.allclose(*pair, atol=1e-3) for pair in zip(results[0], other))


def test_padding_stays_zero() -> None:
    model = random_model(5, True)
    lookup = tables(COUNTS, Settings(sample=0, negative=5, hs=True))
    variant = Variant(True, True, 5, 3)
    worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.05)
    blocked.train(sentences([50, 50]), True, worker, model, lookup, variant, new_schedule(Settings(alpha=0.05), 1000, 1))
    for matrix in model:
        assert matrix.shape[1] == 32
        assert not matrix[:, DIM:].any()


def test_noise_words_are_in_proportion_to_the_pairs_that_positions_have() -> None:
    lookup = tables(COUNTS, Settings(sample=0, negative=5, hs=False))
    pools = {}
    for cbow, length in ((False, 2), (False, 3), (False, 400), (True, 3)):
        model, variant = random_model(5, False, 0.1), Variant(cbow, False, 5, 5)
        worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.001)
        blocked.train(
            sentences([length] * 61), True, worker, model, lookup, variant, new_schedule(Settings(alpha=0.001), 1000, 1)
        )
        pools[cbow, length] = int(worker.batch.pool[0])
    assert pools == {(False, 2): 8, (False, 3): 8, (False, 400): 16, (True, 3): 24}


@pytest.mark.parametrize("window", [1, 5, 30, 1000])
@pytest.mark.parametrize("negative", [1, 5, 20, 100])
@pytest.mark.parametrize("cbow", [False, True])
def test_no_step_is_much_longer_than_the_originals(cbow: bool, negative: int, window: int) -> None:
    variant = Variant(cbow, False, negative, window)
    lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=False))
    for alpha in (0.025, 0.05, 1.0):
        made = sizes(variant, lookup, alpha)
        worker = new_worker(0, 32, lookup, variant, random_state=0, alpha=alpha)
        assert worker.state[0]["alpha"] == np.float32(alpha)  # which is never lowered
        if made.wide and made.block > 1:
            assert made.block * negative / made.pool <= 5
            assert alpha * made.block * negative <= 2
        if made.near:
            assert (window + 1) * negative / made.pool <= 2
            assert alpha * (window + 1) * negative <= 1


@compiled_math
def one_tile(hidden, learned, outputs, scores):
    four = (2, 5, 5, 0)
    for first in range(0, len(outputs), 2):
        store(scores, first, 0, score_two(hidden, four, Outputs(outputs, None, 0, len(outputs)), first))
    move_tile(hidden, four, learned, Outputs(outputs, None, 0, len(outputs) - 1), scores)


def test_a_tile_moves_its_hidden_rows_one_after_the_other() -> None:
    random = np.random.default_rng(2)
    hidden, learned, outputs, scores = (aligned_zeros(*shape) for shape in ((8, 48), (8, 48), (6, 48), (6, 4)))
    for matrix in (hidden, learned, outputs):
        matrix[:] = random.normal(size=matrix.shape)
    before, outputs_before = learned.copy(), outputs.copy()
    one_tile(hidden, learned, outputs, scores)
    rows = [2, 5, 5, 0]
    right = outputs_before @ hidden[rows].T
    assert np.allclose(scores, right, atol=1e-4)
    right[-1] = 0  # of the last output row nothing was wanted but its score
    moved = outputs_before.astype(np.float64)
    for row, of_row in zip(rows, right.T):
        before[row] += of_row @ moved
        moved += np.outer(of_row, hidden[row])
    assert np.allclose(outputs, moved, rtol=1e-4, atol=1e-2)
    assert np.allclose(learned, before, rtol=1e-4, atol=1e-2)


@compiled_math
def sigmoids(scores):
    for column in range(0, scores.shape[1], LANES):
        store(scores, 0, column, sigmoid(load(scores, 0, column)))


def test_the_sigmoid_is_the_logistic_function() -> None:
    scores = aligned_zeros(1, 4096)
    scores[0] = np.linspace(-9.9, 9.9, 4096)
    expected = logistic(scores.astype(np.float64))
    sigmoids(scores)
    errors = np.abs(scores[0] - expected[0])
    assert errors[1000:-1000].max() < 1e-6
    assert errors.max() < 5e-5
    scores[0] = np.linspace(-1e30, 1e30, 4096)
    sigmoids(scores)
    assert np.all((scores[0] < 1e-4) | (scores[0] > 1 - 1e-4))
