"""The parts that a text is trained in: where each begins, and where its random stream does."""

import numpy as np

from fastw2v.corpus.ids import IdStream

SENTENCE_SEARCH = 1_000  # how far from its even place a share's bound may move to fall between two sentences
SEED_STEP = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: seeds start streams far from each other
UINT64 = 2**64


def random_start(seed: int, stream: int, *, measuring: bool = False) -> int:
    """Where a random stream starts; seed 1 starts streams 0, 1, … as word2vec.c does its threads'.

    measuring : the stream that the loss beside that one is measured with
    """
    return ((stream + (seed - 1) * SEED_STEP) % UINT64) ^ (UINT64 // 2 if measuring else 0)


def share_bounds(ids: IdStream, shares: int) -> list[int]:
    """Where each share starts, and the end: even parts, moved to the end of a sentence where one is near."""
    bounds = [0]
    for share in range(1, shares):
        even = len(ids) * share // shares
        near = ids.read(even, min(even + SENTENCE_SEARCH, len(ids)))
        ends = np.flatnonzero(near == 0)
        bounds.append(max(bounds[-1], even + int(ends[0]) + 1 if len(ends) else even))
    return [*bounds, len(ids)]
