"""What one thread of the blocked kernel carries from one stretch of text to the next."""

from typing import Literal, NamedTuple

import numpy as np

from fastw2v.kernels.lanes import HALF, LANES
from fastw2v.kernels.model import aligned_zeros
from fastw2v.kernels.products import TILE
from fastw2v.kernels.schedule import CACHE_LINE
from fastw2v.kernels.top_nodes import NO_COPIES
from fastw2v.kernels.worker import MAX_SENTENCE_LENGTH, Variant, check_ids, check_state, new_state
from fastw2v.tables import Tables
from fastw2v.tables.noise import POWER, SLOTS

BATCH = 2048  # kept words that are prepared at a time, at least, in whole sentences
# Centers of a block. Noise words are shared by a block, so that a longer one is faster; a tree's paths are not, and the shorter
# block, whose rows move more often, learns better (skip-gram: analogies 38.7 % instead of 37.4 %).
NOISE_BLOCK, BOTH_BLOCK, TREE_BLOCK = 32, 16, 8
# Noise words of a block, for each 5 of `negative` or part of them. With 16 CBOW scored below word2vec.c, and with 32 above.
SKIPGRAM_POOL, CBOW_POOL = 16, 32
# Pairs of a center, on average over a batch of skip-gram, below which half the noise words do: on lines of 8 words 3.1. After
# five epochs there the whole pool scores 32.1 / 61.7 / 31.1 / 54.3 / 37.0, in 1.3 times the time (analogies, WordSim, SimLex,
# MEN, RareWords), half of it 30.1 / 61.8 / 31.1 / 55.5 / 38.1, and word2vec.c 30.5 / 59.8 / 31.1 / 53.7 / 36.3.
FEW_PAIRS = 4.0
AT_ONCE = 4  # centers that are scored before the first of them moves, with negative sampling
# Learning rates that may add up on one row in a block; with four times as much, texts of 30 words diverged.
MOST_OF_NOISE, MOST_OF_A_WORD = 2.0, 0.5

STATE = np.dtype(
    [
        ("random", np.uint64),  # of the random stream
        ("words", np.int64),  # read so far
        ("counted", np.int64),  # of these, reported to the schedule
        ("length", np.int64),  # of the batch
        ("complete", np.int64),  # of these, in sentences that have ended
        ("since_exchange", np.int64),  # centers trained since the top nodes were exchanged
        ("alpha", np.float32),  # the current learning rate
    ]
)


class Batch(NamedTuple):
    """Kept words of whole sentences, one after the other, and what was drawn for them; an entry for each position.

    words : (n,) int32, word ids
    begin, end : (n,) int32, the position's drawn window as a center, itself included
    pairs : (n,) float32, the pairs that the position's hidden row has a part in: windows that cover it, of other centers; with
        CBOW 1, or 0 where its own window is empty
    noise : (blocks × noise words a block,) int32
    block, pool : (1,) int64, the centers and the noise words of each block
    """

    words: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    pairs: np.ndarray
    noise: np.ndarray
    block: np.ndarray
    pool: np.ndarray


class Rows(NamedTuple):
    """A block's rows, copied side by side: (rows, row length) float32 unless said otherwise.

    input, input_gradient : a row for each position that the block's windows cover
    means, means_gradient : with CBOW, a row for each center
    noise : a row for each noise word of the block
    noise_columns, narrow_columns : the same transposed, the latter where they fill no 16 lanes
    scores : (rows, noise words), of hidden rows against noise rows, then their gradient
    pair_scores : (1, centers at once × widest window), the same for some centers, one after the other
    path, path_scores : the same as the noise words' for the nodes of one center's path
    path_nodes : (longest path,) int64, which rows of the model these are
    labels : (2, longest path), what a path's scores should be, and the step they are scaled with
    """

    input: np.ndarray
    input_gradient: np.ndarray
    means: np.ndarray
    means_gradient: np.ndarray
    noise: np.ndarray
    noise_columns: np.ndarray
    narrow_columns: np.ndarray
    scores: np.ndarray
    pair_scores: np.ndarray
    path: np.ndarray
    path_scores: np.ndarray
    path_nodes: np.ndarray
    labels: np.ndarray


class Parts(NamedTuple):
    """The parts that the kernel is made of: True or None each, which are types of their own to the compiler, so that only the
    parts that a run needs are compiled.
    """

    cbow: Literal[True] | None
    negative: Literal[True] | None
    hs: Literal[True] | None


