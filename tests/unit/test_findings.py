"""Texts that are none, are not UTF-8, are empty or teach nothing: skipped, named, counted, warned of."""

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.command_line import Outcome
from hypothesis import example, given
from hypothesis import strategies as st

import fastw2v
from fastw2v._system.display import first_names
from fastw2v.corpus import findings, sources
from fastw2v.corpus.buffers import text_buffers
from fastw2v.corpus.findings import Findings, invalid_utf8, merge_findings
from fastw2v.corpus.partitions import partition
from fastw2v.errors import UsageError

Command = Callable[..., Outcome]
MARK = b"\xef\xbb\xbf"
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0"
OTHERS = {
    "doc.pdf": b"%PDF-1.7\n1 0 obj\n",
    "noise.bin": bytes(range(1, 256)) * 20,
    "p.png": PICTURE,
    "p.png.gz": gzip.compress(PICTURE),
    "x.7z": b"7z\xbc\xaf\x27\x1c",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as people have them."""
    found = tmp_path / "texts"
    (found / ".git").mkdir(parents=True)
    for name, data in OTHERS.items():
        (found / name).write_bytes(data)
    (found / ".git" / "config").write_text("[core]\n")
    (found / ".notes.txt").write_text("hidden words\n")
    (found / "a.txt").write_text("red green blue\n" * 30)
    (found / "b.txt").write_bytes(MARK)
    (found / "c.txt").touch()
    return found


def test_of_a_folder_only_texts_are_read_and_what_is_left_out_is_named(folder: Path, tmp_path: Path, cli: Command) -> None:
    os.mkfifo(folder / "pipe")
    code, _, err = cli("train", folder, "-o", tmp_path / "v.txt", "--min-count", 1, "--dim", 4, "--epochs", 1)
    assert code == 0
    assert f"6 that hold no text ({folder}/doc.pdf, {folder}/noise.bin, {folder}/p.png and 3 more)" in err
    assert f"2 hidden ({folder}/.git, {folder}/.notes.txt)" in err
    assert "3 files, 2 of them empty" in err
    assert set(fastw2v.load(tmp_path / "v.txt").words) == {"</s>", "red", "green", "blue"}
    assert "the text of 3 files, 2 of them empty" in cli("vocab", folder, "-o", tmp_path / "voc", "--min-count", 1).err


def test_a_file_that_is_named_is_read_whatever_it_holds(folder: Path) -> None:
    for name, data in OTHERS.items():
        if not name.startswith("x"):
            named = sources.sources(folder / name)
            plain = gzip.decompress(data) if name.endswith("gz") else data
            assert b"".join(block.data for block in text_buffers(named, end_lines=False)) in plain
            assert named[0].findings.texts == 1
    found = sources.sources(f"{folder}/*")
    assert [Path(source.name).name for source in found] == ["a.txt", "b.txt", "c.txt"]


def test_a_folder_without_texts_is_refused_with_what_it_holds(folder: Path) -> None:
    for name in "abc":
        (folder / f"{name}.txt").unlink()
    with pytest.raises(UsageError, match=r"there are 5 that hold no text .*, 2 hidden .*own name"):
        sources.sources(folder)


@pytest.mark.parametrize("read_vocab", [False, True])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_text_that_is_not_utf8_is_named_with_the_byte_and_its_words_keep_their_bytes(
    tmp_path: Path, cli: Command, pack: Callable[[bytes], bytes], read_vocab: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    latin, utf8 = tmp_path / "latin", tmp_path / "utf8"
    before = "één twee drie\n".encode() * 200_000
    latin.write_bytes(pack(before + "déjà vu\n".encode("latin-1") * 5))
    utf8.write_bytes(before)
    (tmp_path / "voc").write_bytes(b"</s> 9\ntwee 8\n" + b"d\xe9j\xe0 5\n")
    more = ("--read-vocab", tmp_path / "voc") if read_vocab else ()
    err = cli("train", utf8, latin, "-o", tmp_path / "v.f2v", "--dim", 4, "--epochs", 1, *more).err
    assert f"not UTF-8: {latin} (byte 0xE9 at {len(before) + 1:,}); words keep their bytes" in err
    assert "iconv -f LATIN1 -t UTF-8" in err
    assert f"{utf8} (byte" not in err
    assert "d\udce9j\udce0" in fastw2v.load(tmp_path / "v.f2v").words


def test_many_texts_that_are_not_utf8_are_named_in_one_line() -> None:
    found = [Findings(not_utf8={f"t{number}": (number, 0xE9)}) for number in range(9)]
    (note,) = merge_findings(found).notes()
    assert note.startswith("not UTF-8: t0 (byte 0xE9 at 0), t1 (byte 0xE9 at 1), t2 (byte 0xE9 at 2) and 6 more; ")
    assert first_names(["a"]) == "a"


def test_parts_of_a_text_may_come_in_any_order() -> None:
    found = Findings()
    for start in (20, 10, 30):
        found.check("t", start, b"ab\xff ")
    assert found.not_utf8 == {"t": (12, 0xFF)}


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example("aé日𝄞".encode())
@example("日".encode()[:2])
def test_the_first_byte_that_is_not_utf8_is_found(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "DECODE_BYTES", 5)
        try:
            data.decode()
            expected = None
        except UnicodeDecodeError as error:
            expected = error.start
        assert invalid_utf8(data) == expected


@pytest.mark.parametrize("size", [1, 2, 5, 8, 1000])
def test_byte_order_marks_at_the_beginning_of_lines_are_no_part_of_words(tmp_path: Path, size: int) -> None:
    (tmp_path / "text").write_bytes((MARK + b"red green\n") * 3 + b"a" + MARK + b"b " + MARK + b"c\n" + MARK)
    found = b"".join(block.words() for block in text_buffers(sources.sources(tmp_path / "text"), size=size))
    assert found == b"red green\n" * 3 + b"a" + MARK + b"b " + MARK + b"c\n\n"


def test_a_text_with_a_mark_is_shared_whole(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_bytes(MARK + b"red green\n" * 50)
    (tmp_path / "void").touch()
    text = sources.sources(tmp_path)
    parts = [partition(text, number, 3) for number in range(3)]
    assert [[part.begin for part in found] for found in parts] == [[0, 0], [173], [343, 0]]
    words = [b"".join(block.words() for block in text_buffers(found)) for found in parts]
    assert b"".join(words) == b"red green\n" * 50


@pytest.mark.parametrize("table", [True, False])
def test_a_text_whose_words_have_no_neighbours_is_warned_of(tmp_path: Path, cli: Command, table: bool) -> None:
    rows = [f"{user},{user % 7},5" if table or user % 10 else "two words" for user in range(500)]
    (tmp_path / "ratings.csv").write_text("\n".join(rows) + "\n")
    more = ("--min-count", 1, "--dim", 4, "--epochs", 1)
    err = cli("train", tmp_path / "ratings.csv", "-o", tmp_path / "v.txt", *more).err
    assert ("warning: hardly any sentence has two words of the vocabulary (500 sentences, 0 pairs" in err) == table


def test_a_word_without_end_is_refused_whatever_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastw2v.corpus.buffers.MAX_UNBROKEN_BYTES", 100_000)
    monkeypatch.setattr(sources, "MAX_UNBROKEN_BYTES", 100_000)
    (tmp_path / "long").write_bytes(b"some words\n" + b"1" * 90_000 + b" " + b"1" * 99_000 + b"\n")
    assert sum(len(block.data) for block in text_buffers(sources.sources(tmp_path / "long"), size=10_000)) < 20_000
    for data in (b"a b " + b"1" * 200_000, gzip.compress(b"a b " + b"1" * 200_000 + b" c")):
        (tmp_path / "endless").write_bytes(data)
        with pytest.raises(UsageError, match=r"endless is not text: its bytes 4 to 1.0,... hold no white space"):
            for _ in text_buffers(sources.sources(tmp_path / "endless"), size=10_000):
                pass
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(open("/dev/zero", "rb")))  # type: ignore[arg-type]
    for name in ("/dev/zero", "-"):
        with pytest.raises(UsageError, match=r"is not text: [0-9,]+ bytes of it hold no white space"):
            sources.sources(name)


def test_a_stream_that_would_fill_the_disk_is_refused_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGE_COPY", 3 << 20)
    monkeypatch.setattr(sources, "free_bytes", lambda copy: (10 << 20) - copy.tell())
    with pytest.raises(UsageError, match=r"/dev/urandom is too large to keep: 9.4 MB are copied, 1.0 MB are free on the disk"):
        sources.sources("/dev/urandom")
