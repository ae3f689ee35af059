"""The vocabulary: words and counts in the order of their ids, and the file of them that word2vec.c writes."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from fastw2v._system.files import written_whole
from fastw2v._system.text_encoding import quoted
from fastw2v._system.text_lines import byte_lines
from fastw2v.corpus.word_table import (
    END_OF_SENTENCE,
    MAX_WORD_BYTES,
    USED_BYTES,
    USED_ENTRIES,
    WordTable,
    add_word,
    new_table,
)
from fastw2v.errors import UsageError

LARGEST_COUNT = 2**62


class Vocabulary:
    """Words and counts by id; id 0 is `</s>`, the end of a sentence.

    table : its entries are the ids
    in_text : (vocabulary,) int64, counts of this text alone, if those of the table include a warm start's; else None
    """

    def __init__(self, table: WordTable, in_text: np.ndarray | None = None) -> None:
        self.table = table
        self.in_text = in_text

    def __len__(self) -> int:
        return int(self.table.used[USED_ENTRIES])

    @property
    def counts(self) -> np.ndarray:
        """(vocabulary,) int64, the words' counts in the text, and in those of the warm start, if there is one."""
        return self.table.counts[: len(self)]

    @property
    def text_counts(self) -> np.ndarray:
        """(vocabulary,) int64, the words' counts in this text alone."""
        return self.counts if self.in_text is None else self.in_text

    @property
    def train_words(self) -> int:
        """Words of the text that are in the vocabulary, sentence ends included; word2vec.c calls it "words in train file"."""
        return int(self.text_counts.sum())

    def words(self) -> Iterator[bytes]:
        """All words as bytes, in the order of their ids."""
        text = self.table.text[: self.table.used[USED_BYTES]].tobytes()
        starts = self.table.starts[: len(self) + 1].tolist()
        for start, end in pairwise(starts):
            yield text[start:end]

    def save(self, path: Path) -> None:
        """Write a line "word count" for each word, `</s>` first. Raises Fastw2vError if the file cannot be written."""
        with written_whole(path) as file:
            file.writelines(b"%s %d\n" % pair for pair in zip(self.words(), self.counts.tolist()))


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a vocabulary file, and order the words by descending count, as the original does.

    Raises UsageError, with the number of the wrong line.
    """
    counts: dict[bytes, int] = {}
    for number, line in byte_lines(path, "a vocabulary"):
        if line.strip(b" \t\r"):
            word, count = _parse(line, f"{path}, line {number}")
            if word in counts:
                raise UsageError(f"{path}, line {number}: the word {quoted(word)} is listed twice")
            counts[word] = count
    if not counts:
        raise UsageError(f"the vocabulary {path} is empty")
    if sum(counts.values()) > LARGEST_COUNT:
        raise UsageError(f"the counts of the vocabulary {path} are too large: together more than 2^62")
    sentence_ends = counts.pop(END_OF_SENTENCE, 0)
    return vocabulary_of([(END_OF_SENTENCE, sentence_ends), *sorted(counts.items(), key=lambda pair: -pair[1])])


def vocabulary_of(pairs: list[tuple[bytes, int]]) -> Vocabulary:
    """The vocabulary of distinct words with these counts, in this order; `</s>` must come first."""
    table = new_table(len(pairs) + 1, sum(len(word) for word, _ in pairs) + len(END_OF_SENTENCE))
    table.counts[0] = pairs[0][1]
    for word, count in pairs[1:]:
        add_word(table, np.frombuffer(word, np.uint8), count)
    return Vocabulary(table)


def _parse(line: bytes, place: str) -> tuple[bytes, int]:
    """The word and the count of one line."""
    parts = line.replace(b"\t", b" ").strip(b" \r").split(b" ")
    if len(parts) != 2 or not parts[1].isdigit():
        raise UsageError(f"{place}: expected a word, a space and a count, found {quoted(line)}")
    word, count = parts[0], int(parts[1]) if len(parts[1]) < 20 else LARGEST_COUNT + 1
    if count > LARGEST_COUNT:
        raise UsageError(f"{place}: the count {quoted(parts[1])} is too large")
    if len(word) > MAX_WORD_BYTES or b"\r" in word:
        raise UsageError(f"{place}: {quoted(word)} cannot be a word of a text")
    return word, count
