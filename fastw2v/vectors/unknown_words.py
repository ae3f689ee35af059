"""The error for a word without a vector, with suggestions."""

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np

from fastw2v.arguments import shown
from fastw2v.errors import UsageError

WORDS_COMPARED = 50_000  # most frequent words searched for similar spellings


class UnknownWordError(UsageError, KeyError):
    """Raised for a word that has no vector, or a key that is not a str; also a KeyError. It suggests similar spellings.

    Attributes
    ----------
    word
        The key that was asked for.

    Examples
    --------
    >>> vectors["Paris"]
    Traceback (most recent call last):
    fastw2v.vectors.unknown_words.UnknownWordError: the word 'Paris' has no vector; did you mean paris...
    """

    def __init__(self, word: Any, words: Sequence[str] = ()) -> None:
        super().__init__(word)
        self.word = word
        self.words = words

    def __str__(self) -> str:
        if not isinstance(self.word, str):
            by_row = "; .words lists them by row" if isinstance(self.word, (int, np.integer)) else ""
            return f"{shown(self.word)} is of type {type(self.word).__name__}: words must be str{by_row}"
        near = near_spellings(self.word, self.words)
        return f"the word {shown(self.word)} has no vector" + (f"; did you mean {', '.join(near)}?" if near else "")


def near_spellings(word: str, words: Sequence[str], most: int = 3) -> list[str]:
    """At most `most` frequent words that differ from `word` in case only, or are spelled similarly."""
    known = [other for other in words[:WORDS_COMPARED] if abs(len(other) - len(word)) <= 2]
    found = [other for other in known if other.casefold() == word.casefold()]
    return (found + [other for other in difflib.get_close_matches(word, known, most, 0.75) if other not in found])[:most]
