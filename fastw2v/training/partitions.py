"""The partitions of the ids, one for each thread or GPU stream: their bounds, and where their random streams start."""

import numpy as np

from fastw2v.corpus.ids import IdStream

SENTENCE_SEARCH = 1_000  # how far a bound may move from its even place to fall between two sentences
SEED_STEP = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: seeds start streams far from each other
UINT64 = 2**64


def random_start(seed: int, stream: int, *, measuring: bool = False) -> int:
    """The first state of a random stream; seed 1 starts streams 0, 1, … like the threads of word2vec.c.

    measuring : the stream beside it that the loss is measured with
    """
    return ((stream + (seed - 1) * SEED_STEP) % UINT64) ^ (UINT64 // 2 if measuring else 0)


def partition_bounds(ids: IdStream, partitions: int) -> list[int]:
    """(partitions + 1) bounds of about even partitions, each moved to the end of a sentence where one is near."""
    bounds = [0]
    for number in range(1, partitions):
        bounds.append(max(bounds[-1], sentence_end(ids, len(ids) * number // partitions, len(ids))))
    return [*bounds, len(ids)]


def sentence_end(ids: IdStream, place: int, end: int) -> int:
    """The place after the first end of a sentence from `place` on, or `place` where none is near."""
    near = ids.read(place, min(place + SENTENCE_SEARCH, end))
    ends = np.flatnonzero(near == 0)
    return place + int(ends[0]) + 1 if len(ends) else place
