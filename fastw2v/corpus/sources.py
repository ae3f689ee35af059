"""Where the text comes from: files, folders, globs, standard input, sentences in memory; plain or compressed, by content."""

import glob
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from fastw2v.corpus.decompression import MAGIC_BYTES, compression, opened
from fastw2v.errors import Fastw2vError, UsageError, reason
from fastw2v.files import vanishing_file
from fastw2v.utf8 import to_bytes

COPY_BYTES = 1 << 20
WHITE_SPACE = re.compile(r"[ \t\n\r]")


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

    def open(self) -> tuple[IO[bytes], Any]:
        """The raw file, whose position tells how far reading has come, and a reader of its decompressed bytes."""
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
            reader = opened(raw, self.name)
            if self.begin or self.end is not None:
                raw.seek(self.begin)
                reader = Part(reader, self.size)
            return raw, reader
        except BaseException:
            self.close(raw)
            raise

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
        raw, _ = self.open()
        try:
            return compression(raw.read(MAGIC_BYTES)) is not None
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


class Part:
    """Reads no more than the next so many bytes of a plain file."""

    def __init__(self, reader: Any, size: int) -> None:
        self.reader = reader
        self.left = size

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none at the part's end. Raises Fastw2vError."""
        data: bytes = self.reader.read(min(size, self.left))
        self.left -= len(data)
        return data


def sources(corpus: Any, spool_folder: Path | None = None) -> list[Source]:
    """What `corpus` stands for: a name, several, or an iterable of sentences (each a list of words).

    Raises UsageError for a name that does not exist or cannot be read, and for a folder without files.
    """
    if isinstance(corpus, (str, os.PathLike)):
        return _named([corpus], spool_folder)
    if isinstance(corpus, Sequence) and corpus and all(isinstance(name, (str, os.PathLike)) for name in corpus):
        return _named(corpus, spool_folder)
    if isinstance(corpus, Iterable) and not isinstance(corpus, (bytes, bytearray)):
        return [Source("the sentences", spooled=_spooled_sentences(corpus, spool_folder))]
    raise UsageError(f"the corpus is a {type(corpus).__name__}: give file names or sentences, each a list of words")


def is_standard_input(name: object) -> bool:
    """Whether a name of a text means standard input, which can be read only once."""
    return isinstance(name, (str, os.PathLike)) and os.fspath(name) == "-"


def _named(names: Sequence[str | os.PathLike[str]], spool_folder: Path | None) -> list[Source]:
    found: list[Source] = []
    for name in names:
        if is_standard_input(name):
            if sys.stdin is None:
                raise UsageError("standard input is closed: there is no text to read")
            found.append(Source("standard input", spooled=_spooled(sys.stdin.buffer, "standard input", spool_folder)))
        else:
            found.extend(_from_path(path, spool_folder) for path in _paths(str(name)))
    return found


def _paths(name: str) -> list[Path]:
    """The files that one name on the command line stands for."""
    if not name:
        raise UsageError("the corpus has an empty name: no such file")
    path = Path(name)
    try:
        if path.is_dir():
            files = list(_files_below(path))
            if not files:
                raise UsageError(f"the folder {name} holds no files")
            return files
        if path.exists():
            return [path]
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {name!r}: {reason(error)}") from error
    matches = sorted(Path(match) for match in glob.glob(name, recursive=True))
    files = [path for path in matches if not path.is_dir()]
    if not files:
        raise UsageError(f"nothing matches {name}" if glob.has_magic(name) else f"cannot read {name}: no such file or folder")
    return files


def _files_below(folder: Path) -> Iterator[Path]:
    """All files in a folder and those inside it, in the order of their names; hidden ones are left out."""

    def refuse(error: OSError) -> None:
        raise UsageError(f"cannot read {error.filename}: {reason(error)}")

    for where, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if not name.startswith("."))


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
    """A copy of a stream in a temporary file, as compressed as it comes."""
    copy = vanishing_file(folder)
    while True:
        try:
            data = stream.read(COPY_BYTES)
        except OSError as error:
            raise Fastw2vError(f"cannot read {name}: {reason(error)}") from error
        add_to_copy(copy, data)
        if not data:
            return copy


def _spooled_sentences(sentences: Iterable[Any], folder: Path | None) -> IO[bytes]:
    """Sentences as text, one a line, in a temporary file."""
    copy = vanishing_file(folder)
    for number, sentence in enumerate(sentences, 1):
        if isinstance(sentence, (str, bytes)):
            raise UsageError(f"sentence {number} is a {type(sentence).__name__}: each sentence must be a list of words")
        if not isinstance(sentence, Iterable):
            raise UsageError(f"sentence {number} is a {type(sentence).__name__}: each sentence must be a list of words")
        words = list(sentence)
        for word in words:
            if not isinstance(word, str):
                raise UsageError(f"sentence {number} holds a {type(word).__name__}: words must be str")
            if not word or WHITE_SPACE.search(word):
                raise UsageError(f"sentence {number}: {word!r} is no word: words hold no white space and are not empty")
        try:
            line = to_bytes(" ".join(words))
        except UnicodeEncodeError as error:
            raise UsageError(f"sentence {number}: {words[0]!r} or a word after it cannot be written as UTF-8") from error
        add_to_copy(copy, line + b"\n")
    add_to_copy(copy, b"")
    return copy


def add_to_copy(copy: IO[bytes], data: bytes | memoryview) -> None:
    """Add to a copy of a text; no data ends it, so that a full disk shows here and not when the copy is read."""
    try:
        copy.write(data) if data else copy.flush()
    except OSError as error:
        raise Fastw2vError(f"cannot keep a copy of the text: {reason(error)}; set TMPDIR to a folder with room") from error
