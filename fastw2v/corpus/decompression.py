"""Readers for plain and compressed text, chosen by the first bytes of a file, never by its name."""

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import IO, Any

from fastw2v.errors import Fastw2vError, UsageError, reason

MAGIC_BYTES = 10
PIECE = 1 << 11  # bytes given to zstd at a time, which it may make 32,768 times as many of
REFUSED = {
    b"PK\x03\x04": "is a zip archive: unpack it first",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive: unpack it first",
    b"\x04\x22\x4d\x18": "is lz4-compressed, which is not supported: use gzip, bzip2, xz or zstd",
    b"\xff\xfe": "is UTF-16 text: convert it to UTF-8 first",
    b"\xfe\xff": "is UTF-16 text: convert it to UTF-8 first",
}


def opened(raw: IO[bytes], name: str, *, text: bool = True) -> Any:
    """A reader of what is in `raw`, which stands at its start: an object with read(n) that raises Fastw2vError alone.

    text : refuse what begins as no text of ours does
    """
    try:
        magic = raw.read(MAGIC_BYTES)
        raw.seek(0)
    except OSError as error:
        raise Fastw2vError(f"cannot read {name}: {reason(error)}") from error
    for start, refusal in REFUSED.items():
        if text and magic.startswith(start):
            raise UsageError(f"{name} {refusal}")
    found = compression(magic)
    return Reader(STREAMS[found](raw) if found else raw, name, found)


def compression(magic: bytes) -> str | None:
    """What a file that begins with these bytes is compressed with; None for plain text."""
    if magic.startswith(b"\x1f\x8b"):
        return "gzip"
    if magic.startswith(b"BZh") and magic[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    if magic.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    return "zstd" if magic.startswith(b"\x28\xb5\x2f\xfd") else None


class Reader:
    """read(n) over any of the formats, with one kind of error."""

    def __init__(self, stream: Any, name: str, compression: str | None) -> None:
        self.stream = stream
        self.name = name
        self.compression = compression

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of text, none at its end. Raises Fastw2vError for damaged data or a failing disk."""
        try:
            data: bytes = self.stream.read(size)
            return data
        except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, ZstdDamaged) as error:
            raise Fastw2vError(f"{self.name}: the {self.compression} data are damaged or cut short ({error})") from error
        except OSError as error:
            if error.errno is None:  # bz2 reports damage this way
                raise Fastw2vError(f"{self.name}: the {self.compression} data are damaged or cut short ({error})") from error
            raise Fastw2vError(f"cannot read {self.name}: {reason(error)}") from error


class ZstdDamaged(Exception):
    """A zstd stream that cannot be decompressed to its end."""


def _zstd_reader(raw: IO[bytes]) -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.ZstdFile(raw)
    return io.BufferedReader(ZstdFrames(raw), 1 << 20)


class ZstdFrames(io.RawIOBase):
    """The frames of a zstd file one after the other; the zstandard package alone would take a cut file for a short one."""

    def __init__(self, raw: IO[bytes]) -> None:
        import zstandard

        self.raw = raw
        self.new_frame = zstandard.ZstdDecompressor(max_window_size=2**31).decompressobj
        self.error = zstandard.ZstdError
        self.frame = self.new_frame()
        self.pending = b""
        self.text = b""
        self.in_frame = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a part of the buffer; 0 at the end of the last frame. Raises ZstdDamaged."""
        while not self.text:
            self.pending = self.pending or self.raw.read(1 << 17)
            data, self.pending = self.pending[:PIECE], self.pending[PIECE:]
            if not data:
                if self.in_frame:
                    raise ZstdDamaged("it ends inside a frame")
                return 0
            try:
                self.text = self.frame.decompress(data)
            except self.error as error:
                raise ZstdDamaged(str(error)) from error
            self.in_frame = not self.frame.eof
            if self.frame.eof:
                self.pending = self.frame.unused_data + self.pending
                self.frame = self.new_frame()
        taken = min(len(buffer), len(self.text))
        buffer[:taken] = self.text[:taken]
        self.text = self.text[taken:]
        return taken


STREAMS: dict[str, Callable[[IO[bytes]], Any]] = {
    "gzip": lambda raw: gzip.GzipFile(fileobj=raw),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zstd": _zstd_reader,
}
