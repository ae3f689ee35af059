"""The default kernel learns what the reference kernel learns, also where it is not tuned: baskets, large windows."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastw2v
from bench.learning import tasks
from fastw2v.demo.questions import solved_analogies
from fastw2v.demo.text import sentences

WORSE = 0.03


@pytest.fixture(scope="module")
def baskets(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Baskets whose items' groups are known."""
    return tasks.baskets(tmp_path_factory.mktemp("baskets"), items=2000, count=10_000)


def share_of_the_same_group(baskets: Any, **settings: Any) -> float:
    vectors = fastw2v.train(baskets.text, **baskets.settings | settings, threads=1)
    return float(baskets.score(dict(zip(vectors.words, vectors.vectors)))["same group"]) / 100


@pytest.mark.parametrize(
    ("settings", "windows"),
    [
        ({"negative": 5}, (5, 30, 1000)),
        ({"negative": 20}, (15, 1000)),
        ({"negative": 20, "model": "cbow"}, (5, 1000)),
        ({"negative": 0, "hs": True}, (5, 30)),
        ({"negative": 5, "hs": True}, (5, 30)),
    ],
)
def test_baskets_are_learned_whatever_the_window_and_the_noise(
    baskets: Any, settings: dict[str, Any], windows: tuple[int, ...]
) -> None:
    for window in windows:
        shares = [share_of_the_same_group(baskets, window=window, kernel=name, **settings) for name in ("blocked", "reference")]
        assert shares[0] > shares[1] - WORSE, (window, shares)
        assert shares[0] > 0.3  # by chance 0.01


@cache
def text() -> list[list[str]]:
    """A text with planted analogies."""
    return [list(sentence) for sentence in sentences(500_000)]


@pytest.mark.parametrize("settings", [{}, {"model": "cbow"}, {"negative": 0, "hs": True}], ids=["skipgram", "cbow", "hs"])
def test_the_loss_and_the_planted_analogies_are_the_references(settings: dict[str, Any], tmp_path: Path) -> None:
    losses, solved = [], []
    for kernel in ("blocked", "reference"):
        log = tmp_path / kernel
        vectors = fastw2v.train(text(), dim=50, epochs=3, threads=1, kernel=kernel, log=log, **settings)
        losses.append(json.loads(log.read_text().splitlines()[-1])["loss"])
        right, asked = np.sum(list(solved_analogies(vectors).values()), axis=0)
        solved.append(right / asked)
    assert losses[0] == pytest.approx(losses[1], rel=0.01)
    assert solved[0] > solved[1] - 0.01
