"""The learning rate that a run ends on, against gensim's schedule; by default as word2vec.c's, see test_training."""

import logging
from pathlib import Path

import numpy as np
import pytest
from helpers.texts import zipf_text
from helpers.trainers import trainer

import fastw2v
from fastw2v.errors import UsageError
from fastw2v.kernels.schedule import learning_rate, new_schedule, rate_after
from fastw2v.reporting.listener import Listener
from fastw2v.run.pipeline import Files, run
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress


class Rates(Listener):
    """Notes the learning rates of a run."""

    def __init__(self) -> None:
        self.rates: list[float] = []

    def training(self, progress: Progress) -> None:
        self.rates.append(progress.alpha)


@pytest.mark.parametrize(("alpha", "end"), [(0.025, 1e-4), (0.05, 0.0), (0.1, 0.05), (0.025, 0.025)])
def test_the_rate_falls_as_gensims(alpha: float, end: float) -> None:
    word2vec = pytest.importorskip("gensim.models.word2vec")
    logging.getLogger("gensim").setLevel(logging.ERROR)
    model, words = word2vec.Word2Vec(alpha=alpha, min_alpha=end, epochs=4), 10**9
    schedule = new_schedule(Settings(alpha=alpha, min_alpha=end), 4 * words, 2)
    for epoch in range(4):
        for share in (0.0, 0.1, 0.5, 0.9, 1.0):
            theirs = model._get_next_alpha(share, epoch)
            assert rate_after(int((epoch + share) * words), schedule) == pytest.approx(theirs, rel=1e-6, abs=1e-9)


def test_as_large_as_alpha_the_rate_is_constant_and_past_the_end_it_falls_no_further() -> None:
    for alpha in (0.025, 0.05, 1 / 3):
        constant = new_schedule(Settings(alpha=alpha, min_alpha=alpha), 1000, 1)
        falling = new_schedule(Settings(alpha=alpha, min_alpha=alpha / 7), 1000, 1)
        for words in (0, 1, 500, 1000, 10**6):
            assert rate_after(words, constant) == np.float32(alpha)
        falling.words_done[0] = 10**6
        assert learning_rate(falling) == np.float32(alpha / 7)


@pytest.mark.parametrize("kernel", ["blocked", "reference"])
def test_training_ends_on_it(kernel: str) -> None:
    ids = np.random.default_rng(1).integers(0, 50, 60_000)
    job = trainer(ids, Settings(dim=8, epochs=2, threads=2, kernel=kernel, min_alpha=0.02))
    assert job.run(lambda progress: None).alpha == pytest.approx(0.02, rel=1e-3)
    for worker in job.engine.workers:  # type: ignore[attr-defined]
        assert 0.02 <= worker.state[0]["alpha"] < 0.0235


@pytest.mark.parametrize("kernel", ["blocked", "reference"])
def test_vectors_are_trained_at_these_rates(kernel: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(zipf_text(60_000, 300))
    usual, falling, constant = (
        fastw2v.train(tmp_path / "text.txt", dim=16, epochs=2, threads=1, kernel=kernel, min_alpha=end).vectors
        for end in (None, 0.0, 0.025)
    )
    assert np.abs(usual - falling).max() < 1e-3
    assert np.abs(usual - constant).max() > 0.1


def test_a_run_ends_on_it_after_a_warm_start_too(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(zipf_text(300_000, 300))
    init = None
    for _ in range(2):
        hears = Rates()
        init = run(str(tmp_path / "text.txt"), Settings(dim=8, threads=1, min_alpha=0.01), Files(), hears, init=init)
        assert hears.rates == sorted(hears.rates, reverse=True)
        assert hears.rates[-1] == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(("model", "alpha", "end"), [("skipgram", None, 0.026), ("cbow", None, 0.06), ("cbow", 0.01, 0.02)])
def test_one_above_alpha_is_refused(model: str, alpha: float | None, end: float) -> None:
    with pytest.raises(UsageError, match=rf"^min_alpha is {end}: it must be a number from 0 to alpha, which is 0\.0\d+$"):
        Settings(model=model, alpha=alpha, min_alpha=end)
