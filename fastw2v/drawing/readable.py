"""Words as they can be shown: any bytes may be in one, and not all of them are letters."""

from fastw2v.utf8 import to_bytes

JOINERS = "\u200c\u200d"  # invisible, and part of how words of some scripts are spelt


def readable(text: str, longest: int | None = None) -> str:
    """The text with escapes for bytes that are no UTF-8 and for what cannot be seen; cut, with "…", to `longest` characters."""
    decoded = to_bytes(text).decode("utf-8", "backslashreplace")
    seen = "".join(letter if letter.isprintable() or letter in JOINERS else _escape(letter) for letter in decoded)
    return seen if longest is None or len(seen) <= longest else seen[: longest - 1] + "…"


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
