"""Many threads at once: their workers take turns of a sentence each, so that the result is the same each time."""

from itertools import zip_longest

import numpy as np
import pytest

from fastw2v.kernels import reference
from fastw2v.settings import Settings
from fastw2v.training.threads import Threads
from tests.helpers.trainers import trainer

GROUPS, OF_A_GROUP, WORDS_OF_A_SENTENCE = 30, 20, 8


def sentences(count: int) -> np.ndarray:
    """Each has words of one group; (count, words + 1) int64 with 0 at the end."""
    random = np.random.default_rng(1)
    words = random.integers(0, OF_A_GROUP, (count, WORDS_OF_A_SENTENCE)) * GROUPS + random.integers(0, GROUPS, (count, 1)) + 1
    return np.pad(words, ((0, 0), (0, 1)))


def trained_in_turns(threads: int, model: str) -> np.ndarray:
    """The vectors after three epochs."""
    ids = sentences(6000)
    settings = Settings(
        dim=16, window=5, sample=0, negative=0, hs=True, epochs=3, model=model, threads=threads, kernel="reference"
    )
    job = trainer(ids.ravel(), settings)
    engine = job.engine
    assert isinstance(engine, Threads)
    shares = np.array_split(ids, threads)
    for _ in range(settings.epochs):
        for turn in zip_longest(*shares):
            for worker, sentence in zip(engine.workers, turn):
                if sentence is not None:
                    reference.train(
                        sentence.astype(np.int32), False, worker, job.model, engine.tables, engine.variant, engine.schedule
                    )
    return job.model.input[1:, : settings.dim]


def found_groups(vectors: np.ndarray) -> float:
    """The share of words whose nearest is of their group."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    return float((cosines.argmax(axis=1) % GROUPS == np.arange(len(vectors)) % GROUPS).mean())


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_many_threads_learn_on_the_tree_what_one_does(model: str) -> None:
    """Copies of the root that are exchanged too seldom add up to steps that overshoot: lengths of 1.5 to 1.8 times."""
    one, many = (trained_in_turns(threads, model) for threads in (1, 16))
    lengths = [np.linalg.norm(vectors, axis=1).mean() for vectors in (one, many)]
    assert 0.5 < lengths[1] / lengths[0] < 1.2
    assert found_groups(many) > 0.99
