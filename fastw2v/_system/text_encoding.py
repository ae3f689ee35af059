"""Text and bytes: UTF-8, where a byte that is none stands in a str as a lone surrogate, so that nothing is lost."""

from collections.abc import Iterable


def to_bytes(text: str) -> bytes:
    """What a text stands for. Raises UnicodeEncodeError for surrogates that stand for no byte."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """Any bytes as a str; `to_bytes` gives them back."""
    return data.decode("utf-8", "surrogateescape")


def words_to_bytes(words: Iterable[str]) -> list[bytes]:
    """The same for many words, without a call for each."""
    return [word.encode("utf-8", "surrogateescape") for word in words]


def words_to_text(words: Iterable[bytes]) -> list[str]:
    """The same for many words, without a call for each."""
    return [word.decode("utf-8", "surrogateescape") for word in words]


def quoted(data: bytes) -> str:
    """Bytes as part of a one-line message: in quotes, and no more than 40 of them."""
    text = repr(data[:40].decode("utf-8", "backslashreplace"))
    return text if len(data) <= 40 else f"{text[:-1]}…{text[-1]}"
