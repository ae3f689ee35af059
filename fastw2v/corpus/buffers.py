"""The text in large blocks of whole words, and an ordered parallel walk over them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from fastw2v._system.text_encoding import BYTE_ORDER_MARK as MARK
from fastw2v.corpus.findings import Findings
from fastw2v.corpus.sources import Source
from fastw2v.corpus.texts import MAX_UNBROKEN_BYTES, Text
from fastw2v.corpus.words import MAX_WORD_BYTES
from fastw2v.errors import UsageError

TEXT_BUFFER_BYTES = 1 << 21
Item = TypeVar("Item")
Result = TypeVar("Result")


class TextBuffer(NamedTuple):
    """Whole words of one text.

    data : their bytes, and the white space around them
    name : the text's
    start : where in the text they begin
    begins_line : whether they stand at the start of a line
    findings : where to note what is wrong with them, None where that was done before
    """

    data: bytes
    name: str
    start: int
    begins_line: bool
    findings: Findings | None

    def words(self) -> bytes:
        """The data without the byte order marks of the files that the text may have been put together of."""
        if MARK[:1] not in self.data:  # most languages have no character that begins with this byte
            return self.data
        data = self.data.removeprefix(MARK) if self.begins_line else self.data
        return data.replace(b"\n" + MARK, b"\n")

    def check(self) -> None:
        """Note where they are not UTF-8, when they are read for the first time."""
        if self.findings:
            self.findings.check(self.name, self.start, self.data)


def text_buffers(
    sources: Iterable[Source],
    advanced: Callable[[int], None] = lambda _: None,
    size: int = TEXT_BUFFER_BYTES,
    end_lines: bool = True,
) -> Iterator[TextBuffer]:
    """All texts of all sources, cut after white space, so that no word and no UTF-8 character lies in two blocks.

    The end of a text ends its sentence; without `end_lines` a last line stays as it is, and a last word that no white space
    follows is left out. `advanced` is told the bytes read from the disk since it was last called.
    """
    for source in sources:
        findings = None if source.findings.complete else source.findings
        raw = source.open()
        position = source.begin
        try:
            for text in source.texts(raw):
                blank = begins_line = True
                for data, start in _cut_text(text, size, end_lines and source.end is None):
                    blank = blank and data.removeprefix(MARK).isspace()
                    yield TextBuffer(data, text.name, start, begins_line, findings)
                    begins_line = data.endswith(b"\n")
                    advanced(raw.tell() - position)
                    position = raw.tell()
                source.findings.ended(blank=blank, part=source.begin > 0)
            source.check_unchanged(raw)
            source.findings.complete = True
        finally:
            source.close(raw)


def _cut_text(text: Text, size: int, end_lines: bool) -> Iterator[tuple[bytes, int]]:
    """The blocks of one text, and where they begin in it."""
    start = place = text.start  # of `rest`, and of what is read next
    rest = last = b""  # the start of a word that goes on in the next block; the last byte that counts
    word = 0  # bytes of that word so far
    while more := text.reader.read(size):
        place += len(more)
        last = more.rstrip(b"\r")[-1:] or last
        data = rest + more
        cut = 1 + max(data.rfind(b"\n"), data.rfind(b" "), data.rfind(b"\t"))
        word = len(data) - cut if cut else word + len(more)
        if word > MAX_UNBROKEN_BYTES:
            raise UsageError(f"{text.name} is no text: its bytes {place - word:,} to {place:,} hold no white space")
        block, rest = data[:cut], data[cut:]
        if block:
            yield block, start
            start = place - len(rest)
        if len(rest) > size:
            # A "word" of millions of bytes: what is past the longest word that is kept need not be.
            rest = rest.replace(b"\r", b"")[: MAX_WORD_BYTES + 1]
    if end_lines and place > text.start and last != b"\n":
        yield rest + b"\n", start


def map_in_order(function: Callable[[int, Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """function(number, item) for every item, on several threads; results come in the items' order.

    At most `threads` items are under way, so that item i + threads starts only once the result of item i was taken: what
    belongs to number modulo `threads` is used by one call at a time.
    """
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for number, item in enumerate(items):
                if len(waiting) == threads:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(function, number, item))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
