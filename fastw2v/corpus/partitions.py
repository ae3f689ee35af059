"""Partitions of one text for several ranks: contiguous, in order, about equal in bytes; each rank reads only its own."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fastw2v.compression.reading import Reader
from fastw2v.corpus.sources import Source
from fastw2v.errors import UsageError

LINE_SEARCH_BYTES = 1 << 20  # a bound moves to the end of a line within this distance, else to any white space
SEARCH_READ_BYTES = 1 << 16


class Bound(NamedTuple):
    """A position in the text: before the byte `offset` of the source with index `source`."""

    source: int
    offset: int


def partition(text: list[Source], number: int, partitions: int) -> list[Source]:
    """The sources, or parts of them, of the partition with this number, from 0.

    Plain files are cut at the end of a line, or at other white space if no line ends nearby; compressed files stay whole. Each
    word is in exactly one partition. Raises UsageError if the partition would be empty.
    """
    sizes = [source.size for source in text]
    compressed = [source.compressed() for source in text]
    if all(compressed) and len(text) >= partitions:
        bounds = _file_bounds(sizes, partitions)
    else:
        total = sum(sizes)
        bounds = [_bound(text, sizes, compressed, total * at // partitions) for at in range(partitions + 1)]
    begin, end = bounds[number], bounds[number + 1]
    parts = []
    for place in range(begin.source if number else 0, min(end.source + 1, len(text))):
        first = begin.offset if place == begin.source else 0
        last = end.offset if place == end.source else sizes[place]
        empty = sizes[place] == 0 and place < end.source  # still read, to be counted as empty
        if first < last or empty:
            parts.append(replace(text[place], begin=first, end=last if last < sizes[place] else None))
    if not any(part.size for part in parts):
        why = (
            "a compressed file is read by one rank: give as many files, or unpack them"
            if any(compressed)
            else "it is too short"
        )
        raise UsageError(f"the text cannot be shared by {partitions} ranks: {why}")
    return parts


def _file_bounds(sizes: list[int], partitions: int) -> list[Bound]:
    """(partitions + 1) bounds between whole files; each partition has at least one file, however unequal their sizes."""
    middles = np.cumsum(sizes) - np.array(sizes) / 2
    bounds = [0]
    for number in range(1, partitions):
        even = int(np.searchsorted(middles, sum(sizes) * number / partitions))
        bounds.append(max(bounds[-1] + 1, min(even, len(sizes) - partitions + number)))
    return [Bound(place, 0) for place in (*bounds, len(sizes))]


def _bound(text: list[Source], sizes: list[int], compressed: list[bool], even: int) -> Bound:
    """The bound nearest to the offset `even` in the whole text."""
    for place, size in enumerate(sizes):
        if even < size:
            if not compressed[place]:
                return Bound(place, _bound_in_file(text[place], even))
            return Bound(place + (even > size // 2), 0)
        even -= size
    return Bound(len(text), 0)


def _bound_in_file(source: Source, offset: int) -> int:
    """The first offset from `offset` on that follows a newline, or other white space if no line ends nearby."""
    if offset == 0:
        return 0
    raw = source.open()
    try:
        reader = Reader(raw, source.name, None)
        raw.seek(offset - 1)
        space: int | None = None
        place: int = offset - 1
        while data := reader.read(SEARCH_READ_BYTES):
            newline: int = data.find(b"\n")
            if newline >= 0 and (space is None or place + newline < offset + LINE_SEARCH_BYTES):
                return place + newline + 1
            if space is None:
                found = [at for at in map(data.find, (b" ", b"\t")) if at >= 0]
                space = place + min(found) + 1 if found else None
            place += len(data)
            if space is not None and place >= offset + LINE_SEARCH_BYTES:
                return space
        return place if space is None else space
    finally:
        source.close(raw)
