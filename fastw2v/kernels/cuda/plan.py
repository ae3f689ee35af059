"""The plan of a run on a GPU: centers of a block, memory, threads, streams. Computing it needs no GPU."""

from typing import NamedTuple

import numpy as np

from fastw2v.errors import UsageError, option
from fastw2v.kernels.blocked.sizes import MOST_OF_A_WORD, SPAN, longest_block, shares, wide_sizes
from fastw2v.kernels.blocked.sizes import sizes as suitable_sizes
from fastw2v.kernels.tiles import ROWS
from fastw2v.kernels.worker import Variant
from fastw2v.model.noise import SLOTS
from fastw2v.model.tables import Tables

LANES, WARPS = 32, 8  # threads of a block; the estimate in this package's docstring is for these
DRAWING_THREADS, MEASURING_THREADS = 256, 128
SMALLEST_BLOCK = 8  # centers; where not even these fit into shared memory, blocks use global memory
KEPT_KERNELS = 16  # compiled kernels, one for each plan, kept for the next run in this process
MOST_STATIC = 48 * 1024  # bytes of shared memory that a kernel can be compiled with
SPARE = 1024  # bytes of shared memory that the system reserves
# Ids of a chunk: with 132 streams a launch takes about 10 ms. A run has at least LAUNCHES of them, because the learning rate is
# constant within one.
LARGEST_CHUNK, SMALLEST_CHUNK, LAUNCHES = 8192, 64, 50
# The number of streams is chosen so that the centers trained at one time are at most IN_FLIGHT times the longest block that
# does not overshoot by itself, because what other streams add meanwhile to the rows of frequent words lengthens its step.
# Emulated on a CPU, with all streams in step and no update lost, a text of 3,000 words was learned as well at 150 times as at
# once, and diverged at 195 times. A GPU's streams are not in step, and of updates that hit one row at the same moment all but
# one are lost: still to be measured on a card.
IN_FLIGHT = 64.0
WORDS_PER_STREAM = 2_000  # a shorter stream would be mostly sentences cut at its ends
STREAMS_PER_MULTIPROCESSOR = 1  # more would hide more latency, and make the streams more


class Card(NamedTuple):
    """name : the GPU's; multiprocessors; shared : bytes of shared memory that a block may have; free : bytes of memory"""

    name: str
    multiprocessors: int
    shared: int
    free: int


