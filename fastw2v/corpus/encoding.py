"""The second pass: the text as word ids."""

from collections.abc import Callable, Iterable

import numpy as np

from fastw2v.corpus.blocks import blocks, in_order
from fastw2v.corpus.ids import ID, IdStream
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.words import MAX_WORD_BYTES, encode_block


def encode(
    sources: Iterable[Source],
    vocabulary: Vocabulary,
    ids: IdStream,
    *,
    threads: int,
    advanced: Callable[[int], None] = lambda _: None,
) -> None:
    """Append the ids of all words of the text that are in the vocabulary, in the text's order."""
    buffers = [np.zeros(MAX_WORD_BYTES + 1, np.uint8) for _ in range(threads)]

    def encoded(number: int, block: bytes) -> np.ndarray:
        data = np.frombuffer(block, np.uint8)
        found = np.empty(len(data), ID)
        return found[: encode_block(data, vocabulary.table, buffers[number % threads], found)]

    for found in in_order(encoded, blocks(sources, advanced), threads):
        ids.append(found)
    ids.finish()
