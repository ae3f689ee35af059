"""Words told apart without their case."""

import string
from collections.abc import Callable

CAPITALS = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def spelling(*, case_sensitive: bool, unicode_case: bool) -> Callable[[str], str]:
    """What stands for all spellings of a word.

    case_sensitive : the word itself
    unicode_case : else fold all letters, as gensim does, and not only a to z, as compute-accuracy does: in Turkish ı and i are
        two letters with two capitals, and Unicode makes one of them
    """
    if case_sensitive:
        return str
    return str.upper if unicode_case else _ascii_upper


def _ascii_upper(word: str) -> str:
    return word.translate(CAPITALS)