class Plan(NamedTuple):
    """What the kernels are compiled for.

    variant : see kernels.worker
    dim : length of a vector
    block, pool : centers and noise words of a block
    longest_path : of the tree, 0 without one
    in_shared : whether a block's rows fit into shared memory
    span : positions whose contexts are scored against the same noise words, at most
    lanes, warps : threads of a training block; drawing, measuring : of blocks that draw and that measure the loss
    """

    variant: Variant
    dim: int
    block: int
    pool: int
    longest_path: int
    in_shared: bool = True
    span: int = SPAN
    lanes: int = LANES
    warps: int = WARPS
    drawing: int = DRAWING_THREADS
    measuring: int = MEASURING_THREADS

    @property
    def stride(self) -> int:
        """Floats between the starts of two rows; odd, so that threads that read the same column of 32 rows use 32 banks."""
        return self.dim | 1

    @property
    def covered(self) -> int:
        """The most positions that a block's windows cover."""
        return self.block + 2 * self.variant.window

    @property
    def spans(self) -> int:
        """How often a block draws noise words, at most; CBOW, with one pair a center, draws them once."""
        return 1 if self.variant.cbow else -(-self.covered // self.span)

    @property
    def slots(self) -> int:
        """The most hidden rows that a center is scored against, its own place counted."""
        return 1 if self.variant.cbow else 2 * self.variant.window + 1

    @property
    def outputs(self) -> int:
        """Output rows of negative sampling: of the centers and of the noise words."""
        return self.block + self.pool if self.variant.negative else 0

    @property
    def parts(self) -> tuple[int, ...]:
        """Floats of each array of block.Rows."""
        return (
            ROWS * self.stride,
            ROWS * self.stride * self.variant.cbow,
            self.outputs * self.stride,
            self.outputs * self.stride,
            self.longest_path * self.stride,
            self.longest_path * self.stride,
            ROWS * max(self.outputs, self.longest_path),
        )

    @property
    def floats(self) -> int:
        """Of all parts."""
        return sum(self.parts)

    @property
    def dynamic_shared(self) -> int:
        """Bytes of shared memory that a launch of the training kernel asks for."""
        return 4 * self.floats if self.in_shared else 0

    @property
    def static_shared(self) -> int:
        """Bytes of shared memory that the words of a block take beside the rows."""
        return 4 * (3 * self.block + 3 * max(self.outputs, 1) + 3 * (self.covered if self.variant.cbow else 1))


def plan(variant: Variant, dim: int, tables: Tables, alpha: float, shared: int) -> Plan:
    """The plan for a GPU with `shared` bytes of shared memory a block.

    Raises UsageError for windows and pools of noise words whose ids alone do not fit there.
    """
    skipgram = variant.negative > 0 and not variant.cbow
    suitable = wide_sizes(variant, tables, alpha) if skipgram else suitable_sizes(variant, tables, alpha)
    longest = int(np.diff(tables.tree.starts).max(initial=0))
    made = Plan(variant, dim, suitable.block, suitable.pool, longest)
    if made.static_shared > MOST_STATIC:
        raise UsageError(
            f"{option('window', variant.window)} with {option('negative', variant.negative)} is more than "
            f"a GPU's blocks can hold: a smaller {option('window')} or {option('negative')}, or {option('device', 'cpu')}"
        )
    while not _fits(made, shared) and made.block > SMALLEST_BLOCK:
        made = made._replace(block=max(SMALLEST_BLOCK, made.block // 2))
    if not _fits(made, shared):
        made = made._replace(block=suitable.block, in_shared=False)
    return made


def _fits(made: Plan, shared: int) -> bool:
    return made.dynamic_shared + made.static_shared + SPARE <= shared


def best_streams(made: Plan, tables: Tables, alpha: float, ids: int, card: Card) -> int:
    """The number of streams: as many as the GPU has room for, unless the text or its most frequent words allow fewer."""
    room = max(1, min(STREAMS_PER_MULTIPROCESSOR, card.shared // max(1, made.dynamic_shared + made.static_shared + SPARE)))
    allowed = IN_FLIGHT * _centers_at_once(made.variant, tables, alpha) / made.block
    return int(max(1, min(card.multiprocessors * room, allowed, ids // WORDS_PER_STREAM)))


def _centers_at_once(variant: Variant, tables: Tables, alpha: float) -> float:
    """Centers that may be trained at once without an update of the rows of the most frequent word and noise word."""
    if not variant.negative:
        return np.inf
    pairs = 1 if variant.cbow else variant.window + 1
    often = np.diff(tables.noise.ends, prepend=0).max() / SLOTS
    return min(
        longest_block(variant, shares(tables), alpha, pairs), MOST_OF_A_WORD / (alpha * pairs * variant.negative * often)
    )


def chunk_length(ids: int, epochs: int, streams: int) -> int:
    """Ids of each stream in a launch."""
    return int(max(SMALLEST_CHUNK, min(LARGEST_CHUNK, ids * epochs // (streams * LAUNCHES))))


def batch_shapes(made: Plan, streams: int, chunk: int) -> dict[str, tuple[tuple[int, ...], type]]:
    """Shape and dtype of each array of batch.Batch."""
    place = (streams, chunk)
    noise = (-(-chunk // made.block)) * made.spans * made.pool
    return {
        "words": (place, np.int32),
        "sentence": (place, np.int32),
        "begin": (place, np.int32),
        "end": (place, np.int32),
        "noise": ((streams, max(noise, 1)), np.int32),
        "count": ((streams,), np.int32),
    }


def batch_bytes(made: Plan, streams: int, chunk: int) -> int:
    """Bytes of a batch, and of the global memory that blocks use where they do not fit into shared memory."""
    arrays = sum(int(np.prod(shape)) * np.dtype(kind).itemsize for shape, kind in batch_shapes(made, streams, chunk).values())
    return arrays + (0 if made.in_shared else 4 * made.floats * streams)
