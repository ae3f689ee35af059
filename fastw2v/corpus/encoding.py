"""The second pass: the text as word ids."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from fastw2v.corpus.buffers import TextBuffer, map_in_order, text_buffers
from fastw2v.corpus.ids import ID, IdStream
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.words import MAX_WORD_BYTES, encode_buffer


class Sentences(NamedTuple):
    """Of a text: how many have a word of the vocabulary, and how many times two such words are neighbours."""

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
    """Append the ids of all words of the text that are in the vocabulary, in the text's order; returns its sentences."""
    buffers = [np.zeros(MAX_WORD_BYTES + 1, np.uint8) for _ in range(threads)]

    def encoded(turn: int, block: TextBuffer) -> tuple[np.ndarray, Sentences]:
        block.check()
        data = np.frombuffer(block.words(), np.uint8)
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
    """The sentences of a part of a text, (n,) int32."""
    words = ids != 0
    neighbours = np.count_nonzero(words[1:] & words[:-1])
    return Sentences(int(np.count_nonzero(words) - neighbours), int(neighbours))
