"""Text and bytes: UTF-8, where a byte that is none stands in a str as a lone surrogate, so that nothing is lost."""

from collections.abc import Iterable

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # of UTF-8
# UTF-32's first: one of them begins as UTF-16's does.
OTHER_MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
LONGEST_MARK = 4


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


def other_unicode(beginning: bytes) -> str | None:
    """ "UTF-16" or "UTF-32" for a text that begins with their byte order marks, else None."""
    return next((name for mark, name in OTHER_MARKS.items() if beginning.startswith(mark)), None)


def how_to_convert(encoding: str) -> str:
    """What to do with a text in another encoding, for messages."""
    return f"convert it to UTF-8 first (iconv -f {encoding} -t UTF-8)"


def quoted(data: bytes) -> str:
    """Bytes as part of a one-line message: in quotes, and no more than 40 of them."""
    text = repr(data[:40].decode("utf-8", "backslashreplace"))
    return text if len(data) <= 40 else f"{text[:-1]}…{text[-1]}"
