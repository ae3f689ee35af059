"""The blocked kernel against its formula in NumPy, and against the reference kernel."""

from itertools import pairwise

import numpy as np
import pytest
from formula import Drawn, block_formula, logistic

from fastw2v.compiling import compiled_math
from fastw2v.kernels import blocked, reference
from fastw2v.kernels.blocked.logistic import sigmoid
from fastw2v.kernels.blocked.worker import BATCH, CBOW_POOL, SKIPGRAM_POOL, new_worker
from fastw2v.kernels.lanes import LANES, load, store
from fastw2v.kernels.model import Model, aligned_zeros, new_model
from fastw2v.kernels.products import narrow_product, narrow_transposed, product, product_of_transposed, transposed
from fastw2v.kernels.schedule import new_schedule
from fastw2v.kernels.worker import Variant
from fastw2v.tables import tables

COUNTS = np.array([9, 30, 24, 20, 17, 15, 13, 11, 9, 8, 7, 6, 5, 4, 3, 2], np.int64)
VARIANTS = [(cbow, negative, hs) for cbow in (False, True) for negative, hs in ((5, False), (0, True), (7, True))]
DIM = 20  # two cache lines, the second of them padded


def random_model(negative: int, hs: bool, scale: float = 0.5) -> Model:
    model = new_model(len(COUNTS), DIM, negative=negative, hs=hs, random_state=1)
    random = np.random.default_rng(5)
    for matrix in model:
        matrix[:, :DIM] = random.normal(0, scale, (len(matrix), DIM))
    return model


def sentences(lengths: list[int]) -> np.ndarray:
    """Ids of sentences of these lengths, with many repeated words."""
    random = np.random.default_rng(7)
    ends = [[*random.integers(1, len(COUNTS), length), 0] for length in lengths]
    return np.concatenate(ends).astype(np.int32)


@pytest.mark.parametrize(("block", "pool"), [(1, 16), (4, 16), (6, 8), (32, 16), (32, 24), (None, None)])
@pytest.mark.parametrize(("cbow", "negative", "hs"), VARIANTS)
def test_a_batch_moves_the_model_as_the_formula_says(
    cbow: bool, negative: int, hs: bool, block: int | None, pool: int | None
) -> None:
    variant = Variant(cbow, hs, negative, 3)
    lookup = tables(COUNTS, sample=0, negative=negative, hs=hs)
    model = random_model(negative, hs)
    worker = new_worker(
        0, model.input.shape[1], lookup, variant, random_state=1, alpha=0.02, block=block, pool=pool if negative else None
    )
    alpha = float(worker.state[0]["alpha"])
    lengths = [1, 2, 9, 0, 5, 40, 1, 1, 7]
    before = Model(*(matrix.copy() for matrix in model))
    blocked.train(sentences(lengths), True, worker, model, lookup, variant, new_schedule(0.02, 1000, 1))
    batch, length = worker.batch, sum(lengths)
    drawn = Drawn(
        batch.words[:length], batch.begin[:length], batch.end[:length], batch.noise, int(batch.block[0]), int(batch.pool[0])
    )
    if negative:
        assert set(drawn.noise[: drawn.pool]) & set(drawn.words[:40])  # a noise word that is a center
    expected = block_formula(before, drawn, variant, lookup, alpha, halves=True)
    for after, right, start in zip(model, expected, before):
        if after.size:
            assert np.abs(right - start).max() > 0.02
            assert np.allclose(after, right, rtol=0, atol=5e-6)


@pytest.mark.parametrize(("cbow", "negative", "hs"), VARIANTS)
def test_one_center_at_a_time_does_what_the_reference_does_on_average(cbow: bool, negative: int, hs: bool) -> None:
    variant = Variant(cbow, hs, negative, 3)
    lookup = tables(COUNTS, sample=0, negative=negative, hs=hs)
    start = random_model(negative, hs)
    ids = sentences([3, 12, 1, 8])
    alpha = 1e-3
    moves = []
    for kernel, sizes in ((reference, {}), (blocked, {"block": 1, "pool": max(negative, 1)})):
        total = [np.zeros(matrix.shape) for matrix in start]
        for seed in range(1500):
            model = random_model(negative, hs)
            state = (seed * 0x9E3779B97F4A7C15 + 1) % 2**64
            worker = kernel.new_worker(0, model.input.shape[1], lookup, variant, random_state=state, alpha=alpha, **sizes)
            kernel.train(ids, True, worker, model, lookup, variant, new_schedule(alpha, 1000, 1))
            for sums, matrix, was in zip(total, model, start):
                sums += matrix - was
        moves.append(total)
    for ours, theirs in zip(*moves):
        if ours.size:
            # The reference's sigmoid table reads a little to the left, one or two per cent.
            assert (ours * theirs).sum() / np.linalg.norm(ours) / np.linalg.norm(theirs) > 0.995
            assert 0.96 < np.linalg.norm(ours) / np.linalg.norm(theirs) < 1.04


