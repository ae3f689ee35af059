"""The bounds of the partitions of the ids, one for each thread or GPU stream."""

import numpy as np

from fastw2v.corpus.id_stream import IdStream

SENTENCE_SEARCH = 1_000  # how far a bound may move from its even place to fall between two sentences


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
