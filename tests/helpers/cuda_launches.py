"""Small launches of the GPU's kernels, in the CUDA simulator or on a card."""

from typing import Any

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda.batch import Batch, drawing_kernel
from fastw2v.kernels.cuda.loss import loss_kernel
from fastw2v.kernels.cuda.plan import Plan, batch_shapes
from fastw2v.kernels.cuda.toolkit import allow_shared
from fastw2v.kernels.cuda.training import training_kernel
from fastw2v.kernels.worker import Variant
from fastw2v.model.matrices import Model, new_model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.gpu import at_least_one
from helpers.formula import Drawn

DIM = 5
KEY = np.uint64(12345)
SENTENCES = [1, 2, 8, 0, 7, 1]  # lengths


def plan_of(variant: Variant, lookup: Tables, block: int, pool: int, **more: object) -> Plan:
    """A plan small enough for the simulator, in which each thread is one of Python's."""
    longest = int(np.diff(lookup.tree.starts).max(initial=0))
    return Plan(variant, DIM, block, pool, longest, lanes=2, warps=2, drawing=4, measuring=4)._replace(**more)


def sentences(lengths: list[int], words: int) -> np.ndarray:
    random = np.random.default_rng(7)
    return np.concatenate([[*random.integers(1, words, length), 0] for length in lengths]).astype(np.int32)


class Launches:
    """One stream, or several, through the kernels."""

    def __init__(self, plan: Plan, lookup: Tables, chunks: list[list[int]], ids: np.ndarray) -> None:
        self.plan, self.lookup = plan, lookup
        longest = max(length for _, length, _ in chunks)
        self.chunks = np.array(chunks, np.int64)
        shapes = batch_shapes(plan, len(chunks), longest)
        self.batch = Batch(**{name: cuda.to_device(np.full(shape, 77, kind)) for name, (shape, kind) in shapes.items()})
        draw = drawing_kernel(plan)
        draw[len(chunks), plan.drawing](
            cuda.to_device(ids), cuda.to_device(self.chunks), cuda.to_device(lookup.keep), self.noise(), self.batch, KEY
        )

    def noise(self) -> object:
        return on_device(self.lookup.noise)

    def tree(self) -> object:
        return on_device(self.lookup.tree)

    def train(self, model: Model, alpha: float) -> Model:
        """The model after a launch."""
        matrices, train = on_device(model), training_kernel(self.plan)
        shape = (1, 1) if self.plan.in_shared else (len(self.chunks), self.plan.floats)
        memory = cuda.to_device(np.full(shape, np.nan, np.float32))
        grid = len(self.chunks), (self.plan.lanes, self.plan.warps), 0, self.plan.dynamic_shared
        arguments = matrices, self.batch, self.tree(), memory, np.float32(alpha)
        allow_shared(train, self.plan.dynamic_shared, *arguments)
        train[grid](*arguments)
        return Model(*(there.copy_to_host() if here.size else here for there, here in zip(matrices, model)))

    def loss(self, model: Model) -> np.ndarray:
        losses = cuda.to_device(np.zeros((len(self.chunks), 2)))
        matrices = on_device(model)
        measure = loss_kernel(self.plan)
        measure[len(self.chunks), self.plan.measuring](
            matrices, self.batch, self.chunks, self.noise(), self.tree(), KEY, losses
        )
        return losses.copy_to_host()

    def drawn(self, stream: int = 0) -> Drawn:
        count = int(self.batch.count.copy_to_host()[stream])
        batch = self.batch
        words, begin, end, noise = (each.copy_to_host()[stream] for each in (batch.words, batch.begin, batch.end, batch.noise))
        block, spans, pool = self.plan.block, self.plan.spans, self.plan.pool
        used = []
        for number, first in enumerate(range(0, count, block)):
            covered = end[first : first + block][: count - first].max() - begin[first : first + block].min()
            times = 1 if self.plan.variant.cbow else -(-covered // self.plan.span)
            used += [noise[(number * spans + span) * pool :][:pool] for span in range(times)]
        return Drawn(words[:count], begin[:count], end[:count], np.array(used).reshape(len(used), pool), block, pool)


def on_device(arrays: Any) -> Any:
    """A named tuple of arrays, copied."""
    return type(arrays)(*(cuda.to_device(at_least_one(array)) for array in arrays))


def small_model(counts: np.ndarray, negative: int, hs: bool, dim: int = DIM) -> Model:
    made = new_model(len(counts), Settings(dim=dim, negative=negative, hs=hs, threads=1))
    random = np.random.default_rng(5)
    for matrix in made:
        matrix[:, :dim] = random.normal(0, 1.1 / np.sqrt(dim), (len(matrix), dim))
    return made
