"""Untrusted text (words, names of files) for display: terminals, tables and browsers obey nothing in it."""

import json
import math
import os
import re
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import IO, Any

from fastw2v._system.text_encoding import to_bytes

NAMES_SHOWN = 3
ERASE_BELOW = "\x1b[J"  # from the cursor to the end of the window
JOINERS = "\u200c\u200d"  # invisible, but part of the spelling in some scripts
# Replacements for symbols in our messages that old terminals lack; other characters become escapes.
PLAIN_SIGNS = str.maketrans({"–": "-", "−": "-", "…": "...", "±": "+-", "×": "x", "≥": ">=", "≤": "<="})
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # ends of fields and lines, beginnings of escape sequences
SURROGATES = re.compile("[\ud800-\udbff\udc00-\udc7f]")  # surrogates that do not stand for a byte


def readable(text: str, longest: int | None = None) -> str:
    """The text with escapes for bytes that are not UTF-8 and for invisible characters.

    longest : longer results are cut to this many characters, the last one "…"; None for no limit
    """
    seen = text
    if not text.isprintable():
        decoded = to_bytes(_without_lost_surrogates(text)).decode("utf-8", "backslashreplace")
        seen = "".join(letter if letter.isprintable() or letter in JOINERS else _escape(letter) for letter in decoded)
    return seen if longest is None or len(seen) <= longest else seen[: longest - 1] + "…"


def shown_on(stream: IO[str] | None, text: str) -> str:
    """The text as a terminal shows it: readable, with replacements for characters that the stream's encoding lacks."""
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
    """Configure output for a command line: escape characters that an encoding lacks, and hide warnings of libraries."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def say(text: str, stream: IO[str] | None = None) -> None:
    """Print a line of text on standard error, or another stream for messages; ignore errors of writing.

    The line overwrites a live line if there is one.
    """
    stream = stream or sys.stderr
    if stream is not None:
        with suppress(OSError, ValueError):  # ValueError for a closed stream
            moves = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
            print((ERASE_BELOW if moves else "") + shown_on(stream, text), file=stream, flush=True)


def field(text: str) -> str:
    """The text as a field of tab-separated lines, with escapes for control characters."""
    return BREAKS.sub(lambda found: _escape(found[0]), text)


def first_names(names: Sequence[str]) -> str:
    """The first names, and how many more there are, for messages."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def json_text(value: Any, indent: int | None = None) -> str:
    """Strict JSON: null for NaN and infinity, escapes for bytes that are not UTF-8 and for invisible characters."""
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
