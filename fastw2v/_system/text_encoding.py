"""UTF-8 text that keeps any bytes: those that are not UTF-8 are lone surrogates in a str (`surrogateescape`)."""

from collections.abc import Iterable

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # of UTF-8
# UTF-32 comes first: one of its marks begins with a mark of UTF-16.
OTHER_MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
LONGEST_MARK = 4


def to_bytes(text: str) -> bytes:
    """Encode a str. Raises UnicodeEncodeError for surrogates that do not stand for a byte."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """Decode any bytes; the inverse of `to_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def words_to_bytes(words: Iterable[str]) -> list[bytes]:
    """`to_bytes` of many words, without a call for each."""
    return [word.encode("utf-8", "surrogateescape") for word in words]


def words_to_text(words: Iterable[bytes]) -> list[str]:
    """`to_text` of many words, without a call for each."""
    return [word.decode("utf-8", "surrogateescape") for word in words]


def other_unicode(beginning: bytes) -> str | None:
    """ "UTF-16" or "UTF-32" if a text begins with their byte order marks, else None."""
    return next((name for mark, name in OTHER_MARKS.items() if beginning.startswith(mark)), None)


def how_to_convert(encoding: str) -> str:
    """How to convert a text from another encoding, for messages."""
    return f"convert it to UTF-8 first (iconv -f {encoding} -t UTF-8)"


def quoted(data: bytes) -> str:
    """Bytes for a one-line message: quoted, and cut to 40 bytes."""
    text = repr(data[:40].decode("utf-8", "backslashreplace"))
    return text if len(data) <= 40 else f"{text[:-1]}…{text[-1]}"
