"""The text in large blocks of whole words, and an ordered parallel walk over them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from fastw2v.corpus.sources import Source
from fastw2v.corpus.words import MAX_WORD_BYTES

BLOCK_BYTES = 1 << 21
Item = TypeVar("Item")
Result = TypeVar("Result")


def blocks(
    sources: Iterable[Source],
    advanced: Callable[[int], None] = lambda _: None,
    size: int = BLOCK_BYTES,
    end_lines: bool = True,
) -> Iterator[bytes]:
    """The bytes of all sources, cut after white space, so that no word and no UTF-8 character lies in two blocks.

    The end of a file ends its sentence; without `end_lines` a last line stays as it is, and a last word that no white space
    follows is left out. `advanced` is told the bytes read from the disk since it was last called.
    """
    for source in sources:
        raw, reader = source.open()
        start = position = raw.tell()
        rest = last = b""  # the start of a word that goes on in the next block; the last byte that counts
        try:
            while data := reader.read(size):
                last = data.rstrip(b"\r")[-1:] or last
                data = rest + data
                cut = 1 + max(data.rfind(b"\n"), data.rfind(b" "), data.rfind(b"\t"))
                block, rest = data[:cut], data[cut:]
                if len(rest) > size:
                    # A "word" of millions of bytes: what is past the longest word that is kept need not be.
                    rest = rest.replace(b"\r", b"")[: MAX_WORD_BYTES + 1]
                if block:
                    yield block
                advanced(raw.tell() - position)
                position = raw.tell()
            source.check_unchanged(raw)
            if end_lines and source.end is None and position > start and last != b"\n":
                yield rest + b"\n"
        finally:
            source.close(raw)


def in_order(function: Callable[[int, Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """function(number, item) for every item, on several threads; results come in the items' order.

    At most `threads` items are under way, so that item i + threads starts only once the result of item i was taken: what
    belongs to number modulo `threads` is used by one call at a time.
    """
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for number, item in enumerate(items):
                if len(waiting) == threads:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(function, number, item))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
