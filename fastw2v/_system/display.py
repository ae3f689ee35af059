"""Text of strangers (words, names of files and sections) on its way to a person: nothing in it is obeyed by what shows it."""

import json
import math
import os
import re
import sys
import warnings
from contextlib import suppress
from io import TextIOWrapper
from typing import IO, Any

from fastw2v._system.text_encoding import to_bytes

ERASE_BELOW = "\x1b[J"  # from the cursor to the end of the window
JOINERS = "\u200c\u200d"  # invisible, and part of how words of some scripts are spelt
# Signs of our own that old terminals lack, and what stands for them there; other letters become escapes.
PLAIN_SIGNS = str.maketrans({"–": "-", "−": "-", "…": "...", "±": "+-", "×": "x", "≥": ">=", "≤": "<="})
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # what ends a field or a line, or begins an escape sequence
SURROGATES = re.compile("[\ud800-\udbff\udc00-\udc7f]")  # those that stand for no byte


def readable(text: str, longest: int | None = None) -> str:
    """The text with escapes for bytes that are no UTF-8 and for what cannot be seen; cut, with "…", to `longest` characters."""
    seen = text
    if not text.isprintable():
        decoded = to_bytes(_without_lost_surrogates(text)).decode("utf-8", "backslashreplace")
        seen = "".join(letter if letter.isprintable() or letter in JOINERS else _escape(letter) for letter in decoded)
    return seen if longest is None or len(seen) <= longest else seen[: longest - 1] + "…"


def shown_on(stream: IO[str] | None, text: str) -> str:
    """The text as a terminal shows it: readable, and with replacements for letters that its encoding does not have."""
    seen = readable(text)
    if seen.isascii():
        return seen
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        seen.encode(encoding)
    except UnicodeEncodeError:
        return seen.translate(PLAIN_SIGNS).encode(encoding, "backslashreplace").decode(encoding)
    return seen


def show_any_letter() -> None:
    """Make this process one whose output never fails for a letter, and shows nothing of libraries' warnings to programmers.

    Where a letter comes to be written that its stream's encoding lacks, an escape is written.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def say(text: str, stream: IO[str] | None = None) -> None:
    """Show a line of text on standard error, or another stream for messages; what can no longer be written is lost.

    It takes the place of a live line, at whose beginning the cursor is.
    """
    stream = stream or sys.stderr
    if stream is not None:
        with suppress(OSError, ValueError):  # the latter once it is closed
            moves = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
            print((ERASE_BELOW if moves else "") + shown_on(stream, text), file=stream, flush=True)


def field(text: str) -> str:
    """The text as a field of tab-separated lines: as it is, but for control characters, which become escapes."""
    return BREAKS.sub(lambda found: _escape(found[0]), text)


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON for any reader: null for numbers that JSON lacks, escapes for bytes that are no UTF-8 and what cannot be seen."""
    text = json.dumps(_finite(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return re.sub(r"[^ -~\n]", lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], text)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _without_lost_surrogates(text: str) -> str:
    return SURROGATES.sub(lambda found: _escape(found[0]), text)
