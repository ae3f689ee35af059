"""A reader of concatenated compressed streams (gzip, bzip2, xz, zstd), and the errors of compressed files."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from fastw2v.compression.zstd import ZstdError
from fastw2v.compression.zstd import new_decompressor as new_zstd
from fastw2v.errors import UsageError

READ_BYTES = 1 << 17
INPUT_BYTES = 1 << 14  # given to a decompressor at a time; it copies what follows a stream, and streams may be tiny
GZIP_WINDOW = 31  # zlib's code for gzip's header and checksum
DAMAGE = (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error, ZstdError)  # raised by decompressors


class Damaged(Exception):
    """Compressed data that are damaged or cut short."""

    def __init__(self, kind: str, why: object) -> None:
        super().__init__(f"the {kind} data are damaged or cut short ({why})")


class NotRead(UsageError):
    """A file in a known format that is not supported."""


class Gzip:
    """zlib's decompressor with the interface of bz2.BZ2Decompressor."""

    def __init__(self) -> None:
        self.stream = zlib.decompressobj(GZIP_WINDOW)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        return self.stream.eof

    @property
    def unused_data(self) -> bytes:
        """The bytes after the end of the stream."""
        return self.stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most `max_length` decompressed bytes."""
        found = self.stream.decompress(self.stream.unconsumed_tail + data, max_length)
        self.needs_input = not self.stream.unconsumed_tail and len(found) < max_length
        return found


class StreamKind(NamedTuple):
    """A compression format.

    new : makes a decompressor of one stream
    padding : zero bytes may follow a stream in multiples of this number; 0 for none
    """

    new: Callable[[], Any]
    padding: int


STREAM_KINDS = {
    "gzip": StreamKind(Gzip, 1),
    "bzip2": StreamKind(bz2.BZ2Decompressor, 0),
    "xz": StreamKind(lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ), 4),
    "zstd": StreamKind(new_zstd, 0),
}


def compression(beginning: bytes) -> str | None:
    """The compression of data from their first bytes, 10 if there are that many; None for plain data."""
    if beginning.startswith(b"\x1f\x8b"):
        return "gzip"
    if beginning.startswith(b"BZh") and beginning[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    if beginning.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    skippable = beginning[1:4] == b"\x2a\x4d\x18" and beginning[0] & 0xF0 == 0x50  # skippable frames; pzstd writes one first
    return "zstd" if skippable or beginning.startswith(b"\x28\xb5\x2f\xfd") else None


class Streams:
    """read(n) over all concatenated streams of a file. Raises Damaged.

    kind : a key of STREAM_KINDS
    packed : read(n) over the compressed file
    """

    def __init__(self, kind: str, packed: Any) -> None:
        self.kind = kind
        self.packed = packed
        self.pending = b""
        self.taken = 0  # bytes of `pending` that are used
        self.number = 0  # streams begun
        self.stream: Any = None

    def read(self, size: int) -> bytes:
        """`size` bytes, or fewer at the end of the last stream."""
        parts = []
        while size > 0 and (part := self._some(size)):
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _some(self, most: int) -> bytes:
        while self.stream or self._begin():
            data = b""
            if self.stream.needs_input and not (data := self._next_input()):
                raise Damaged(self.kind, "it ends inside a stream")
            try:
                text: bytes = self.stream.decompress(data, most)
            except DAMAGE as error:
                raise Damaged(self.kind, error if self.number == 1 else f"stream {self.number}: {error}") from error
            if self.stream.eof:
                self.taken -= len(self.stream.unused_data)
                self.stream = None
            if text:
                return text
        return b""

    def _begin(self) -> bool:
        """Skip padding and begin the next stream. Returns False at the end of the file."""
        new, unit = STREAM_KINDS[self.kind]
        zeros = 0
        while data := self._next_input():
            rest = data.lstrip(b"\0") if unit and self.number else data
            zeros += len(data) - len(rest)
            self.taken -= len(rest)
            if rest:
                break
        if unit and zeros % unit:
            raise Damaged(self.kind, f"{zeros} zero bytes follow stream {self.number}, not a multiple of {unit}")
        if data:
            self.stream = new()
            self.number += 1
        return bool(data)

    def _next_input(self) -> bytes:
        """The next compressed bytes; none at the end of the file."""
        if self.taken == len(self.pending):
            self.pending, self.taken = self.packed.read(READ_BYTES), 0
        data: bytes = self.pending[self.taken : self.taken + INPUT_BYTES]
        self.taken += len(data)
        return data
