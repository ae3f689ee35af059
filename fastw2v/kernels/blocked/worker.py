"""What one thread of the blocked kernel carries from one chunk of ids to the next."""

from typing import Literal, NamedTuple

import numpy as np

from fastw2v._jit.simd import LANES
from fastw2v.kernels.blocked.sizes import Sizes
from fastw2v.kernels.blocked.sizes import sizes as suitable_sizes
from fastw2v.kernels.schedule import CACHE_LINE
from fastw2v.kernels.tiles import FOUR, ROWS, TWO
from fastw2v.kernels.worker import MAX_SENTENCE_LENGTH, Variant, check_ids, check_state, new_state
from fastw2v.model.matrices import aligned_zeros
from fastw2v.model.tables import Tables
from fastw2v.model.top_nodes import NO_COPIES

BATCH = 2048  # kept words that are prepared at a time, at least, in whole sentences

STATE = np.dtype(
    [
        ("random", np.uint64),  # of the random stream
        ("words", np.int64),  # read so far
        ("counted", np.int64),  # of these, reported to the schedule
        ("length", np.int64),  # of the batch
        ("complete", np.int64),  # of these, in sentences that have ended
        ("since_exchange", np.int64),  # centers trained since all top nodes were exchanged
        ("alpha", np.float32),  # the current learning rate
    ]
)


class Batch(NamedTuple):
    """Kept words of whole sentences, one after the other, and what was drawn for them, by position.

    words : (n,) int32, word ids
    sentence_begin, sentence_end : (n,) int32, the bounds of the position's sentence
    begin, end : (n,) int32, the position's drawn window as a center, itself included
    pairs : (n,) float32, windows of other centers that cover the position (near)
    noise : (blocks × noise words a block,) int32; with wide windows, those of the next span of positions
    pool : (1,) int64, the noise words of each block
    outputs : (n,) int32, the word of each output row of a block (wide)
    slots : (n,) int32, the output row of each center of a block (wide)
    """

    words: np.ndarray
    sentence_begin: np.ndarray
    sentence_end: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    pairs: np.ndarray
    noise: np.ndarray
    pool: np.ndarray
    outputs: np.ndarray
    slots: np.ndarray


class Rows(NamedTuple):
    """Contiguous copies of a block's rows, and what is computed from them: (rows, row length) float32 unless stated otherwise.

    input, input_before : a row for each position that the block's windows cover, and its value before the block
    output, output_before : the same for the block's output rows: noise words, with wide windows also centers
    means, gradient : with CBOW, the means of four centers and their gradients
    scores : (output rows, 4) float32, a tile's (kernels.tiles)
    counts, shares : (output rows, 4) float32, weights of a tile's scores; see `skipgram_wide` and `cbow`. In `path` scores
        and counts are half a tile's, (1, 2 × output rows)
    totals : (1, 8) float32, weights of its hidden rows
    weights : (tiles of a block, 8) float32, weights of the noise words of four positions
    pair_scores : (1, contexts of four centers) float32
    path_scores : (1, longest path) float32
    path_nodes : (longest path,) int64, the rows of the matrix `nodes`
    labels, steps : (1, longest path) float32, α(1 - code) of each node, and α; 0 past the path's end
    """

    input: np.ndarray
    input_before: np.ndarray
    output: np.ndarray
    output_before: np.ndarray
    means: np.ndarray
    gradient: np.ndarray
    scores: np.ndarray
    counts: np.ndarray
    shares: np.ndarray
    totals: np.ndarray
    weights: np.ndarray
    pair_scores: np.ndarray
    path_scores: np.ndarray
    path_nodes: np.ndarray
    labels: np.ndarray
    steps: np.ndarray


class Parts(NamedTuple):
    """The parts of the kernel, each True or None. To the compiler these are types, so it compiles only what a run needs."""

    cbow: Literal[True] | None
    near: Literal[True] | None  # skip-gram with negative sampling, small windows
    wide: Literal[True] | None  # the same, large windows
    paths: Literal[True] | None  # skip-gram with hierarchical softmax
    negative: Literal[True] | None
    hs: Literal[True] | None


class Worker(NamedTuple):
    """One thread's place in its part of the text, and its scratch memory.

    state : (1,) of STATE
    batch, rows, parts : see there
    scratch : (2, row length) float32, for measuring the loss
    block, pool : int, centers of a block, and noise words at most
    band : int, see kernels.blocked.sizes.Sizes
    copies : int, the thread's first copy of a top node (model.top_nodes), or NO_COPIES
    row : int, where the thread counts its words in the schedule
    """

    state: np.ndarray
    batch: Batch
    rows: Rows
    parts: Parts
    scratch: np.ndarray
    block: int
    pool: int
    band: int
    copies: int
    row: int


