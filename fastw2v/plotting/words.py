"""Which words are drawn: those of a list, or the most frequent."""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from fastw2v._system.display import readable
from fastw2v._system.lines import text_lines
from fastw2v.errors import UsageError
from fastw2v.vectors.word_vectors import WordVectors

END_OF_SENTENCE = "</s>"
NAMED = 10  # words that a message names

WantedWords = Mapping[str, str] | Iterable[str]


class Chosen(NamedTuple):
    """The words to draw.

    rows : their rows in the vectors, rising, so that the most frequent is first
    groups : the group of each, "" for none
    group_names : the groups, in the order of the list
    unknown : words asked for that have no vector
    """

    rows: list[int]
    groups: list[str]
    group_names: list[str]
    unknown: list[str]


def read_words(path: str | PathLike[str]) -> dict[str, str]:
    """Words and their groups ("" for none) from a file: a word a line, and after a tab the name of its group.

    A word that stands there twice keeps its first group. Raises UsageError when the file cannot be read or holds no word.
    """
    words: dict[str, str] = {}
    for _, line in text_lines(Path(path), "a list of words"):
        word, _, group = line.partition("\t")
        if word.strip(" \r"):
            words.setdefault(word.strip(" \r"), group.strip())
    if not words:
        raise UsageError(f"{path} holds no word: write one a line, and after a tab its group, if it has one")
    return words


def most_frequent(vectors: WordVectors, top: int) -> Chosen:
    """The first `top` words but for the end of a sentence: files of vectors have the most frequent words first."""
    rows = [row for row, word in enumerate(vectors.words[: top + 1]) if word != END_OF_SENTENCE][:top]
    if not rows:
        raise UsageError("there is no word to draw: the vectors have none besides </s>")
    return Chosen(rows, [""] * len(rows), [], [])


def listed(vectors: WordVectors, words: WantedWords) -> Chosen:
    """The words of a list, or of a mapping from words to groups. Raises UsageError when none of them has a vector."""
    wanted = dict(words) if isinstance(words, Mapping) else dict.fromkeys(words, "")
    found = {row: word for row, word in enumerate(vectors.words) if word in wanted}
    unknown = [word for word in wanted if word not in vectors]
    if not found:
        raise UsageError(f"none of the {len(wanted):,} words to draw has a vector: {names(unknown)}")
    group_names = dict.fromkeys(group for word, group in wanted.items() if group and word in vectors)
    return Chosen(list(found), [wanted[word] for word in found.values()], list(group_names), unknown)


def names(words: list[str]) -> str:
    """The first few of some words, for a message."""
    return ", ".join(readable(word, 40) for word in words[:NAMED]) + (", …" if len(words) > NAMED else "")
