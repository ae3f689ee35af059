"""Files that people write line by line: byte order marks, other encodings, files without end."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastw2v._system.text_lines import MAX_FILE_LENGTH, MAX_LINE_LENGTH, byte_lines, text_lines
from fastw2v.corpus.vocabulary import read_vocabulary
from fastw2v.errors import UsageError
from fastw2v.plotting.run_log import read_log
from fastw2v.plotting.words import read_word_list
from fastw2v.vectors.word_vectors import WordVectors

MARK = b"\xef\xbb\xbf"
VECTORS = WordVectors(["a", "b", "c"], np.eye(3, dtype=np.float32))
READERS: dict[str, tuple[Callable[[Path], Any], bytes]] = {
    "questions": (VECTORS.evaluate_analogies, b": s\na b c a\nb a c b\n"),
    "pairs": (VECTORS.evaluate_similarity, b"a b 1\nb c 2\na c 3\n"),
    "a list of words": (read_word_list, b"a\tx\nb\n"),
    "a vocabulary": (lambda path: list(read_vocabulary(path).words()), b"a 5\nb 3\n"),
}


@pytest.mark.parametrize("name", READERS)
def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path, name: str) -> None:
    read, content = READERS[name]
    (tmp_path / "plain").write_bytes(content)
    (tmp_path / "marked").write_bytes(MARK + content)
    assert str(read(tmp_path / "marked")) == str(read(tmp_path / "plain"))


@pytest.mark.parametrize("name", [*READERS, "a log"])
def test_a_line_without_end_is_refused(name: str) -> None:
    read = READERS[name][0] if name in READERS else read_log
    with pytest.raises(UsageError, match=f"line 1: it does not end within {MAX_LINE_LENGTH:,} bytes"):
        read(Path("/dev/zero"))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-32"])
def test_other_encodings_are_named(tmp_path: Path, name: str, encoding: str) -> None:
    read, content = READERS[name]
    (tmp_path / "wide").write_bytes(content.decode().encode(encoding))
    with pytest.raises(UsageError, match=f"is {encoding}: convert it to UTF-8 first"):
        read(tmp_path / "wide")


@pytest.mark.slow
def test_a_file_of_questions_without_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")

    def feed() -> None:
        with open(tmp_path / "endless", "wb", 0) as pipe:
            try:
                while True:
                    pipe.write(b"a b c a\n" * 10_000)
            except BrokenPipeError:
                return

    feeder = threading.Thread(target=feed)
    feeder.start()
    with pytest.raises(UsageError, match=f"has more than {MAX_FILE_LENGTH >> 20} MB: is it a list"):
        for _ in text_lines(tmp_path / "endless", "a list"):
            pass
    feeder.join()


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"a b\x0bc\r\nd\xff\n\nlast")
    assert list(byte_lines(tmp_path / "t", "a list")) == [(1, b"a b\x0bc\r"), (2, b"d\xff"), (3, b""), (4, b"last")]
    assert list(text_lines(tmp_path / "t", "a list")) == [(1, "a b\x0bc"), (2, "d\udcff"), (3, ""), (4, "last")]
    with pytest.raises(UsageError, match="cannot read"):
        list(text_lines(tmp_path / "none", "a list"))
    with pytest.raises(UsageError, match="cannot read"):
        list(byte_lines(tmp_path, "a list"))
