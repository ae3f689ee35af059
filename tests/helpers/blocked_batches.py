"""Batches of the blocked kernel: a small model, sentences, and what the kernel drew for them."""

import numpy as np

from fastw2v._jit.compiling import compiled
from fastw2v.kernels.blocked.worker import Worker
from fastw2v.model.matrices import Model, new_model
from fastw2v.model.noise import draw_from_alias
from fastw2v.model.random_stream import advance
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from helpers.formula import Drawn
from helpers.variants import COUNTS

DIM = 20  # two cache lines, the second of them padded


def random_model(negative: int, hs: bool, scale: float = 0.5) -> Model:
    model = new_model(len(COUNTS), Settings(dim=DIM, negative=negative, hs=hs, threads=1))
    random = np.random.default_rng(5)
    for matrix in model:
        matrix[:, :DIM] = random.normal(0, scale, (len(matrix), DIM))
    return model


def sentences(lengths: list[int]) -> np.ndarray:
    """Ids of sentences of these lengths, with many repeated words."""
    random = np.random.default_rng(7)
    ends = [[*random.integers(1, len(COUNTS), length), 0] for length in lengths]
    return np.concatenate(ends).astype(np.int32)


@compiled
def draw_after(state, skipped, alias, noise):
    """The noise words that come after so many other random numbers; (draws, pool)."""
    for _ in range(skipped):
        state = advance(state)
    for sample in range(noise.size):
        state = advance(state)
        noise.flat[sample] = draw_from_alias(state, alias)


def drawn_by(worker: Worker, ids: np.ndarray, lookup: Tables, random_state: int) -> Drawn:
    """What the kernel drew for a batch; where it draws noise words on the way they are drawn here as it would have."""
    batch, length = worker.batch, int((ids > 0).sum())
    pool = int(batch.pool[0])
    if worker.parts.wide:
        noise = np.zeros((2 * length, pool), np.int32)
        draw_after(np.uint64(random_state), len(ids) + length, lookup.alias, noise)
    else:
        blocks = -(-length // worker.block)
        noise = batch.noise[: blocks * pool].reshape(blocks, pool)
    return Drawn(batch.words[:length], batch.begin[:length], batch.end[:length], noise, worker.block, worker.band)
