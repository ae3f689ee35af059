"""Shares of one text for several processes: contiguous, in the text's order, about even in bytes, each read by itself."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fastw2v.compression.reading import Reader
from fastw2v.corpus.sources import Source
from fastw2v.errors import UsageError

LINE_SEARCH_BYTES = 1 << 20  # bytes within which a share's bound moves to the end of a line; past them any white space will do
READ_BYTES = 1 << 16


class Bound(NamedTuple):
    """A place in the text: before the byte `offset` of a source."""

    source: int
    offset: int


def partition(text: list[Source], number: int, shares: int) -> list[Source]:
    """The sources, or parts of them, that one of so many shares reads.

    Plain files are cut after a line, or after white space where no line ends near; compressed ones stay whole. All shares
    together are the text: no word is read twice or by none. Raises UsageError where a share would be empty.
    """
    sizes = [source.size for source in text]
    compressed = [source.compressed() for source in text]
    if all(compressed) and len(text) >= shares:
        bounds = _file_bounds(sizes, shares)
    else:
        bounds = [_bound(text, sizes, compressed, sum(sizes) * at // shares) for at in range(shares + 1)]
    begin, end = bounds[number], bounds[number + 1]
    parts = []
    for place in range(begin.source if number else 0, min(end.source + 1, len(text))):
        first = begin.offset if place == begin.source else 0
        last = end.offset if place == end.source else sizes[place]
        empty = sizes[place] == 0 and place < end.source  # read all the same, to be counted
        if first < last or empty:
            parts.append(replace(text[place], begin=first, end=last if last < sizes[place] else None))
    if not any(part.size for part in parts):
        why = (
            "a compressed file is read by one rank: give as many files, or unpack them"
            if any(compressed)
            else "it is too short"
        )
        raise UsageError(f"the text cannot be shared by {shares} ranks: {why}")
    return parts


def _file_bounds(sizes: list[int], shares: int) -> list[Bound]:
    """Bounds between files, each share with one file or more, however unlike their sizes are."""
    middles = np.cumsum(sizes) - np.array(sizes) / 2
    bounds = [0]
    for number in range(1, shares):
        even = int(np.searchsorted(middles, sum(sizes) * number / shares))
        bounds.append(max(bounds[-1] + 1, min(even, len(sizes) - shares + number)))
    return [Bound(place, 0) for place in (*bounds, len(sizes))]


def _bound(text: list[Source], sizes: list[int], compressed: list[bool], even: int) -> Bound:
    """The bound near a place in the whole text's bytes."""
    for place, size in enumerate(sizes):
        if even < size:
            if not compressed[place]:
                return Bound(place, _bound_in_file(text[place], even))
            return Bound(place + (even > size // 2), 0)
        even -= size
    return Bound(len(text), 0)


def _bound_in_file(source: Source, offset: int) -> int:
    """The first place from `offset` on that follows a newline, or white space where no line ends near."""
    if offset == 0:
        return 0
    raw = source.open()
    try:
        reader = Reader(raw, source.name, None)
        raw.seek(offset - 1)
        space: int | None = None
        place: int = offset - 1
        while data := reader.read(READ_BYTES):
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
