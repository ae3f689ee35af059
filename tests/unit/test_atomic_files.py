"""The vocabulary file, and files that appear whole or not at all."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v._system.files import check_writable, unnamed_temporary_file, written_whole
from fastw2v.corpus.vocabulary import read_vocabulary, vocabulary_of
from fastw2v.errors import Fastw2vError, UsageError
from fastw2v.vectors.io.folder import check_folder_writable
from fastw2v.vectors.word_vectors import WordVectors

words_of_bytes = st.binary(min_size=1, max_size=20).filter(lambda word: not set(word) & set(b" \t\n\r"))


@given(st.lists(st.tuples(words_of_bytes, st.integers(1, 2**40)), max_size=10, unique_by=lambda pair: pair[0]))
@settings(deadline=None)
def test_vocabulary_files_give_back_words_and_counts(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[bytes, int]]
) -> None:
    pairs = [pair for pair in pairs if pair[0] != b"</s>"]
    path = tmp_path_factory.getbasetemp() / "vocab.txt"
    vocabulary_of([(b"</s>", 7), *pairs]).save(path)
    read = read_vocabulary(path)
    expected = [(b"</s>", 7), *sorted(pairs, key=lambda pair: -pair[1])]
    assert list(zip(read.words(), read.counts.tolist())) == expected


BROKEN_VOCABULARIES = {
    b"": "is empty",
    b"</s> 3\nword\n": "line 2: expected a word, a space and a count",
    b"</s> 3\nword x\n": "line 2: expected",
    b"</s> 3\nword -4\n": "line 2: expected",
    b"</s> 3\nword 4\nother 3\nword 2\n": "line 4: the word 'word' is listed twice",
    b"</s> 3\na b 4\n": "line 2: expected",
    b"</s> 3\n\xff\xfe 99999999999999999999999\n": "line 2: the count",
}


@pytest.mark.parametrize("data", BROKEN_VOCABULARIES)
def test_a_broken_vocabulary_file_is_refused_with_the_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"vocab\.txt") as error:
        read_vocabulary(path)
    assert BROKEN_VOCABULARIES[data] in str(error.value)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(b"old")

    def fails() -> None:
        with written_whole(path) as file:
            file.write(b"new, but not all of it")
            raise RuntimeError("something else goes wrong")

    with pytest.raises(RuntimeError):
        fails()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_keeps_permissions_and_follows_links(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    with written_whole(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_full_disk_is_named() -> None:
    with pytest.raises(Fastw2vError, match=r"cannot write /dev/full: No space left on device"):
        WordVectors([f"w{i}" for i in range(1000)], np.zeros((1000, 100), np.float32)).save("/dev/full", "binary")


def test_a_temporary_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    file = unnamed_temporary_file(tmp_path)
    file.write(b"data")
    file.flush()
    assert os.fstat(file.fileno()).st_nlink == 0
    assert not list(tmp_path.iterdir())


def test_an_output_that_cannot_be_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        check_writable(tmp_path, "the output")
    with pytest.raises(UsageError, match="does not exist"):
        check_writable(tmp_path / "none" / "x", "the output")
    with pytest.raises(UsageError, match="does not exist"):
        check_folder_writable(tmp_path / "none" / "x.f2v")
    with pytest.raises(UsageError, match="cannot be written"):
        check_folder_writable(tmp_path / "\0.f2v")
