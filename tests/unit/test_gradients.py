"""What each variant does to the matrices, against finite differences of its loss."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from helpers.inlined_functions import callable_piece
from helpers.variants import marks

from fastw2v.kernels import pairs, reference
from fastw2v.kernels.reference.worker import new_worker
from fastw2v.kernels.schedule import new_schedule
from fastw2v.kernels.worker import Variant
from fastw2v.model import noise as noise_tables
from fastw2v.model import random_stream
from fastw2v.model.matrices import Model, new_model
from fastw2v.model.sigmoid import sigmoid_table
from fastw2v.model.tables import Tables, tables
from fastw2v.settings import Settings

advance, window_around = callable_piece(random_stream.advance), callable_piece(pairs.window_around)
draw = callable_piece(noise_tables.draw_from_table)

DIM = 5
COUNTS = np.array([4, 9, 7, 6, 5, 3, 2], np.int64)
SENTENCE = [3, 1, 4, 1, 5, 2, 6]
ALPHA = 1e-4  # so small that a later step hardly sees what an earlier one did
WINDOW = 3
VARIANTS = [(cbow, negative, hs) for cbow in (False, True) for negative, hs in ((5, False), (0, True), (5, True))]


class Pair(NamedTuple):
    """What is scored once: the context words whose vectors make the hidden row, the center, the noise words drawn."""

    contexts: list[int]
    center: int
    noise: list[int]


def drawn_pairs(variant: Variant, lookup: Tables) -> list[Pair]:
    """The pairs that the kernel will train, by following its random stream."""
    random = np.uint64(0)
    pairs = []
    for center, word in enumerate(SENTENCE):
        random = np.uint64(advance(random))
        begin, end = window_around(center, len(SENTENCE), random, variant.window)
        contexts = [SENTENCE[position] for position in range(begin, end) if position != center]
        for group in [contexts] if variant.cbow else [[context] for context in contexts]:
            noise = []
            for _ in range(variant.negative):
                random = np.uint64(advance(random))
                noise.append(int(draw(random, lookup.noise)))
            pairs.append(Pair(group, word, [target for target in noise if target != word]))
    return pairs


def loss(matrices: list[np.ndarray], pairs: list[Pair], variant: Variant, lookup: Tables) -> float:
    """The objective, in float64: the formulas of Mikolov et al. 2013, straight."""
    inputs, output, nodes = matrices
    total = 0.0
    for contexts, center, noise in pairs:
        hidden = inputs[contexts].mean(axis=0)
        if variant.negative:
            total += np.log1p(np.exp(-hidden @ output[center])) + np.log1p(np.exp(output[noise] @ hidden)).sum()
        if variant.hs:
            path = slice(*lookup.tree.starts[center : center + 2])
            signs = 1 - 2.0 * lookup.tree.codes[path]
            total += np.log1p(np.exp(-signs * (nodes[lookup.tree.nodes[path]] @ hidden))).sum()
    return float(total)


def slope(matrices: list[np.ndarray], which: int, at: tuple[int, int], *rest: object) -> float:
    """The loss's derivative by one entry of one matrix, by central differences."""
    values = []
    for step in (1e-5, -1e-5):
        moved = [matrix.copy() for matrix in matrices]
        moved[which][at] += step
        values.append(loss(moved, *rest))  # type: ignore[arg-type]
    return (values[0] - values[1]) / 2e-5


def random_model(negative: int, hs: bool) -> Model:
    model = new_model(len(COUNTS), Settings(dim=DIM, negative=negative, hs=hs, threads=1))
    random = np.random.default_rng(5)
    for matrix in model:
        matrix[:, :DIM] = random.normal(0, 0.7, (len(matrix), DIM))
    return model


