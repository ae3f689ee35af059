"""Files opened by content, not by name: plain, compressed once or repeatedly, or zip archives of one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from fastw2v._system.text_encoding import BYTE_ORDER_MARK, how_to_convert, other_unicode
from fastw2v.compression.streams import Damaged, NotRead, Streams, compression
from fastw2v.errors import Fastw2vError, UsageError, cannot_read

BEGINNING_BYTES = 1 << 13  # from which content is detected
MAX_LAYERS = 4  # of compression; some crafted files decompress to themselves
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
ZIP = b"PK\x03\x04", b"PK\x05\x06"  # a first member, or the end of an empty archive


class Content(NamedTuple):
    """The decompressed content of a file.

    stream : read(n) over the content from its start
    beginning : its first bytes
    compression : "gzip", "zip", …, or "gzip+gzip"; None for a plain file
    """

    stream: Any
    beginning: bytes
    compression: str | None


class Reader:
    """read(n) over content. Raises Fastw2vError, with the name of the file, for damaged data and failing disks."""

    def __init__(self, stream: Any, name: str, compression: str | None) -> None:
        self.stream = stream
        self.name = name
        self.compression = compression

    def read(self, size: int) -> bytes:
        """`size` bytes, or fewer at the end."""
        with content_errors(self.name):
            data: bytes = self.stream.read(size)
            return data


def open_content(raw: IO[bytes], name: str) -> Reader:
    """A reader of a file's content, without a byte order mark; the file is at its start.

    Raises UsageError for archives and encodings that are not supported, Fastw2vError for damaged data and failing disks.
    """
    found = content(raw, name)
    if is_tar(found.beginning):
        raise NotRead(f"{name} is a tar archive: unpack it first")
    if found.beginning.startswith(BYTE_ORDER_MARK):
        found.stream.read(len(BYTE_ORDER_MARK))
    return Reader(found.stream, name, found.compression)


def content(file: Any, name: str, *, seekable: bool = True) -> Content:
    """The decompressed content of a file that is at its start.

    seekable : a file on disk, not an archive member

    Raises UsageError for formats and encodings that are not supported, Fastw2vError for damaged data and failing disks.
    """
    kinds: list[str] = []
    with content_errors(name):
        stream = file if seekable else _Peeked(file)
        beginning = file.read(BEGINNING_BYTES) if seekable else stream.beginning
        if seekable:
            file.seek(0)
        while kind := packing(beginning):
            if len(kinds) == MAX_LAYERS:
                raise NotRead(f"{name} is compressed more than {MAX_LAYERS} times: unpack it first")
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
    """What data with this beginning are packed with, "zip" or a compression; None for plain data and tar archives."""
    return "zip" if beginning.startswith(ZIP) else compression(beginning)


def is_plain(beginning: bytes) -> bool:
    """Whether a file that begins so is read as it stands: nothing to decompress, convert, refuse or leave out."""
    marked = beginning.startswith((BYTE_ORDER_MARK, *OTHER_COMPRESSION)) or other_unicode(beginning)
    return not marked and packing(beginning) is None


def is_tar(beginning: bytes) -> bool:
    """Whether data with this beginning are a tar archive."""
    if b"\0" not in beginning[:512]:
        return False
    from fastw2v.compression import archives

    return archives.is_tar_header(beginning[:512])


@contextmanager
def content_errors(name: str) -> Iterator[None]:
    """Raise Fastw2vError, with the name of the file, for damaged data and errors of the system."""
    try:
        yield
    except Damaged as error:
        raise Fastw2vError(f"{name}: {error}") from error
    except OSError as error:
        raise Fastw2vError(cannot_read(name, error)) from error


def _zip_member(file: Any, name: str) -> Any:
    from fastw2v.compression import archives

    return archives.ZipMember(file, name)


class _Peeked:
    """read(n) over a stream whose beginning has been read."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.unread = self.beginning = stream.read(BEGINNING_BYTES)

    def read(self, size: int) -> bytes:
        """`size` bytes, or fewer at the end."""
        if not self.unread:
            data: bytes = self.stream.read(size)
            return data
        taken: bytes
        taken, self.unread = self.unread[:size], self.unread[size:]
        if len(taken) < size:
            taken += self.stream.read(size - len(taken))
        return taken
