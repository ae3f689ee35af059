"""Where the text comes from: files, folders, globs, standard input, sentences in memory; plain or compressed, by content."""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fastw2v._system.files import unnamed_temporary_file
from fastw2v._system.text_encoding import to_bytes
from fastw2v.arguments import shown
from fastw2v.compression.reading import content, is_tar
from fastw2v.corpus.findings import Findings
from fastw2v.corpus.names import files_of
from fastw2v.corpus.texts import MAX_UNBROKEN_BYTES, Text, texts
from fastw2v.errors import Fastw2vError, UsageError, reason

COPY_BYTES = 1 << 20
WHITE_SPACE_PATTERN = re.compile(r"[ \t\n\r]")
SPLIT = "give lists of words, as sentence.split() makes them; names of files must stand in a list"


@dataclass
class Source:
    """One file of text, or a part of a plain one, which can be read from its start as often as needed.

    `spooled` holds a copy of what can be read only once (standard input, a pipe, sentences in memory). A part goes from the
    byte `begin` to before the byte `end`, None for the file's end; both follow white space.
    """

    name: str
    path: Path | None = None
    spooled: IO[bytes] | None = None
    seen: tuple[int, int] | None = None  # size and time of the last change, when it was opened first
    begin: int = 0
    end: int | None = None
    findings: Findings = field(default_factory=Findings)

    def open(self) -> IO[bytes]:
        """The raw file, whose position tells how far reading has come."""
        if self.spooled is not None:
            self.spooled.seek(0)
            raw = self.spooled
        else:
            assert self.path is not None
            try:
                raw = open(self.path, "rb")
            except OSError as error:
                raise UsageError(f"cannot read {self.name}: {reason(error)}") from error
        try:
            self.check_unchanged(raw)
        except BaseException:
            self.close(raw)
            raise
        return raw

    def texts(self, raw: IO[bytes]) -> Iterator[Text]:
        """The texts of the opened file: one, but of an archive."""
        findings = self.findings
        for text in texts(raw, self.name, lambda name: None if findings.complete else findings.skipped.append(name)):
            if self.begin or self.end is not None:
                raw.seek(self.begin)
                yield Text(text.name, PartReader(text.reader, self.size), self.begin)
            else:
                yield text

    def close(self, raw: IO[bytes]) -> None:
        """End one reading; a spooled copy stays for the next."""
        if raw is not self.spooled:
            raw.close()

    def check_unchanged(self, raw: IO[bytes]) -> None:
        """Refuse a file that was written to since it was opened first: its words would not be those that were counted."""
        if self.path is None:
            return
        status = os.fstat(raw.fileno())
        now = status.st_size, status.st_mtime_ns
        self.seen = self.seen or now
        if now != self.seen:
            sizes = f"it has {now[0]:,} bytes and had {self.seen[0]:,}" if now[0] != self.seen[0] else "it was written to"
            raise Fastw2vError(f"{self.name} changed while it was being read: {sizes}; start again, or train on a copy")

    def compressed(self) -> bool:
        """Whether only a whole reading makes sense of its bytes."""
        raw = self.open()
        try:
            found = content(raw, self.name)
            return found.compression is not None or is_tar(found.beginning)
        finally:
            self.close(raw)

    @property
    def size(self) -> int:
        """Bytes on the disk, compressed as they are."""
        if self.end is not None:
            return self.end - self.begin
        if self.spooled is not None:
            return os.fstat(self.spooled.fileno()).st_size - self.begin
        assert self.path is not None
        try:
            return self.path.stat().st_size - self.begin
        except OSError as error:
            raise Fastw2vError(f"cannot read {self.name}: {reason(error)}") from error


class PartReader:
    """Reads no more than the next so many bytes of a plain file."""

    def __init__(self, reader: Any, size: int) -> None:
        self.reader = reader
        self.left = size

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none at the part's end. Raises Fastw2vError."""
        data: bytes = self.reader.read(min(size, self.left))
        self.left -= len(data)
        return data


def ignore_note(note: str) -> None:
    """Nobody is told."""