class Worker(NamedTuple):
    """One thread's place in its share of the text, and the memory it works in.

    state : (1,) of STATE
    batch, rows, parts : see there
    scratch : (2, row length) float32, for measuring the loss
    block, pool : int, centers of a block, and noise words
    few_block, few_pool : int, the same for a batch whose centers have few pairs
    damping : float, what the learning rate is multiplied by; below 1 only where one center's steps would overshoot
    copies : int, the thread's first copy of a top node (kernels.top_nodes), or NO_COPIES
    row : int, where the thread counts its words in the schedule
    """

    state: np.ndarray
    batch: Batch
    rows: Rows
    parts: Parts
    scratch: np.ndarray
    block: int
    pool: int
    few_block: int
    few_pool: int
    damping: float
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
    block: int | None = None,
    pool: int | None = None,
) -> Worker:
    """A thread's worker before its first word; `columns` is the model's row length.

    block, pool : centers and noise words of a block; None for those that were found best
    """
    state = new_state(STATE)
    state["random"] = random_state
    given = block or pool
    pool = pool or best_pool(variant)
    stable = stable_block(variant, tables, alpha, pool)
    block = few_block = block or max(1, int(min(best_block(variant), stable)))
    few_pool = pool
    if variant.negative and not variant.cbow and not given:
        few_pool = pool // 2
        few_stable = stable_block(variant, tables, alpha, few_pool, FEW_PAIRS)
        few_block = max(1, int(min(best_block(variant), few_stable)))
        stable = min(stable, few_stable)
    damping = min(1.0, stable)
    state["alpha"] = alpha * damping
    return Worker(
        state=state,
        batch=_new_batch(min(block, few_block), pool),
        rows=_new_rows(max(block, few_block), pool, columns, int(np.diff(tables.tree.starts).max(initial=0)), variant),
        parts=Parts(variant.cbow or None, variant.negative > 0 or None, variant.hs or None),
        scratch=aligned_zeros(2, columns),
        block=block,
        pool=pool,
        few_block=few_block,
        few_pool=few_pool,
        damping=damping,
        copies=copies,
        row=thread * CACHE_LINE,
    )


def carried(worker: Worker) -> dict[str, np.ndarray]:
    """The arrays that a worker takes from one stretch to the next; the rest is only worked in."""
    return {"state": worker.state, "words": worker.batch.words, "begin": worker.batch.begin, "end": worker.batch.end}


def check_carried(worker: Worker, vocabulary: int) -> None:
    """Refuse what the compiled loops, which trust it, could not go on with. Raises ValueError."""
    state, batch = worker.state[0], worker.batch
    check_state(state, len(batch.words) - 1)
    complete = int(state["complete"])
    if not 0 <= complete <= min(int(state["length"]), BATCH - 1) or state["length"] - complete >= MAX_SENTENCE_LENGTH:
        raise ValueError("a thread's batch makes no sense")
    check_ids(batch.words, vocabulary)
    begin, end, places = batch.begin[:complete], batch.end[:complete], np.arange(complete)
    if np.any(begin < 0) or np.any(begin > places) or np.any(end <= places) or np.any(end > complete):
        raise ValueError("a sentence's bounds make no sense")


def best_block(variant: Variant) -> int:
    """The centers of a block, where nothing speaks against it."""
    if variant.hs:
        return BOTH_BLOCK if variant.negative else TREE_BLOCK
    return NOISE_BLOCK


def stable_block(variant: Variant, tables: Tables, alpha: float, pool: int, pairs: float | None = None) -> float:
    """The longest block, in centers, that does not overshoot; below 1 where even a single center's steps are too large.

    pairs : of a hidden row, on average; None for those of a long sentence

    A block's gradients are taken at rows that stand still. With few words, many noise words or frequent words that are not
    subsampled, one row occurs often in a block, and the sum of its steps would overshoot until training diverged. So the sum of
    the learning rates that act on one row is held: on a noise row by the pool's size, on the most frequent word's rows by its
    share of the noise and of the text.
    """
    if not variant.negative:
        return np.inf
    slots = np.diff(tables.noise.ends, prepend=0) / SLOTS
    kept = slots ** (1 / POWER) * np.minimum(tables.keep, 1)
    if pairs is None:
        pairs = 1 if variant.cbow else variant.window + 1
    rate = alpha * pairs
    return float(
        min(
            MOST_OF_NOISE / (rate * variant.negative / pool),
            MOST_OF_A_WORD / (rate * variant.negative * slots.max()),
            MOST_OF_A_WORD / (rate * (1 + variant.negative) * kept.max() / kept.sum()),
        )
    )


def best_pool(variant: Variant) -> int:
    """The noise words of a block."""
    return (CBOW_POOL if variant.cbow else SKIPGRAM_POOL) * -(-variant.negative // 5)


def _new_batch(block: int, pool: int) -> Batch:
    most = BATCH + MAX_SENTENCE_LENGTH
    return Batch(
        words=np.zeros(most, np.int32),
        begin=np.zeros(most, np.int32),
        end=np.zeros(most, np.int32),
        pairs=np.zeros(most, np.float32),
        noise=np.zeros((-(-most // block) + 1) * pool, np.int32),
        block=np.full(1, block),
        pool=np.full(1, pool),
    )


def _new_rows(block: int, pool: int, columns: int, longest_path: int, variant: Variant) -> Rows:
    covered = block + 2 * variant.window + 2 * TILE
    centers = block + 2 * TILE if variant.cbow else 0
    widest = 2 * variant.window + 1 + TILE
    noise, path = (-(-rows // LANES) * LANES for rows in (pool, longest_path))
    narrow = pool // 2 if pool % LANES == 0 else -(-pool // HALF) * HALF
    return Rows(
        input=aligned_zeros(covered, columns),
        input_gradient=aligned_zeros(covered, columns),
        means=aligned_zeros(centers, columns),
        means_gradient=aligned_zeros(centers, columns),
        noise=aligned_zeros(noise, columns),
        noise_columns=aligned_zeros(columns, noise),
        narrow_columns=aligned_zeros(columns, narrow),
        scores=aligned_zeros(block + HALF, noise),
        pair_scores=aligned_zeros(1, AT_ONCE * -(-widest // LANES) * LANES),
        path=aligned_zeros(path, columns),
        path_scores=aligned_zeros(widest, path),
        path_nodes=np.zeros(path, np.int64),
        labels=aligned_zeros(2, path),
    )
