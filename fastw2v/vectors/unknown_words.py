"""What is asked for and has no vector."""

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np

from fastw2v.arguments import shown
from fastw2v.errors import UsageError

SPELLINGS_LOOKED_AT = 50_000  # of the most frequent words, for one that is not there


class UnknownWordError(UsageError, KeyError):
    """A word that has no vector, or what is no word; the message names words of a similar spelling. It is a KeyError too.

    Attributes
    ----------
    word
        What was asked for.

    Examples
    --------
    >>> vectors["Paris"]
    Traceback (most recent call last):
    fastw2v.vectors.unknown_words.UnknownWordError: the word 'Paris' has no vector; there is paris...
    """

    def __init__(self, word: Any, words: Sequence[str] = ()) -> None:
        super().__init__(word)
        self.word = word
        self.words = words

    def __str__(self) -> str:
        if not isinstance(self.word, str):
            by_row = "; .words has them by row" if isinstance(self.word, (int, np.integer)) else ""
            return f"{shown(self.word)} was asked for, of type {type(self.word).__name__}: words are str{by_row}"
        near = near_spellings(self.word, self.words)
        return f"the word {shown(self.word)} has no vector" + (f"; there is {', '.join(near)}" if near else "")


def near_spellings(word: str, words: Sequence[str], most: int = 3) -> list[str]:
    """Frequent words spelled much like another, and the same in other cases."""
    known = [other for other in words[:SPELLINGS_LOOKED_AT] if abs(len(other) - len(word)) <= 2]
    found = [other for other in known if other.casefold() == word.casefold()]
    return (found + [other for other in difflib.get_close_matches(word, known, most, 0.75) if other not in found])[:most]
