"""Sources of text: files, folders, globs, standard input, sentences in memory. Compression is detected from content."""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fastw2v._system.files import unnamed_temporary_file
from fastw2v._system.resources import readable_bytes
from fastw2v._system.text_encoding import to_bytes
from fastw2v.arguments import shown
from fastw2v.compression.reading import content, is_tar
from fastw2v.corpus.findings import Findings
from fastw2v.corpus.names import files_of
from fastw2v.corpus.texts import MAX_UNBROKEN_BYTES, Text, texts
from fastw2v.errors import Fastw2vError, UsageError, cannot_read, reason

COPY_BYTES = 1 << 20
LARGE_COPY, ROOM_LEFT = 1 << 30, 0.25  # a larger copy must leave this part of its size free on the disk
WHITE_SPACE_PATTERN = re.compile(r"[ \t\n\r]")
SPLIT = "give lists of words, as sentence.split() makes them; names of files must stand in a list"


@dataclass
class Source:
    """A file of text, or a part of a plain one, that can be read repeatedly.

    name : for messages
    path : the file; None for a spooled copy
    spooled : a temporary copy of input that can be read only once: standard input, a pipe, sentences in memory
    begin, end : the part's first byte, and the byte after its last; None for the end of the file. Both follow white space
    findings : what the first reading finds
    """

    name: str
    path: Path | None = None
    spooled: IO[bytes] | None = None
    seen: tuple[int, int] | None = None  # size in bytes and modification time in ns, at first opening
    begin: int = 0
    end: int | None = None
    findings: Findings = field(default_factory=Findings)

    def open(self) -> IO[bytes]:
        """Open the raw file; its position is the progress of reading. Raises UsageError, and Fastw2vError if it has changed."""
        if self.spooled is not None:
            self.spooled.seek(0)
            raw = self.spooled
        else:
            assert self.path is not None
            try:
                raw = open(self.path, "rb")
            except OSError as error:
                raise UsageError(cannot_read(self.name, error)) from error
        try:
            self.check_unchanged(raw)
        except BaseException:
            self.close(raw)
            raise
        return raw

    def texts(self, raw: IO[bytes]) -> Iterator[Text]:
        """The texts of an open file: one, or those of an archive."""
        findings = self.findings
        for text in texts(raw, self.name, lambda name: None if findings.complete else findings.skipped.append(name)):
            if self.begin or self.end is not None:
                raw.seek(max(0, self.begin - 1))
                before = raw.read(1) if self.begin else b""
                yield Text(text.name, PartReader(text.reader, self.size), self.begin, before)
            else:
                yield text

    def close(self, raw: IO[bytes]) -> None:
        """Close the file, but not a spooled copy, which is read again."""
        if raw is not self.spooled:
            raw.close()

    def check_unchanged(self, raw: IO[bytes]) -> None:
        """Raise Fastw2vError if the file has changed since it was first opened: its words would not match the counts."""
        if self.path is None:
            return
        status = os.fstat(raw.fileno())
        now = status.st_size, status.st_mtime_ns
        self.seen = self.seen or now
        if now != self.seen:
            sizes = f"it had {self.seen[0]:,} bytes and now has {now[0]:,}" if now[0] != self.seen[0] else "it was written to"
            raise Fastw2vError(f"{self.name} changed while it was being read: {sizes}; start again, or train on a copy")

    def compressed(self) -> bool:
        """Whether the file is compressed or an archive, so that it cannot be read in parts."""
        raw = self.open()
        try:
            found = content(raw, self.name)
            return found.compression is not None or is_tar(found.beginning)
        finally:
            self.close(raw)

    @property
    def size(self) -> int:
        """Bytes on disk, before decompression. Raises Fastw2vError if the file is gone."""
        if self.end is not None:
            return self.end - self.begin
        if self.spooled is not None:
            return os.fstat(self.spooled.fileno()).st_size - self.begin
        assert self.path is not None
        try:
            return self.path.stat().st_size - self.begin
        except OSError as error:
            raise Fastw2vError(cannot_read(self.name, error)) from error


