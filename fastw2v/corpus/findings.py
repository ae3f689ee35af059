"""What the first reading of a text finds: empty files, files that are not UTF-8, archive members that are not text."""

from codecs import utf_8_decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fastw2v._system.display import first_names

DECODE_BYTES = 1 << 16  # bytes decoded at a time; their characters stay in the cache
TO_CONVERT = "if it is Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW"


@dataclass
class Findings:
    """Findings about one source or several.

    texts : number of texts
    empty : how many of them hold only white space
    skipped : names of archive members that are not text
    not_utf8 : offset and value of the first byte that is not UTF-8, by the text's name
    complete : whether everything has been read once
    """

    texts: int = 0
    empty: int = 0
    skipped: list[str] = field(default_factory=list)
    not_utf8: dict[str, tuple[int, int]] = field(default_factory=dict)
    complete: bool = False

    def check(self, name: str, start: int, data: bytes) -> None:
        """Check that the part of a text that begins at offset `start` is UTF-8, and record the first byte that is not."""
        if data.isascii() or (name in self.not_utf8 and self.not_utf8[name][0] < start):
            return
        at = invalid_utf8(data)
        if at is not None:
            self._note_invalid(name, (start + at, data[at]))

    def ended(self, *, blank: bool, part: bool) -> None:
        """Count a text that has been read to its end.

        blank : it holds only white space
        part : it is a partition that does not begin the text; another process counts it
        """
        if not self.complete and not part:
            self.texts += 1
            self.empty += blank

    def add(self, other: "Findings") -> None:
        """Add the findings of other sources or partitions."""
        self.texts += other.texts
        self.empty += other.empty
        self.skipped += other.skipped
        for name, (place, byte) in other.not_utf8.items():
            self._note_invalid(name, (place, byte))

    def notes(self) -> Iterator[str]:
        """One line for each kind of finding that the user should know."""
        if self.skipped:
            yield f"skipped, because they hold no text: {first_names(self.skipped)}"
        if self.not_utf8:
            places = [f"{name} (byte 0x{byte:02X} at {place:,})" for name, (place, byte) in sorted(self.not_utf8.items())]
            yield f"not UTF-8: {first_names(places)}; words keep their bytes, which UTF-8 readers refuse; {TO_CONVERT}"

    def _note_invalid(self, name: str, found: tuple[int, int]) -> None:
        self.not_utf8[name] = min(found, self.not_utf8.get(name, found))  # threads and ranks report in any order


def merge_findings(parts: Iterable[Findings]) -> Findings:
    """The findings of all sources together."""
    total = Findings()
    for part in parts:
        total.add(part)
    return total


def describe_files(texts: int, empty: int) -> str:
    """The number of files and of empty ones, for messages; "" for a single file that is not empty."""
    if texts == 1 and not empty:
        return ""
    return f"{texts:,} file{'s' if texts != 1 else ''}" + (f", {empty:,} of them empty" if empty else "")


def invalid_utf8(data: bytes) -> int | None:
    """The offset of the first byte that is not part of a UTF-8 character; None if all are."""
    start = 0
    try:
        while start < len(data):
            part = data[start : start + DECODE_BYTES]
            start += utf_8_decode(part, "strict", start + DECODE_BYTES >= len(data))[1]
    except UnicodeDecodeError as error:
        return start + error.start
    return None
