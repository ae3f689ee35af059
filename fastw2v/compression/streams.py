"""One reader of compressed streams for all kinds: stream after stream to the file's end, or an error."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from fastw2v.compression.zstd import ZstdError
from fastw2v.compression.zstd import new_decompressor as new_zstd
from fastw2v.errors import UsageError

READ_BYTES = 1 << 17
INPUT_BYTES = 1 << 14  # bytes given to a decompressor at a time: what follows a stream is copied, and streams may be tiny
GZIP_WINDOW = 31  # of zlib: with gzip's header and checksum
DAMAGE = (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error, ZstdError)  # what decompressors raise


class Damaged(Exception):
    """Data of some kind that cannot be read to their end."""

    def __init__(self, kind: str, why: object) -> None:
        super().__init__(f"the {kind} data are damaged or cut short ({why})")


class NotRead(UsageError):
    """A file in a form that is known, and is not read."""


class Gzip:
    """zlib's decompressor with the interface of the others."""

    def __init__(self) -> None:
        self.stream = zlib.decompressobj(GZIP_WINDOW)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the stream's end was reached."""
        return self.stream.eof

    @property
    def unused_data(self) -> bytes:
        """What followed it."""
        return self.stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many of the next bytes."""
        found = self.stream.decompress(self.stream.unconsumed_tail + data, max_length)
        self.needs_input = not self.stream.unconsumed_tail and len(found) < max_length
        return found


class StreamKind(NamedTuple):
    """How a kind of stream is read.

    new : a decompressor of one stream
    padding : zero bytes may follow a stream, in multiples of so many; 0: none may
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
    """What data that begin with these bytes (10, where there are so many) are compressed with; None where they are not."""
    if beginning.startswith(b"\x1f\x8b"):
        return "gzip"
    if beginning.startswith(b"BZh") and beginning[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    if beginning.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    skippable = beginning[1:4] == b"\x2a\x4d\x18" and beginning[0] & 0xF0 == 0x50  # frames without text; pzstd begins with one
    return "zstd" if skippable or beginning.startswith(b"\x28\xb5\x2f\xfd") else None


class Streams:
    """read(n) over all the streams of one kind that a file holds, one after the other. Raises Damaged."""

    def __init__(self, kind: str, packed: Any) -> None:
        self.kind = kind
        self.packed = packed
        self.pending = b""
        self.taken = 0  # of what is pending
        self.number = 0  # of streams begun
        self.stream: Any = None

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end of the last stream."""
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
        """Skip the padding, and begin the next stream; False where there is none."""
        new, unit = STREAM_KINDS[self.kind]
        zeros = 0
        while piece := self._next_input():
            rest = piece.lstrip(b"\0") if unit and self.number else piece
            zeros += len(piece) - len(rest)
            self.taken -= len(rest)
            if rest:
                break
        if unit and zeros % unit:
            raise Damaged(self.kind, f"{zeros} zero bytes follow stream {self.number}, which is no multiple of {unit}")
        if piece:
            self.stream = new()
            self.number += 1
        return bool(piece)

    def _next_input(self) -> bytes:
        """The next bytes as they are packed, none at the end."""
        if self.taken == len(self.pending):
            self.pending, self.taken = self.packed.read(READ_BYTES), 0
        piece: bytes = self.pending[self.taken : self.taken + INPUT_BYTES]
        self.taken += len(piece)
        return piece
