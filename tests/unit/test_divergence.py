"""Vectors that hold NaN or infinity end a run within a second of training, and the last good checkpoint stays."""

import os
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from fastw2v.benchmark.variants import VARIANTS
from fastw2v.checkpoints.store import Store
from fastw2v.errors import Fastw2vError
from fastw2v.reporting.listener import Listener
from fastw2v.run.pipeline import Files, run
from fastw2v.settings import KERNELS, Settings
from fastw2v.training.progress import Progress
from fastw2v.training.trainer import Trainer
from fastw2v.vectors.word_vectors import WordVectors

LOOKS = 5  # of a second, at one each 0.2 s
MATRICES = ("input", "output", "nodes")


class Watching(Trainer):
    """Known to the test."""

    last: "Watching"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        Watching.last = self


class Spoiling(Listener):
    """Puts what is no number into one row of a matrix, once there is a checkpoint, and counts the looks from then on."""

    def __init__(self, state: Path, matrix: str) -> None:
        self.state = state
        self.matrix = matrix
        self.looks = 0

    def training(self, progress: Progress) -> None:
        model = Watching.last.model
        if not all(np.isfinite(getattr(model, name)).all() for name in MATRICES):
            self.looks += 1
        elif Store(self.state).numbers():
            getattr(model, self.matrix)[500, 0] = np.nan


@pytest.mark.parametrize(("kernel", "variant"), list(product(KERNELS, VARIANTS)))
@pytest.mark.slow
def test_what_is_no_number_is_found_within_a_second_in_every_variant(
    kernel: str, variant: str, long_text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastw2v.run.pipeline.Trainer", Watching)
    chosen = dict(VARIANTS[variant])
    chosen["negative"] = 5 if chosen["negative"] else 0
    options = Settings(dim=16, epochs=10_000, threads=2, kernel=kernel, **chosen)  # type: ignore[arg-type]
    elsewhere = (
        "output" if chosen["negative"] else "nodes" if kernel == "blocked" else "input"
    )  # the original leaves such nodes
    listener = Spoiling(tmp_path / "state", elsewhere)
    files = Files(output=tmp_path / "v.bin", checkpoint=tmp_path / "state", checkpoint_every=0)
    with pytest.raises(Fastw2vError, match=r"training diverged.*; a smaller alpha= helps"):
        run(str(long_text), options, files, listener)
    assert listener.looks <= LOOKS
    assert os.listdir(tmp_path) == ["state"]
    arrays = Store(tmp_path / "state").read().arrays
    assert all(np.isfinite(arrays[name]).all() for name in MATRICES)


def test_what_is_no_number_is_found_though_the_most_frequent_words_are_not_in_the_text(
    long_text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a warm start the first rows may be of words that only earlier texts had: nothing reaches their input vectors."""
    monkeypatch.setattr("fastw2v.run.pipeline.Trainer", Watching)
    earlier = [f"earlier{number}" for number in range(1500)]
    init = WordVectors(earlier, np.full((1500, 16), 0.01, np.float32), counts=np.full(1500, 10**6))

    class Spoils(Listener):
        looks = 0

        def training(self, progress: Progress) -> None:
            self.looks += 1
            Watching.last.model.input[1501, 0] = np.nan
            if self.looks > 20:
                raise KeyboardInterrupt

    with pytest.raises(Fastw2vError, match="diverged"):
        run(str(long_text), Settings(dim=16, epochs=10_000, threads=2), Files(), Spoils(), init=init)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_learning_rate_that_is_far_too_large_ends_the_run(kernel: str, long_text: Path, tmp_path: Path) -> None:
    files = Files(output=tmp_path / "new.bin", checkpoint=tmp_path / "state", checkpoint_every=0)
    with pytest.raises(Fastw2vError, match="training diverged"):
        run(str(long_text), Settings(dim=50, alpha=10, epochs=10_000, kernel=kernel), files, Listener())
    assert not (tmp_path / "new.bin").exists()
    if (tmp_path / "state").exists():  # else it came before the first one
        assert all(np.isfinite(Store(tmp_path / "state").read().arrays[name]).all() for name in MATRICES)
