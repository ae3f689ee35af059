"""Where text comes from: files, folders, globs, standard input; plain and compressed; damaged and missing."""

import gzip
import io
import lzma
import os
import sys
import threading
from pathlib import Path

import pytest
from helpers.texts import PACK, bytes_read

from fastw2v.compression.zstd import WITH_CHECKSUM, zstd
from fastw2v.corpus.buffers import text_buffers
from fastw2v.corpus.sources import sources
from fastw2v.errors import Fastw2vError, UsageError

TEXT = b"".join(b"line %d of a text that is long enough to fill some blocks\n" % number for number in range(5000))


@pytest.mark.parametrize("kind", PACK)
def test_compressed_text_is_read_whatever_its_name(tmp_path: Path, kind: str) -> None:
    (tmp_path / "text.txt").write_bytes(PACK[kind](TEXT))
    assert bytes_read(str(tmp_path / "text.txt")) == TEXT


@pytest.mark.parametrize("kind", PACK)
def test_compressed_pieces_one_after_the_other_are_one_text(tmp_path: Path, kind: str) -> None:
    compress = PACK[kind]
    (tmp_path / "text").write_bytes(compress(TEXT[:100_000]) + compress(TEXT[100_000:]))
    assert bytes_read(tmp_path / "text") == TEXT


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_compressed_text_that_is_cut_short_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    data = PACK[kind](TEXT)
    (tmp_path / "text").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Fastw2vError, match=f"text: the {kind} data are damaged or cut short"):
        bytes_read(tmp_path / "text")


@pytest.mark.parametrize("kind", PACK)
def test_a_compressed_text_that_is_corrupt_is_refused(tmp_path: Path, kind: str) -> None:
    data = bytearray(zstd.compress(TEXT, options=WITH_CHECKSUM) if kind == "zstd" else PACK[kind](TEXT))
    for place in range(len(data) // 2, len(data) // 2 + 20):
        data[place] ^= 0xFF
    (tmp_path / "text").write_bytes(data)
    with pytest.raises(Fastw2vError, match="damaged or cut short"):
        bytes_read(tmp_path / "text")


def test_a_plain_text_that_looks_a_little_like_bzip2_is_plain(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"BZhang wrote this\n")
    assert bytes_read(tmp_path / "text") == b"BZhang wrote this\n"


def test_a_named_file_that_is_no_text_is_read_and_the_user_is_told(tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n1 0 R obj\n")
    (tmp_path / "text.txt").write_bytes(b"a b c\n")
    notes: list[str] = []
    assert len(sources([tmp_path / "paper.pdf", tmp_path / "text.txt"], note=notes.append)) == 2
    assert len(notes) == 1
    assert notes[0].startswith(f"{tmp_path}/paper.pdf does not look like text, and is read all the same; documents must")


def test_folders_are_read_in_the_order_of_names_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.txt", "a/1.txt", ".hidden", "c/.git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name + "\n")
    assert bytes_read(str(tmp_path)) == b"b.txt\na/1.txt\na/2.txt\n"


def test_globs_and_lists_are_read(tmp_path: Path) -> None:
    for name in ("x1.txt", "x2.txt", "y.txt"):
        (tmp_path / name).write_text(name + "\n")
    assert bytes_read(f"{tmp_path}/x*.txt") == b"x1.txt\nx2.txt\n"
    assert bytes_read([f"{tmp_path}/y.txt", tmp_path / "x1.txt"]) == b"y.txt\nx1.txt\n"


def test_a_file_whose_name_is_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text("bracket\n")
    (tmp_path / "a1.txt").write_text("other\n")
    assert bytes_read(f"{tmp_path}/a[1].txt") == b"bracket\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.txt", "No such file or directory"),
        ("*.none", "nothing matches"),
        ("empty", "holds no files"),
        ("", "no such file"),
    ],
)
def test_a_name_without_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        bytes_read(name)


def test_standard_input_can_be_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (TEXT, gzip.compress(TEXT)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        found = sources("-")
        assert b"".join(block.words() for block in text_buffers(found)) == TEXT
        assert b"".join(block.words() for block in text_buffers(found)) == TEXT


def test_a_closed_standard_input_and_words_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="standard input is closed"):
        sources("-")
    for corpus, message in (
        ([["a", "\ud800"]], "cannot be written as UTF-8"),
        ([1, 2], "sentence 1 is of type int"),
    ):
        with pytest.raises(UsageError, match=message):
            sources(corpus)


def test_a_file_that_goes_away_is_named(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(TEXT)
    found = sources(tmp_path / "text")
    (tmp_path / "text").unlink()
    for use in (lambda: found[0].size, lambda: next(text_buffers(found))):
        with pytest.raises(Fastw2vError, match=r"cannot read .*text: No such file"):
            use()


def test_a_pipe_can_be_read_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TEXT,))
    writer.start()
    found = sources(pipe)
    writer.join()
    assert b"".join(block.words() for block in text_buffers(found)) == TEXT
    assert b"".join(block.words() for block in text_buffers(found)) == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_reading_tells_how_many_bytes_of_the_disk_were_read(tmp_path: Path) -> None:
    for number, data in enumerate((TEXT, gzip.compress(TEXT), lzma.compress(TEXT))):
        (tmp_path / str(number)).write_bytes(data)
    told: list[int] = []
    found = sources(tmp_path)
    for _ in text_buffers(found, told.append, 5000):
        pass
    assert sum(told) == sum(source.size for source in found)
