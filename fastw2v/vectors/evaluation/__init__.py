"""Evaluation of word vectors: analogies and human similarity ratings."""

import string
from collections.abc import Callable
from typing import Literal, get_args

AnalogyMethod = Literal["3cosadd", "3cosmul"]

ANALOGY_METHODS: tuple[AnalogyMethod, ...] = get_args(AnalogyMethod)
TO_CAPITALS = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def spelling(*, case_sensitive: bool, unicode_case: bool) -> Callable[[str], str]:
    """A function that maps all spellings of a word to one.

    case_sensitive : return the word as it is
    unicode_case : else fold the case of all letters, as gensim does, and not only of a to z, as compute-accuracy does. In
        Turkish ı and i are two letters with different capitals; Unicode gives both the capital I
    """
    if case_sensitive:
        return str
    return str.upper if unicode_case else _ascii_upper


def _ascii_upper(word: str) -> str:
    return word.translate(TO_CAPITALS)