def sources(corpus: Any, spool_folder: Path | None = None, note: Callable[[str], None] = ignore_note) -> list[Source]:
    """What `corpus` stands for: a name, several, or an iterable of sentences (each a list of words).

    note : is told what was left out of folders

    Raises UsageError for a name that does not exist or cannot be read, and for a folder without files.
    """
    if isinstance(corpus, (str, os.PathLike)):
        return _named([corpus], spool_folder, note)
    if isinstance(corpus, Sequence) and corpus and all(isinstance(name, (str, os.PathLike)) for name in corpus):
        return _named(corpus, spool_folder, note)
    if isinstance(corpus, Iterable) and not isinstance(corpus, (bytes, bytearray)):
        return [Source("the sentences", spooled=_spooled_sentences(corpus, spool_folder))]
    raise UsageError(f"the corpus is a {type(corpus).__name__}: give file names or sentences, each a list of words")


def is_standard_input(name: object) -> bool:
    """Whether a name of a text means standard input, which can be read only once."""
    return isinstance(name, (str, os.PathLike)) and os.fspath(name) == "-"


def _named(names: Sequence[str | os.PathLike[str]], spool_folder: Path | None, note: Callable[[str], None]) -> list[Source]:
    found: list[Source] = []
    for name in names:
        if is_standard_input(name):
            if sys.stdin is None:
                raise UsageError("standard input is closed: there is no text to read")
            found.append(Source("standard input", spooled=_spooled(sys.stdin.buffer, "standard input", spool_folder)))
        else:
            files = files_of(str(name))
            if left_out := files.left_out():
                note(f"skipped in {name}: {left_out}; give a file by its own name to have it read")
            found.extend(_from_path(path, spool_folder) for path in files.texts)
    return found


def _from_path(path: Path, spool_folder: Path | None) -> Source:
    """A source for one path; what is no regular file (a pipe) is copied, for it can be read only once."""
    try:
        with open(path, "rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Source(str(path), path=path)
            return Source(str(path), spooled=_spooled(file, str(path), spool_folder))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason(error)}") from error


def _spooled(stream: IO[bytes], name: str, folder: Path | None) -> IO[bytes]:
    """A copy of a stream in a temporary file, as compressed as it comes.

    Raises UsageError for one without white space, such as /dev/zero, before it fills the disk.
    """
    copy = unnamed_temporary_file(folder)
    word = 0  # bytes since there was white space
    while True:
        try:
            data = stream.read(COPY_BYTES)
        except OSError as error:
            raise Fastw2vError(f"cannot read {name}: {reason(error)}") from error
        append_to_copy(copy, data)
        if not data:
            return copy
        word = 0 if any(space in data for space in (b" ", b"\n", b"\t")) else word + len(data)
        if word > MAX_UNBROKEN_BYTES:
            raise UsageError(f"{name} is no text: {word:,} bytes of it hold no white space")


def _spooled_sentences(sentences: Iterable[Any], folder: Path | None) -> IO[bytes]:
    """Sentences as text, one a line, in a temporary file."""
    copy = unnamed_temporary_file(folder)
    for number, sentence in enumerate(sentences, 1):
        if isinstance(sentence, (str, bytes, os.PathLike)):
            raise UsageError(f"sentence {number} is a {type(sentence).__name__}: {SPLIT}")
        if not isinstance(sentence, Iterable):
            raise UsageError(f"sentence {number} is a {type(sentence).__name__}: each sentence must be a list of words")
        words = list(sentence)
        for word in words:
            if not isinstance(word, str):
                raise UsageError(
                    f"sentence {number} holds a {type(word).__name__}, {shown(word)}: words must be str, as str() makes them"
                )
            if not word or WHITE_SPACE_PATTERN.search(word):
                raise UsageError(f"sentence {number}: {word!r} is no word: words hold no white space and are not empty")
        try:
            line = to_bytes(" ".join(words))
        except UnicodeEncodeError as error:
            raise UsageError(f"sentence {number}: {words[0]!r} or a word after it cannot be written as UTF-8") from error
        append_to_copy(copy, line + b"\n")
    append_to_copy(copy, b"")
    return copy


def append_to_copy(copy: IO[bytes], data: bytes | memoryview) -> None:
    """Add to a copy of a text; no data ends it, so that a full disk shows here and not when the copy is read."""
    try:
        copy.write(data) if data else copy.flush()
    except OSError as error:
        raise Fastw2vError(f"cannot keep a copy of the text: {reason(error)}; set TMPDIR to a folder with room") from error
