"""Files of lines that people write: questions, pairs, lists of words, vocabularies. Endless files are refused."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from fastw2v._system.text_encoding import BYTE_ORDER_MARK, LONGEST_MARK, how_to_convert, other_unicode
from fastw2v.errors import UsageError, cannot_read

MAX_LINE_LENGTH = 1 << 20  # bytes or characters
MAX_FILE_LENGTH = 1 << 26  # characters; questions-words.txt has 600,000


def text_lines(path: Path, what: str) -> Iterator[tuple[int, str]]:
    """The numbers, from 1, and the lines of a file, without newlines and a byte order mark.

    what : what the file should be, for messages, such as "a file of questions"

    Raises UsageError if the file cannot be read, is UTF-16 or UTF-32, or is longer than any such file.
    """
    with _open_at_first_line(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape")
        letters = 0
        for number, line in _numbered_lines(text, path, what):
            letters += len(line)
            if letters > MAX_FILE_LENGTH:
                raise UsageError(f"{path} has more than {MAX_FILE_LENGTH >> 20} MB: is it {what}?")
            yield number, line.removesuffix("\n")


def byte_lines(path: Path, what: str) -> Iterator[tuple[int, bytes]]:
    """As `text_lines`, in bytes and without a limit on the size of the file."""
    with _open_at_first_line(path) as file:
        for number, line in _numbered_lines(file, path, what):
            yield number, line.removesuffix(b"\n")


@contextmanager
def _open_at_first_line(path: Path) -> Iterator[io.BufferedReader]:
    """A file open after its byte order mark."""
    try:
        with open(path, "rb") as file:
            beginning = file.peek(LONGEST_MARK)
            if encoding := other_unicode(beginning):
                raise UsageError(f"{path} is {encoding}: {how_to_convert(encoding)}")
            if beginning.startswith(BYTE_ORDER_MARK):
                file.read(len(BYTE_ORDER_MARK))
            yield file
    except UsageError:
        raise
    except (OSError, ValueError) as error:
        raise UsageError(cannot_read(path, error)) from error


def _numbered_lines(file: IO[Any], path: Path, what: str) -> Iterator[tuple[int, Any]]:
    number = 0
    while line := file.readline(MAX_LINE_LENGTH + 1):
        number += 1
        if len(line) > MAX_LINE_LENGTH:
            raise UsageError(f"{path}, line {number:,}: it does not end within {MAX_LINE_LENGTH:,} bytes; is this {what}?")
        yield number, line
