"""The texts in a file: one, or those of a tar archive. Binary content is detected."""

from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

from fastw2v._system.display import first_names
from fastw2v.compression.reading import Content, Reader, content, content_errors, is_tar
from fastw2v.compression.streams import NotRead

MAX_UNBROKEN_BYTES = 1 << 26  # without white space: more than an encoded picture, less than a device of zeros
MAX_NESTED_ARCHIVES = 4  # archives inside archives
TEXT_CONTROLS = b"\b\t\n\v\f\r\x1b"  # white space, and escapes of Japanese encodings and coloured logs
OTHER_CONTROLS = bytes(set(range(1, 32)) - set(TEXT_CONTROLS))
MAX_CONTROL_FRACTION = 0.01  # in a text; in compressed data they are a tenth of all bytes
BINARY_MAGIC = (b"%PDF-",)  # formats without a zero byte near their beginning


class Text(NamedTuple):
    """One text.

    name : the file's name, and that of the archive member, for messages
    reader : its read(n) returns bytes
    start : the offset of the first byte, if only a part of the text is read
    before : the byte before that, which is white space; none at the beginning of the text
    """

    name: str
    reader: Any
    start: int = 0
    before: bytes = b""


def texts(raw: IO[bytes], name: str, skipped: Callable[[str], None]) -> Iterator[Text]:
    """The texts of an open file; each must be read before the next is taken.

    skipped : called with the names of archive members that are not text

    Raises UsageError for formats that are not supported, Fastw2vError for damaged data and failing disks.
    """
    found = content(raw, name)
    if is_tar(found.beginning):
        yield from _members(found, name, skipped, 1)
    else:
        yield _as_text(found, name)


def is_binary(found: Content) -> bool:
    """Whether content looks like pictures, programs, arrays or PDF, and not like text."""
    beginning = found.beginning
    if is_tar(beginning):
        return False
    controls = len(beginning) - len(beginning.translate(None, OTHER_CONTROLS))
    return b"\0" in beginning or beginning.startswith(BINARY_MAGIC) or controls > MAX_CONTROL_FRACTION * len(beginning)


def _as_text(found: Content, name: str) -> Text:
    return Text(name, Reader(found.stream, name, found.compression))


def _members(archive: Content, name: str, skipped: Callable[[str], None], depth: int) -> Iterator[Text]:
    """The texts in a tar archive, and in archives inside it."""
    from fastw2v.compression.archives import hidden, tar_members

    if depth > MAX_NESTED_ARCHIVES:
        raise NotRead(f"{name}: archives are nested more than {MAX_NESTED_ARCHIVES} deep: unpack them first")
    left_out, empty = [], True
    with content_errors(name):
        for member in tar_members(archive.stream):
            inside = f"{name} ({member.name})"
            found = None if member.file is None or hidden(member.name) else _content_or_none(member.file, inside)
            if found is None or is_binary(found):
                skipped(inside)
                left_out.append(inside)
                continue
            empty = False
            if is_tar(found.beginning):
                yield from _members(found, inside, skipped, depth + 1)
            else:
                yield _as_text(found, inside)
    if empty:
        raise NotRead(f"{name} is a tar archive without a text" + (f": it holds {first_names(left_out)}" if left_out else ""))


def _content_or_none(file: Any, name: str) -> Content | None:
    try:
        return content(file, name, seekable=False)
    except NotRead:
        return None