def new_worker(
    thread: int,
    columns: int,
    tables: Tables,
    variant: Variant,
    *,
    random_state: int,
    alpha: float,
    copies: int = NO_COPIES,
    sizes: Sizes | None = None,
) -> Worker:
    """A thread's worker before its first word; `columns` is the model's row length, `sizes` None for the best ones."""
    state = new_state(STATE)
    state["random"] = random_state
    state["alpha"] = alpha
    sizes = sizes or suitable_sizes(variant, tables, alpha)
    return Worker(
        state=state,
        batch=_new_batch(sizes),
        rows=_new_rows(sizes, columns, int(np.diff(tables.tree.starts).max(initial=0)), variant),
        parts=Parts(
            cbow=variant.cbow or None,
            near=sizes.near or None,
            wide=sizes.wide or None,
            paths=(variant.hs and not variant.cbow) or None,
            negative=variant.negative > 0 or None,
            hs=variant.hs or None,
        ),
        scratch=aligned_zeros(2, columns),
        block=sizes.block,
        pool=sizes.pool,
        band=sizes.band,
        copies=copies,
        row=thread * CACHE_LINE,
    )


def carried(worker: Worker) -> dict[str, np.ndarray]:
    """The arrays that a worker carries from one chunk to the next; the rest is scratch memory."""
    batch = worker.batch
    return {"state": worker.state, "words": batch.words, "begin": batch.sentence_begin, "end": batch.sentence_end}


def check_carried(worker: Worker, vocabulary: int) -> None:
    """Check restored arrays, which the compiled loops trust. Raises ValueError."""
    state, batch = worker.state[0], worker.batch
    check_state(state, len(batch.words) - 1)
    complete = int(state["complete"])
    if not 0 <= complete <= min(int(state["length"]), BATCH - 1) or state["length"] - complete >= MAX_SENTENCE_LENGTH:
        raise ValueError("a thread's batch makes no sense")
    check_ids(batch.words, vocabulary)
    begin, end, places = batch.sentence_begin[:complete], batch.sentence_end[:complete], np.arange(complete)
    if np.any(begin < 0) or np.any(begin > places) or np.any(end <= places) or np.any(end > complete):
        raise ValueError("a sentence's bounds make no sense")


def _new_batch(sizes: Sizes) -> Batch:
    most = BATCH + MAX_SENTENCE_LENGTH
    pools = 1 if sizes.wide else -(-most // sizes.block) + 1
    return Batch(
        words=np.zeros(most, np.int32),
        sentence_begin=np.zeros(most, np.int32),
        sentence_end=np.zeros(most, np.int32),
        begin=np.zeros(most, np.int32),
        end=np.zeros(most, np.int32),
        pairs=np.zeros(most if sizes.near else 0, np.float32),
        noise=np.zeros(pools * sizes.pool, np.int32),
        pool=np.full(1, sizes.pool),
        outputs=np.zeros(sizes.block + sizes.pool, np.int32),
        slots=np.zeros(sizes.block, np.int32),
    )


def _new_rows(sizes: Sizes, columns: int, longest_path: int, variant: Variant) -> Rows:
    copied = sizes.block + 2 * variant.window + 2 * ROWS if variant.cbow or sizes.near else 0
    outputs = sizes.pool + (sizes.block if sizes.wide else 0)
    scored = max(outputs, 0 if variant.cbow else longest_path) + FOUR
    widest = -(-(2 * variant.window + ROWS) // LANES) * LANES
    path = -(-longest_path // LANES) * LANES
    return Rows(
        input=aligned_zeros(copied, columns),
        input_before=aligned_zeros(copied, columns),
        output=aligned_zeros(outputs + TWO, columns),
        output_before=aligned_zeros(outputs + TWO, columns),
        means=aligned_zeros(ROWS, columns),
        gradient=aligned_zeros(ROWS, columns),
        scores=aligned_zeros(scored, ROWS),
        counts=aligned_zeros(scored, ROWS),
        shares=aligned_zeros(scored, ROWS),
        totals=aligned_zeros(1, TWO * ROWS),
        weights=aligned_zeros(-(-sizes.block // ROWS), TWO * ROWS),
        pair_scores=aligned_zeros(1, ROWS * widest if sizes.near else LANES),
        path_scores=aligned_zeros(1, path),
        path_nodes=np.zeros(path, np.int64),
        labels=aligned_zeros(1, path),
        steps=aligned_zeros(1, path),
    )
