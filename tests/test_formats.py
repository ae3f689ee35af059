"""The vector files and the vocabulary file: what is written is read, by us and by gensim; what is damaged is refused."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v.corpus.vocabulary import read_vocabulary, vocabulary_of
from fastw2v.errors import Fastw2vError, UsageError
from fastw2v.files import check_writable, vanishing_file, written_whole
from fastw2v.vectors.word2vec_format import read_vectors, write_vectors
from fastw2v.vectors.word_vectors import UnknownWordError, WordVectors

words_of_bytes = st.binary(min_size=1, max_size=20).filter(lambda word: not set(word) & set(b" \t\n\r"))
floats = st.floats(-1e6, 1e6, width=32)


@st.composite
def vector_sets(draw: st.DrawFn) -> tuple[list[bytes], np.ndarray]:
    words = draw(st.lists(words_of_bytes, min_size=1, max_size=8, unique=True))
    dim = draw(st.integers(1, 6))
    values = draw(st.lists(floats, min_size=len(words) * dim, max_size=len(words) * dim))
    return words, np.array(values, np.float32).reshape(len(words), dim)


@given(vector_sets())
@settings(deadline=None)
def test_binary_files_give_back_every_bit(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[list[bytes], np.ndarray]
) -> None:
    path = tmp_path_factory.getbasetemp() / "vectors.bin"
    size = write_vectors(path, made[0], made[1], binary=True)
    words, vectors = read_vectors(path)
    assert words == made[0]
    assert vectors.tobytes() == made[1].tobytes()
    assert size == path.stat().st_size


@given(vector_sets())
@settings(deadline=None)
def test_text_files_give_back_six_decimals(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[list[bytes], np.ndarray]
) -> None:
    path = tmp_path_factory.getbasetemp() / "vectors.txt"
    write_vectors(path, made[0], made[1], binary=False)
    words, vectors = read_vectors(path)
    assert words == made[0]
    assert np.allclose(vectors, made[1], rtol=1e-6, atol=5.1e-7)


@pytest.mark.parametrize("name", ["vectors.bin", "vectors.txt"])
def test_gensim_reads_what_we_write(tmp_path: Path, name: str) -> None:
    random = np.random.default_rng(1)
    words = ["</s>", "the", "straße", "日本", "a.b-c", "x\udcff"]
    vectors = WordVectors(words, random.normal(size=(len(words), 10)).astype(np.float32))
    vectors.save(tmp_path / name)
    theirs = KeyedVectors.load_word2vec_format(
        str(tmp_path / name), binary=name.endswith("bin"), unicode_errors="surrogateescape"
    )
    assert theirs.index_to_key == words
    assert np.allclose(theirs.vectors, vectors.vectors, atol=6e-7)


@pytest.mark.parametrize("binary", [True, False])
def test_we_read_what_gensim_writes(tmp_path: Path, binary: bool) -> None:
    made = KeyedVectors(4)
    made.add_vectors(["one", "zwölf"], np.arange(8, dtype=np.float32).reshape(2, 4) / 7)
    made.save_word2vec_format(str(tmp_path / "theirs"), binary=binary)
    ours = fastw2v.load(tmp_path / "theirs")
    assert ours.words == ["one", "zwölf"]
    assert np.allclose(ours.vectors, made.vectors, atol=1e-6)


def test_most_similar_agrees_with_gensim(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    ours = WordVectors([f"w{i}" for i in range(200)], random.normal(size=(200, 12)).astype(np.float32))
    ours.save(tmp_path / "v.bin")
    theirs = KeyedVectors.load_word2vec_format(str(tmp_path / "v.bin"), binary=True)
    for asked in ({"positive": ["w3"]}, {"positive": ["w3", "w5"], "negative": ["w9"], "topn": 7}):
        expected = theirs.most_similar(**asked)
        found = ours.most_similar(**asked)
        assert [word for word, _ in found] == [word for word, _ in expected]
        assert np.allclose([cosine for _, cosine in found], [cosine for _, cosine in expected], atol=1e-5)
    assert ours.most_similar("w3") == ours.most_similar(["w3"])
    assert len(ours.most_similar("w3", topn=1000)) == 199
    assert ours.most_similar("w3", topn=0) == []


def test_vectors_are_looked_up_by_word() -> None:
    vectors = WordVectors(["a", "b"], np.eye(2, dtype=np.float32))
    assert vectors["b"].tolist() == [0, 1]
    assert "a" in vectors
    assert "c" not in vectors
    assert len(vectors) == 2
    assert vectors.dim == 2
    with pytest.raises(KeyError) as error:
        vectors["c"]
    assert isinstance(error.value, UnknownWordError)
    assert str(error.value) == "the word 'c' has no vector"


DAMAGED = {
    b"": "first line",
    b"hello world\n": "first line",
    b"2 3\n": "cannot be in a file",
    b"1000000000000 100\nx 1 2\n": "cannot be in a file",
    b"2 2\na 0.1 0.2 \nb 0.1 \n": "line 3: 1 numbers where 2",
    b"2 2\na 0.1 0.2 \nb 0.1 zwei\n": "line 3: expected 2 numbers",
    b"3 2\na 0.1 0.2 \nb 0.1 0.2\n": "line 4: the file is cut short",
    b"2 2\na " + bytes(8) + b"\nb " + bytes(7): "cut short",
    b"2 2\na " + bytes(8) + b"\n" + b"b" * 20: "row 2 of 2: the file is cut short",
    b"1 0\na \n": "cannot be in a file",
}


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_vector_file_is_refused_with_the_place(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(data)
    with pytest.raises(UsageError) as error:
        fastw2v.load(path)
    assert DAMAGED[data] in str(error.value)
    assert str(path) in str(error.value)


@given(vector_sets(), st.booleans(), st.data())
@settings(deadline=None, max_examples=200)
def test_a_changed_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[list[bytes], np.ndarray], binary: bool, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed"
    write_vectors(path, *made, binary=binary)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        words, vectors = read_vectors(path)
    except Fastw2vError:
        return
    assert len(words) == len(vectors)


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
    b"</s> 3\nword 4\nother 3\nword 2\n": "line 4: the word 'word' stands there twice",
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
        write_vectors(Path("/dev/full"), [b"a"] * 1000, np.zeros((1000, 100), np.float32), binary=True)


def test_a_temporary_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    file = vanishing_file(tmp_path)
    file.write(b"data")
    file.flush()
    assert os.fstat(file.fileno()).st_nlink == 0
    assert not list(tmp_path.iterdir())


def test_an_output_that_cannot_be_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        check_writable(tmp_path, "the output")
    with pytest.raises(UsageError, match="does not exist"):
        check_writable(tmp_path / "none" / "x", "the output")
