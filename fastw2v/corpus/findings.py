"""What is found out about a text when it is read first: which files are empty, which are not UTF-8, which are no texts."""

from codecs import utf_8_decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

DECODE_BYTES = 1 << 16  # bytes decoded at a time, so that what they become stays in the cache
NAMES_SHOWN = 3
TO_CONVERT = "if it is Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW"


@dataclass
class Findings:
    """Of one file, or of several together.

    texts, empty : how many there are, and how many of them hold nothing but white space
    skipped : members of archives that are no texts
    not_utf8 : the place of the first byte that is no UTF-8, and the byte, by the text's name
    complete : all of it was read
    """

    texts: int = 0
    empty: int = 0
    skipped: list[str] = field(default_factory=list)
    not_utf8: dict[str, tuple[int, int]] = field(default_factory=dict)
    complete: bool = False

    def check(self, name: str, start: int, data: bytes) -> None:
        """Look whether a part of a text, from its byte `start` to white space, is UTF-8."""
        if data.isascii() or (name in self.not_utf8 and self.not_utf8[name][0] < start):
            return
        at = invalid_utf8(data)
        if at is not None:
            self._note_invalid(name, (start + at, data[at]))

    def ended(self, *, blank: bool, part: bool) -> None:
        """A text was read, of which there was nothing but white space, or a part of one that another reads the start of."""
        if not self.complete and not part:
            self.texts += 1
            self.empty += blank

    def add(self, other: "Findings") -> None:
        """Add what was found in other files, or in another part of the same."""
        self.texts += other.texts
        self.empty += other.empty
        self.skipped += other.skipped
        for name, (place, byte) in other.not_utf8.items():
            self._note_invalid(name, (place, byte))

    def notes(self) -> Iterator[str]:
        """What the user should know, in lines."""
        if self.skipped:
            yield f"skipped, for they hold no text: {first_names(self.skipped)}"
        if self.not_utf8:
            places = [f"{name} (byte 0x{byte:02X} at {place:,})" for name, (place, byte) in sorted(self.not_utf8.items())]
            yield f"not UTF-8: {first_names(places)}; words keep their bytes, which UTF-8 readers refuse; {TO_CONVERT}"

    def _note_invalid(self, name: str, found: tuple[int, int]) -> None:
        self.not_utf8[name] = min(found, self.not_utf8.get(name, found))  # threads and ranks come in any order


def merge_findings(parts: Iterable[Findings]) -> Findings:
    """What was found in several files."""
    total = Findings()
    for part in parts:
        total.add(part)
    return total


def describe_files(texts: int, empty: int) -> str:
    """How many files a text has, and how many are empty; nothing for one that is not."""
    if texts == 1 and not empty:
        return ""
    return f"{texts:,} file{'s' if texts != 1 else ''}" + (f", {empty:,} of them empty" if empty else "")


def invalid_utf8(data: bytes) -> int | None:
    """Where the first byte is that is no part of a UTF-8 character; None where there is none."""
    start = 0
    try:
        while start < len(data):
            piece = data[start : start + DECODE_BYTES]
            start += utf_8_decode(piece, "strict", start + DECODE_BYTES >= len(data))[1]
    except UnicodeDecodeError as error:
        return start + error.start
    return None


def first_names(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
