"""Descriptions of a text that change when it does, and the differences between two."""

import os
import zlib
from typing import Any

from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import Source

IDS_READ_AT_ONCE = 1 << 22


def describe_text(text: list[Source], ids: IdStream) -> dict[str, Any]:
    """Describe a text, for JSON: the sizes of its files in bytes, the number of its ids, and the CRC-32 of the ids."""
    checksum = 0
    for start in range(0, len(ids), IDS_READ_AT_ONCE):
        checksum = zlib.crc32(ids.read(start, min(start + IDS_READ_AT_ONCE, len(ids))).tobytes(), checksum)
    return {
        "files": [[os.path.abspath(source.path or source.name), source.size] for source in text],
        "ids": len(ids),
        "checksum": checksum,
    }


def changes(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The differences between two descriptions of a text, for messages; empty if there are none."""
    sizes_then, sizes_now = ({str(name): size for name, size in text["files"]} for text in (then, now))
    found = [f"{name} is gone" for name in sizes_then if name not in sizes_now]
    found += [f"{name} is new" for name in sizes_now if name not in sizes_then]
    found += [
        f"{name} had {sizes_then[name]:,} bytes and now has {size:,}"
        for name, size in sizes_now.items()
        if name in sizes_then and size != sizes_then[name]
    ]
    if not found and (then["ids"], then["checksum"]) != (now["ids"], now["checksum"]):
        found.append("its words have changed")
    return found
