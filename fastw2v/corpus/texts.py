"""The texts in a file: one, or those of a tar archive; and what is no text."""

from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

from fastw2v.compression.reading import Content, Reader, content, content_errors, is_tar
from fastw2v.compression.streams import NotRead
from fastw2v.corpus.findings import first_names

MAX_UNBROKEN_BYTES = 1 << 26  # bytes without white space that a text may have: encoded pictures, not a device of zeros
MAX_NESTED_ARCHIVES = 4  # one inside the other
TEXT_CONTROLS = b"\b\t\n\v\f\r\x1b"  # that texts have: white space, and what Japanese encodings and coloured logs use
OTHER_CONTROLS = bytes(set(range(1, 32)) - set(TEXT_CONTROLS))
MAX_CONTROL_FRACTION = 0.01  # of a text; of compressed data they are a tenth
BINARY_MAGIC = (b"%PDF-",)  # which hold no zero byte for long


class Text(NamedTuple):
    """One text.

    name : of its file, and of the member of an archive
    reader : its read(n) gives bytes
    start : where they begin, of a text of which only a part is read
    """

    name: str
    reader: Any
    start: int = 0


def texts(raw: IO[bytes], name: str, skipped: Callable[[str], None]) -> Iterator[Text]:
    """The texts of an open file, each to be read before the next; `skipped` is told the members of archives that are none.

    Raises UsageError for a file in a form that is not read, Fastw2vError for damaged data and failing disks.
    """
    found = content(raw, name)
    if is_tar(found.beginning):
        yield from _members(found, name, skipped, 1)
    else:
        yield _text(found, name)


def is_binary(found: Content) -> bool:
    """Whether a content looks like no text: pictures, programs, arrays, PDF."""
    beginning = found.beginning
    if is_tar(beginning):
        return False
    controls = len(beginning) - len(beginning.translate(None, OTHER_CONTROLS))
    return b"\0" in beginning or beginning.startswith(BINARY_MAGIC) or controls > MAX_CONTROL_FRACTION * len(beginning)


def _text(found: Content, name: str) -> Text:
    return Text(name, Reader(found.stream, name, found.compression))


def _members(archive: Content, name: str, skipped: Callable[[str], None], depth: int) -> Iterator[Text]:
    """The texts among the files of a tar archive."""
    from fastw2v.compression.archives import hidden, tar_members

    if depth > MAX_NESTED_ARCHIVES:
        raise NotRead(f"{name}: archives lie in archives more than {MAX_NESTED_ARCHIVES} deep: unpack them first")
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
                yield _text(found, inside)
    if empty:
        raise NotRead(f"{name} is a tar archive without a text" + (f": it holds {first_names(left_out)}" if left_out else ""))


def _content_or_none(file: Any, name: str) -> Content | None:
    try:
        return content(file, name, seekable=False)
    except NotRead:
        return None