@pytest.mark.parametrize(("cbow", "negative", "hs"), [pytest.param(*variant, marks=marks(variant)) for variant in VARIANTS])
def test_a_sentence_moves_every_vector_down_the_gradient_of_the_loss(cbow: bool, negative: int, hs: bool) -> None:
    variant = Variant(cbow, hs, negative, WINDOW)
    lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=hs))
    model = random_model(negative, hs)
    before = [matrix[:, :DIM].astype(np.float64) for matrix in model]
    worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=ALPHA)
    ids = np.array([*SENTENCE, 0], np.int32)
    reference.train(ids, True, worker, model, lookup, variant, new_schedule(Settings(alpha=ALPHA), 1000, 1))
    pairs = drawn_pairs(variant, lookup)
    assert len(pairs) >= 7

    # The sigmoid table is a step function, read a little to the left; no step of a score may be off by more than that.
    scores = np.linspace(-5.9, 5.9, 5000)
    table = sigmoid_table()[((scores + 6) * 83).astype(int)]
    table_error = np.abs(table - 1 / (1 + np.exp(-scores))).max()
    assert table_error < 0.011
    for which, matrix in enumerate(model):
        moved = (matrix[:, :DIM] - before[which]) / ALPHA
        expected = np.zeros_like(before[which])
        for row, d in np.ndindex(*expected.shape):
            if which == 0 and cbow:
                # The original hands each context word the hidden row's whole gradient, not its share of the mean.
                expected[row, d] = -sum(
                    slope(before, 0, (row, d), [pair], variant, lookup) * len(pair.contexts)
                    for pair in pairs
                    if row in pair.contexts
                )
            else:
                expected[row, d] = -slope(before, which, (row, d), pairs, variant, lookup)
        if matrix.size:
            uses = len(pairs) * (negative + 1 + 3 * hs)
            assert np.abs(moved - expected).max() < table_error * uses * 0.7
            assert (moved * expected).sum() / np.linalg.norm(moved) / np.linalg.norm(expected) > 0.9995
            assert np.abs(expected).max() > 0.5


def test_padding_stays_zero() -> None:
    model = random_model(5, True)
    lookup = tables(COUNTS, Settings(sample=0, negative=5, hs=True))
    variant = Variant(False, True, 5, WINDOW)
    worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.05)
    ids = np.array([*SENTENCE, 0], np.int32)
    reference.train(ids, True, worker, model, lookup, variant, new_schedule(Settings(alpha=0.05), 1000, 1))
    assert model.input.shape[1] == 16
    for matrix in model:
        assert not matrix[:, DIM:].any()


def test_scores_past_the_table_are_saturated_with_noise_and_skipped_in_the_tree() -> None:
    for negative, hs in ((5, False), (0, True)):
        model = random_model(negative, hs)
        for matrix in model:
            matrix[:, :DIM] = 2.0  # every score is 20
        lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=hs))
        variant = Variant(False, hs, negative, 1)
        worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.05)
        before = [matrix.copy() for matrix in model]
        ids = np.array([1, 2, 0], np.int32)
        reference.train(ids, True, worker, model, lookup, variant, new_schedule(Settings(alpha=0.05), 1000, 1))
        if hs:
            assert all(np.array_equal(*pair) for pair in zip(before, model))
        else:
            changed = model.output[:, 0] != before[1][:, 0]
            assert changed.any()
            assert np.all(model.output[changed, 0] < 2)  # noise words are pushed away at full strength, the center not at all


def test_text_in_pieces_trains_the_same_as_text_in_one() -> None:
    random = np.random.default_rng(3)
    ids = random.integers(0, len(COUNTS), 5000).astype(np.int32)
    ids[2000:4500] = random.integers(1, len(COUNTS), 2500)  # a line longer than a sentence may be
    lookup = tables(COUNTS, Settings(sample=0.05, negative=5, hs=True))
    results = []
    for cuts in ([0, 5000], [0, 1, 2, 700, 701, 2400, 4999, 5000], list(range(0, 5001, 100))):
        model = random_model(5, True)
        variant = Variant(False, True, 5, 5)
        worker = new_worker(0, model.input.shape[1], lookup, variant, random_state=0, alpha=0.05)
        schedule = new_schedule(Settings(alpha=0.05), 20_000, 1)
        for begin, end in pairwise(cuts):
            reference.train(ids[begin:end], end == 5000, worker, model, lookup, variant, schedule)
        assert worker.state[0]["words"] == 5000
        results.append(model)
    for other in results[1:]:
        assert all(np.array_equal(*pair) for pair in zip(results[0], other))
