"""Kernels and training on an NVIDIA GPU, where there is one."""

import numpy as np
import pytest
from helpers.variants import COUNTS, VARIANTS

import fastw2v
from fastw2v.kernels.worker import Variant
from fastw2v.settings import Settings
from fastw2v.training import devices


@pytest.fixture
def card() -> None:
    """Skip where no GPU can be used."""
    lacking = devices.missing()
    if lacking:
        pytest.skip(f"needs {lacking}")


@pytest.mark.gpu
@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("in_shared", [True, False])
@pytest.mark.parametrize(("cbow", "negative", "hs"), VARIANTS)
def test_on_a_gpu_a_launch_moves_the_model_as_the_formula_says(cbow: bool, negative: int, hs: bool, in_shared: bool) -> None:
    from helpers.cuda_launches import Launches, sentences, small_model
    from helpers.formula import block_formula

    from fastw2v.kernels.cuda.plan import Plan
    from fastw2v.model.tables import tables

    counts, dim, block = COUNTS, 300, 16
    lookup = tables(counts, Settings(sample=0, negative=negative, hs=hs))
    longest = int(np.diff(lookup.tree.starts).max(initial=0))
    plan = Plan(Variant(cbow, hs, negative, 5), dim, block, 16 if negative else 0, longest, in_shared)
    model, ids = small_model(counts, negative, hs, dim), sentences([1, 40, 2, 60, 0, 30], len(counts))
    launch = Launches(plan, lookup, [[0, len(ids), 0]], ids)
    drawn = launch.drawn()
    assert list(drawn.words) == list(ids[ids > 0])
    after = launch.train(model, 0.02)
    expected = block_formula(model, drawn, plan.variant, lookup, 0.02, kind="gpu")
    for found, right, start in zip(after, expected, model):
        if right.size:
            assert np.abs(right - start).max() > 0.02
            assert np.allclose(found, right, rtol=0, atol=2e-4)


@pytest.mark.gpu
@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("cbow", "negative", "hs"), [(c, n, h) for c in (False, True) for n, h in ((5, False), (0, True), (5, True))]
)
def test_on_a_gpu_every_variant_learns_the_planted_relations(cbow: bool, negative: int, hs: bool) -> None:
    from fastw2v.demo.questions import solved_analogies
    from fastw2v.demo.text import sentences

    model = "cbow" if cbow else "skipgram"
    vectors = fastw2v.train(sentences(200_000), dim=32, epochs=8, model=model, negative=negative, hs=hs, device="cuda")
    solved, asked = np.sum(list(solved_analogies(vectors).values()), axis=0)
    assert solved / asked > 0.9
