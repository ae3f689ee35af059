"""Buffers of text that end between two words, and a parallel map that keeps their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from fastw2v._system.text_encoding import BYTE_ORDER_MARK as MARK
from fastw2v.corpus.findings import Findings
from fastw2v.corpus.sources import Source
from fastw2v.corpus.texts import MAX_UNBROKEN_BYTES, Text
from fastw2v.corpus.word_table import MAX_WORD_BYTES
from fastw2v.errors import UsageError

TEXT_BUFFER_BYTES = 1 << 21
Item = TypeVar("Item")
Result = TypeVar("Result")


class TextBuffer(NamedTuple):
    """Whole words of one text.

    data : the words and the white space around them
    name : the text's name, for messages
    start : offset of the data in the text, in bytes
    begins_line : whether the data begin at the start of a line
    findings : collects bytes that are not UTF-8; None if the text has been checked before
    """

    data: bytes
    name: str
    start: int
    begins_line: bool
    findings: Findings | None

    def words(self) -> bytes:
        """The data without byte order marks at the start of lines: concatenated files have them inside the text."""
        if MARK[:1] not in self.data:  # fast: few languages have characters that begin with this byte
            return self.data
        data = self.data.removeprefix(MARK) if self.begins_line else self.data
        return data.replace(b"\n" + MARK, b"\n")

    def check(self) -> None:
        """Record bytes that are not UTF-8, on the first reading only."""
        if self.findings:
            self.findings.check(self.name, self.start, self.data)


def text_buffers(
    sources: Iterable[Source],
    advanced: Callable[[int], None] = lambda _: None,
    size: int = TEXT_BUFFER_BYTES,
    end_lines: bool = True,
) -> Iterator[TextBuffer]:
    """The texts of all sources in buffers, cut after white space: no word and no UTF-8 character is split.

    advanced : called with the bytes read from disk since its last call
    size : bytes read at a time
    end_lines : end the last line of a text with a newline; otherwise a last word without white space after it is dropped

    Raises UsageError for content that is not text, Fastw2vError for damaged data and for files that change meanwhile.
    """
    for source in sources:
        findings = None if source.findings.complete else source.findings
        raw = source.open()
        position = source.begin
        try:
            for text in source.texts(raw):
                blank, begins_line = True, text.before in (b"", b"\n")
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
    """The data of each buffer of one text, and its offset in the text."""
    start = place = text.start  # offsets of `rest` and of the next read
    rest, last = b"", text.before  # the beginning of an unfinished word; the last byte other than a carriage return
    word = 0  # bytes of the unfinished word so far
    while more := text.reader.read(size):
        place += len(more)
        last = more.rstrip(b"\r")[-1:] or last
        data = rest + more
        cut = 1 + max(data.rfind(b"\n"), data.rfind(b" "), data.rfind(b"\t"))
        word = len(data) - cut if cut else word + len(more)
        if word > MAX_UNBROKEN_BYTES:
            raise UsageError(f"{text.name} is not text: its bytes {place - word:,} to {place:,} hold no white space")
        whole, rest = data[:cut], data[cut:]
        if whole:
            yield whole, start
            start = place - len(rest)
        if len(rest) > size:
            # A "word" of millions of bytes: only its first MAX_WORD_BYTES are used, and one more shows that it is longer.
            rest = rest.replace(b"\r", b"")[: MAX_WORD_BYTES + 1]
    if end_lines and place > text.start and last != b"\n":
        yield rest + b"\n", start


def map_in_order(function: Callable[[int, Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """Call function(number, item) for every item on several threads; yield the results in the order of the items.

    At most `threads` calls run at once, and call i + threads starts only after the result of call i has been taken. A resource
    with index number % threads is therefore used by one call at a time.
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
