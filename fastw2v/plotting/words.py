"""Selection of the words to draw: those of a list, or the most frequent."""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from fastw2v._system.display import readable
from fastw2v._system.text_lines import text_lines
from fastw2v.errors import UsageError
from fastw2v.vectors.word_vectors import WordVectors

SENTENCE_END_WORD = "</s>"
WORDS_IN_MESSAGE = 10

WantedWords = Mapping[str, str] | Iterable[str]


class Chosen(NamedTuple):
    """The words to draw.

    rows : their rows in the vectors, ascending, so that the most frequent is first
    groups : name of each word's group, "" for none
    group_names : the groups, in the order of the list
    unknown : requested words that have no vector
    """

    rows: list[int]
    groups: list[str]
    group_names: list[str]
    unknown: list[str]


def read_word_list(path: str | PathLike[str]) -> dict[str, str]:
    """Read words and their groups ("" for none) from a file with one word a line, optionally followed by a tab and its group.

    A repeated word keeps its first group.

    Raises
    ------
    UsageError
        The file cannot be read or holds no word.
    """
    words: dict[str, str] = {}
    for _, line in text_lines(Path(path), "a list of words"):
        word, _, group = line.partition("\t")
        if word.strip(" \r"):
            words.setdefault(word.strip(" \r"), group.strip())
    if not words:
        raise UsageError(f"{path} holds no word: write one word a line, optionally followed by a tab and its group")
    return words


def most_frequent(vectors: WordVectors, top: int) -> Chosen:
    """The first `top` words without `</s>`; vector files have the most frequent words first.

    Raises UsageError if there is no other word.
    """
    rows = [row for row, word in enumerate(vectors.words[: top + 1]) if word != SENTENCE_END_WORD][:top]
    if not rows:
        raise UsageError("there is no word to draw: the vectors have none besides </s>")
    return Chosen(rows, [""] * len(rows), [], [])


def words_of_list(vectors: WordVectors, words: WantedWords) -> Chosen:
    """The words of a list, or of a mapping from words to groups. Raises UsageError if none of them has a vector."""
    wanted = dict(words) if isinstance(words, Mapping) else dict.fromkeys(words, "")
    found = {row: word for row, word in enumerate(vectors.words) if word in wanted}
    unknown = [word for word in wanted if word not in vectors]
    if not found:
        raise UsageError(f"none of the {len(wanted):,} words to draw has a vector: {sample_of_words(unknown)}")
    group_names = dict.fromkeys(group for word, group in wanted.items() if group and word in vectors)
    return Chosen(list(found), [wanted[word] for word in found.values()], list(group_names), unknown)


def sample_of_words(words: list[str]) -> str:
    """The first few words, for a message."""
    return ", ".join(readable(word, 40) for word in words[:WORDS_IN_MESSAGE]) + (", …" if len(words) > WORDS_IN_MESSAGE else "")