class PartReader:
    """read(n) over the next `size` bytes of a plain file."""

    def __init__(self, reader: Any, size: int) -> None:
        self.reader = reader
        self.left = size

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end of the part. Raises Fastw2vError."""
        data: bytes = self.reader.read(min(size, self.left))
        self.left -= len(data)
        return data


def close_copies(text: Iterable[Source]) -> None:
    """Close the temporary copies of sources, which are then not read again."""
    for source in text:
        if source.spooled:
            source.spooled.close()


def ignore_note(note: str) -> None:
    """Drop a note."""


def sources(corpus: Any, spool_folder: Path | None = None, note: Callable[[str], None] = ignore_note) -> list[Source]:
    """The sources of a corpus.

    corpus : the name of a file, folder or glob pattern; "-" for standard input; a list of names; or an iterable of sentences,
        each a list of str
    spool_folder : for temporary copies of input that can be read only once
    note : called with what was skipped in folders

    Raises UsageError for names without files, files that cannot be read, and sentences that are not lists of words.
    """
    if isinstance(corpus, (str, os.PathLike)):
        return _named([corpus], spool_folder, note)
    if isinstance(corpus, Sequence) and corpus and all(isinstance(name, (str, os.PathLike)) for name in corpus):
        return _named(corpus, spool_folder, note)
    if isinstance(corpus, Iterable) and not isinstance(corpus, (bytes, bytearray)):
        return [Source("the sentences", spooled=_spooled_sentences(corpus, spool_folder))]
    raise UsageError(f"the corpus is of type {type(corpus).__name__}: give file names, or sentences, each a list of words")


def is_standard_input(name: object) -> bool:
    """Whether a name stands for standard input, which can be read only once."""
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
            if files.binary:
                note(
                    f"{name} does not look like text, and is read all the same; documents must be converted to text first, "
                    "a PDF by pdftotext"
                )
            if left_out := files.left_out():
                note(f"skipped in {name}: {left_out}; to read such a file, give its own name")
            found.extend(_from_path(path, spool_folder) for path in files.texts)
    return found


def _from_path(path: Path, spool_folder: Path | None) -> Source:
    """The source of one path; a pipe, which can be read only once, is copied."""
    try:
        with open(path, "rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Source(str(path), path=path)
            return Source(str(path), spooled=_spooled(file, str(path), spool_folder))
    except OSError as error:
        raise UsageError(cannot_read(path, error)) from error


def _spooled(stream: IO[bytes], name: str, folder: Path | None) -> IO[bytes]:
    """Copy a stream to a temporary file, without decompression.

    Raises UsageError for a stream without white space, such as /dev/zero, and for one that would fill the disk.
    """
    copy = unnamed_temporary_file(folder)
    word = size = 0  # bytes since the last white space, and copied
    while True:
        try:
            data = stream.read(COPY_BYTES)
        except OSError as error:
            raise Fastw2vError(cannot_read(name, error)) from error
        append_to_copy(copy, data)
        if not data:
            return copy
        size += len(data)
        if size > LARGE_COPY and (free := free_bytes(copy)) < ROOM_LEFT * size:
            raise UsageError(
                f"{name} is too large to keep: {readable_bytes(size)} are copied, {readable_bytes(free)} are free on the disk; "
                "set TMPDIR to a folder with room, give a file, or a part of it, as by head -c 1G"
            )
        word = 0 if any(space in data for space in (b" ", b"\n", b"\t")) else word + len(data)
        if word > MAX_UNBROKEN_BYTES:
            raise UsageError(f"{name} is not text: {word:,} bytes of it hold no white space")


def free_bytes(file: IO[bytes]) -> int:
    """The bytes that are free on the disk of an open file."""
    disk = os.statvfs(file.fileno())
    return disk.f_bavail * disk.f_frsize


def _spooled_sentences(sentences: Iterable[Any], folder: Path | None) -> IO[bytes]:
    """Write sentences to a temporary file, one a line. Raises UsageError that names the first wrong sentence."""
    copy = unnamed_temporary_file(folder)
    try:
        for number, sentence in enumerate(sentences, 1):
            append_to_copy(copy, _sentence_line(number, sentence))
        append_to_copy(copy, b"")
    except BaseException:
        copy.close()
        raise
    return copy


def _sentence_line(number: int, sentence: Any) -> bytes:
    """A sentence as a line of text."""
    if isinstance(sentence, (str, bytes, os.PathLike)):
        raise UsageError(f"sentence {number} is of type {type(sentence).__name__}: {SPLIT}")
    if not isinstance(sentence, Iterable):
        raise UsageError(f"sentence {number} is of type {type(sentence).__name__}: it must be a list of words")
    words = list(sentence)
    for word in words:
        if not isinstance(word, str):
            raise UsageError(
                f"sentence {number} has the word {shown(word)}, of type {type(word).__name__}: words must be str; "
                "str(word) makes one"
            )
        if not word or WHITE_SPACE_PATTERN.search(word):
            raise UsageError(f"sentence {number}: {word!r} is not a word: words hold no white space and are not empty")
    try:
        return to_bytes(" ".join(words)) + b"\n"
    except UnicodeEncodeError as error:
        raise UsageError(f"sentence {number}: {words[0]!r} or a word after it cannot be written as UTF-8") from error


def append_to_copy(copy: IO[bytes], data: bytes | memoryview) -> None:
    """Append to a copy of a text. Empty data flush it, so that a full disk is an error here and not on reading."""
    try:
        copy.write(data) if data else copy.flush()
    except OSError as error:
        raise Fastw2vError(f"cannot keep a copy of the text: {reason(error)}; set TMPDIR to a folder with room") from error
