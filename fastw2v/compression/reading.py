"""Files open_content by their content, whatever their names: plain, compressed once or more often, zip archives of one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from fastw2v._system.text_encoding import BYTE_ORDER_MARK, how_to_convert, other_unicode
from fastw2v.compression.streams import Damaged, NotRead, Streams, compression
from fastw2v.errors import Fastw2vError, UsageError, reason

BEGINNING_BYTES = 1 << 13  # bytes that a content is told by
MAX_LAYERS = 4  # of compression: there are files that unpack to themselves
NOT_SUPPORTED = "which is not supported: use gzip, bzip2, xz or zstd"
OTHER_COMPRESSION = {
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive: unpack it first",
    b"Rar!\x1a\x07": "is a RAR archive: unpack it first",
    b"\x04\x22\x4d\x18": f"is lz4-compressed, {NOT_SUPPORTED}",
    b"\x5d\x00\x00\x80\x00": f"is compressed as .lzma, {NOT_SUPPORTED}",
    b"LZIP\x01": f"is lzip-compressed, {NOT_SUPPORTED}",
    b"\x1f\x9d": f"is compressed as .Z, {NOT_SUPPORTED}",
    b"\xff\x06\x00\x00sNaPpY": f"is Snappy-compressed, {NOT_SUPPORTED}",
}
ZIP = b"PK\x03\x04", b"PK\x05\x06"  # a first file, or the end of an archive of none


class Content(NamedTuple):
    """What is in a file, once nothing is compressed any more.

    stream : its read(n) gives the content from its start
    beginning : the first bytes of it
    compression : "gzip", "zip", …, or "gzip+gzip"; None for a plain file
    """

    stream: Any
    beginning: bytes
    compression: str | None


class Reader:
    """read(n) over any content, with one kind of error."""

    def __init__(self, stream: Any, name: str, compression: str | None) -> None:
        self.stream = stream
        self.name = name
        self.compression = compression

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end. Raises Fastw2vError for damaged data or a failing disk."""
        with content_errors(self.name):
            data: bytes = self.stream.read(size)
            return data


def open_content(raw: IO[bytes], name: str) -> Reader:
    """A reader of the one content of a file that stands at its start, without a byte order mark.

    Raises UsageError for archives and encodings that are not read, Fastw2vError for damaged data and failing disks.
    """
    found = content(raw, name)
    if is_tar(found.beginning):
        raise NotRead(f"{name} is a tar archive: unpack it first")
    if found.beginning.startswith(BYTE_ORDER_MARK):
        found.stream.read(len(BYTE_ORDER_MARK))
    return Reader(found.stream, name, found.compression)


def content(file: Any, name: str, *, seekable: bool = True) -> Content:
    """What a file holds, which stands at its start; seekable : it is a file on the disk, and not one inside an archive."""
    kinds: list[str] = []
    with content_errors(name):
        stream = file if seekable else _Peeked(file)
        beginning = file.read(BEGINNING_BYTES) if seekable else stream.beginning
        if seekable:
            file.seek(0)
        while kind := packing(beginning):
            if len(kinds) == MAX_LAYERS:
                raise NotRead(f"{name} is compressed more than {MAX_LAYERS} times over: unpack it first")
            if kind == "zip" and stream is not file:
                raise NotRead(f"{name} has a zip archive inside: unpack it first")
            stream = _Peeked(_zip_member(file, name) if kind == "zip" else Streams(kind, stream))
            beginning = stream.beginning
            kinds.append(kind)
    for start, refusal in OTHER_COMPRESSION.items():
        if beginning.startswith(start):
            raise NotRead(f"{name} {refusal}")
    if encoding := other_unicode(beginning):
        raise UsageError(f"{name} is {encoding} text: {how_to_convert(encoding)}")
    return Content(stream, beginning, "+".join(kinds) or None)


def packing(beginning: bytes) -> str | None:
    """What data that begin so are packed by, so that only a whole reading makes sense of them; tar archives are not packed."""
    return "zip" if beginning.startswith(ZIP) else compression(beginning)


def is_tar(beginning: bytes) -> bool:
    """Whether data that begin so are a tar archive."""
    if b"\0" not in beginning[:512]:
        return False
    from fastw2v.compression import archives

    return archives.is_tar_header(beginning[:512])


@contextmanager
def content_errors(name: str) -> Iterator[None]:
    """Whatever is wrong with a file is a Fastw2vError that names it."""
    try:
        yield
    except Damaged as error:
        raise Fastw2vError(f"{name}: {error}") from error
    except OSError as error:
        raise Fastw2vError(f"cannot read {name}: {reason(error)}") from error


def _zip_member(file: Any, name: str) -> Any:
    from fastw2v.compression import archives

    return archives.ZipMember(file, name)


class _Peeked:
    """read(n) over a stream whose beginning is looked at first."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.ahead = self.beginning = stream.read(BEGINNING_BYTES)

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end."""
        if not self.ahead:
            data: bytes = self.stream.read(size)
            return data
        taken: bytes
        taken, self.ahead = self.ahead[:size], self.ahead[size:]
        if len(taken) < size:
            taken += self.stream.read(size - len(taken))
        return taken