def test_text_in_pieces_trains_the_same_as_text_in_one() -> None:
    random = np.random.default_rng(3)
    length = 3 * BATCH
    ids = random.integers(0, len(COUNTS), length).astype(np.int32)
    ids[2000:5000] = random.integers(1, len(COUNTS), 3000)  # a line longer than a sentence may be
    lookup = tables(COUNTS, sample=0.05, negative=5, hs=True)
    variant = Variant(False, True, 5, 5)
    results = []
    for cuts in ([0, length], [0, 1, 2, 700, 701, 4400, 4999, length], list(range(0, length + 1, 64))):
        model = random_model(5, True, 0.1)
        worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.01)
        schedule = new_schedule(0.01, 4 * length, 1)
        for begin, end in pairwise(cuts):
            blocked.train(ids[begin:end], end == length, worker, model, lookup, variant, schedule)
        assert worker.state[0]["words"] == length
        results.append(model)
    assert np.isfinite(results[0].input).all()
    for other in results[1:]:
        assert all(np.allclose(*pair, atol=1e-3) for pair in zip(results[0], other))


def test_padding_stays_zero() -> None:
    model = random_model(5, True)
    lookup = tables(COUNTS, sample=0, negative=5, hs=True)
    variant = Variant(True, True, 5, 3)
    worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.05)
    blocked.train(sentences([50, 50]), True, worker, model, lookup, variant, new_schedule(0.05, 1000, 1))
    for matrix in model:
        assert matrix.shape[1] == 32
        assert not matrix[:, DIM:].any()


def test_words_with_few_pairs_have_half_the_noise_words() -> None:
    lookup = tables(COUNTS, sample=0, negative=5, hs=False)
    pools = {}
    for cbow, lengths in ((False, [3] * 60), (False, [3] * 60 + [400]), (True, [3] * 60)):
        model, variant = random_model(5, False, 0.1), Variant(cbow, False, 5, 5)
        worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.001)
        blocked.train(sentences(lengths), True, worker, model, lookup, variant, new_schedule(0.001, 1000, 1))
        pools[cbow, len(lengths)] = int(worker.batch.pool[0])
    assert pools == {(False, 60): SKIPGRAM_POOL // 2, (False, 61): SKIPGRAM_POOL, (True, 60): CBOW_POOL}


@compiled_math
def products(a, b, c, d, a_columns):
    transposed(a, 16, 48, a_columns)
    product(a, 2, b, 48, c, 3, 7, 32, False)
    product(a, 2, b, 48, c, 3, 7, 32, True)
    product_of_transposed(a, b, 5, 11, d, 48, 32, False)


def test_products_are_numpys() -> None:
    random = np.random.default_rng(1)
    a, b, c, d, a_columns = (aligned_zeros(*shape) for shape in ((16, 48), (48, 32), (16, 32), (48, 32), (48, 16)))
    a[:], b[:] = random.normal(size=a.shape), random.normal(size=b.shape)
    products(a, b, c, d, a_columns)
    assert np.array_equal(a_columns, a.T)
    assert np.allclose(c[3:10], 2 * a[2:9] @ b, atol=1e-4)
    assert np.allclose(d, a[:11].T @ b[5:16], atol=1e-4)


@compiled_math
def narrow_products(a, b, b_columns, c):
    narrow_transposed(b, 24, 48, b_columns)
    narrow_product(a, 2, b_columns, 48, c, 7, 24)


def test_narrow_products_are_numpys() -> None:
    random = np.random.default_rng(2)
    a, b, b_columns, c = (aligned_zeros(*shape) for shape in ((16, 48), (24, 48), (48, 24), (8, 24)))
    a[:], b[:] = random.normal(size=a.shape), random.normal(size=b.shape)
    narrow_products(a, b, b_columns, c)
    assert np.array_equal(b_columns, b.T)
    assert np.allclose(c[:7], a[2:9] @ b.T, atol=1e-4)


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
