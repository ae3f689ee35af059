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
        bounds.append(max(bounds[-1], sentence_end(ids, len(ids) * share // shares, len(ids))))
    return [*bounds, len(ids)]


def sentence_end(ids: IdStream, place: int, end: int) -> int:
    """Past the first end of a sentence from a place on, or that place where none is near."""
    near = ids.read(place, min(place + SENTENCE_SEARCH, end))
    ends = np.flatnonzero(near == 0)
    return place + int(ends[0]) + 1 if len(ends) else place
