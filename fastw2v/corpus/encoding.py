"""The second pass: encode the text as word ids."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from fastw2v.corpus.buffers import TextBuffer, map_in_order, text_buffers
from fastw2v.corpus.id_stream import ID, IdStream
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.word_table import MAX_WORD_BYTES, encode_buffer


class Sentences(NamedTuple):
    """Statistics of the encoded text.

    number : sentences with at least one word of the vocabulary
    neighbours : pairs of adjacent words of the vocabulary in one sentence
    """

    number: int
    neighbours: int


def encode(
    sources: Iterable[Source],
    vocabulary: Vocabulary,
    ids: IdStream,
    *,
    threads: int,
    advanced: Callable[[int], None] = lambda _: None,
) -> Sentences:
    """Append the ids of all words of the text that are in the vocabulary to `ids`, in order. Returns sentence statistics.

    advanced : called with the bytes read from disk since its last call

    Raises UsageError and Fastw2vError as `buffers.text_buffers` and `IdStream.append` do.
    """
    buffers = [np.zeros(MAX_WORD_BYTES + 1, np.uint8) for _ in range(threads)]

    def encoded(turn: int, text_buffer: TextBuffer) -> tuple[np.ndarray, Sentences]:
        text_buffer.check()
        data = np.frombuffer(text_buffer.words(), np.uint8)
        found = np.empty(len(data), ID)
        found = found[: encode_buffer(data, vocabulary.table, buffers[turn % threads], found)]
        return found, sentences_of(found)

    number = neighbours = 0
    for found, sentences in map_in_order(encoded, text_buffers(sources, advanced), threads):
        ids.append(found)
        number += sentences.number
        neighbours += sentences.neighbours
    ids.finish()
    return Sentences(number, neighbours)


def sentences_of(ids: np.ndarray) -> Sentences:
    """The sentence statistics of (n,) int32 ids."""
    words = ids != 0
    neighbours = np.count_nonzero(words[1:] & words[:-1])
    return Sentences(int(np.count_nonzero(words) - neighbours), int(neighbours))
