"""Files of word vectors: what is written is read, by us and by gensim; what is damaged is refused with the place."""

import bz2
import gzip
import json
import lzma
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v.compression.reading import is_plain
from fastw2v.compression.zstd import zstd
from fastw2v.errors import Fastw2vError, UsageError
from fastw2v.vectors.io import FILE_FORMATS, reading, recognition, text_rows
from fastw2v.vectors.io.description import describe
from fastw2v.vectors.io.reading import read_rows
from fastw2v.vectors.io.writing import chosen_format, write_vectors
from fastw2v.vectors.word_vectors import WordVectors

QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
words_of_bytes = st.binary(min_size=1, max_size=20).filter(lambda word: not set(word) & set(b" \t\n\r"))
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
Made = tuple[list[bytes], np.ndarray]


@st.composite
def vector_sets(draw: st.DrawFn, values: st.SearchStrategy[float] = floats) -> Made:
    words = draw(st.lists(words_of_bytes, min_size=1, max_size=8, unique=True))
    dim = draw(st.integers(2, 6))
    numbers = draw(st.lists(values, min_size=len(words) * dim, max_size=len(words) * dim))
    return words, np.array(numbers, np.float32).reshape(len(words), dim)


def write(path: Path, made: Made, file_format: str) -> int:
    return write_vectors(path, made[0], lambda part: made[1][part], made[1].shape[1], file_format)


def some(words: int = 50, dim: int = 7) -> WordVectors:
    random = np.random.default_rng(1)
    return WordVectors([f"w{i}" for i in range(words)], random.normal(size=(words, dim)).astype(np.float32))


@given(vector_sets())
@QUICK
def test_binary_files_give_back_every_bit(tmp_path: Path, made: Made) -> None:
    size = write(tmp_path / "v.bin", made, "binary")
    kind, (words, vectors) = read_rows(tmp_path / "v.bin")
    assert kind.name == "word2vec binary"
    assert words == made[0]
    assert vectors.tobytes() == made[1].tobytes()
    assert size == (tmp_path / "v.bin").stat().st_size


@given(vector_sets())
@QUICK
def test_text_of_six_decimals_has_the_bytes_that_printf_writes(tmp_path: Path, made: Made) -> None:
    write(tmp_path / "v.txt", made, "original")
    rows = [word + b" " + b"".join(b"%.6f " % value for value in row.tolist()) + b"\n" for word, row in zip(*made)]
    assert (tmp_path / "v.txt").read_bytes() == b"%d %d\n" % made[1].shape + b"".join(rows)


@given(vector_sets())
@QUICK
def test_text_files_are_read_as_python_reads_their_numbers(tmp_path: Path, made: Made) -> None:
    write(tmp_path / "v.txt", made, "original")
    _, (words, vectors) = read_rows(tmp_path / "v.txt")
    assert words == made[0]
    with np.errstate(over="ignore"):
        expected = [[np.float32(float(b"%.6f" % value)) for value in row] for row in made[1].tolist()]
    assert vectors.tolist() == np.array(expected).tolist()


@given(vector_sets(), st.sampled_from(["text", "glove"]))
@QUICK
def test_text_files_give_back_every_bit(tmp_path: Path, made: Made, file_format: str) -> None:
    assume(file_format == "text" or is_plain(made[0][0]))
    write(tmp_path / "v.txt", made, file_format)
    kind, (words, vectors) = read_rows(tmp_path / "v.txt")
    assert (kind.rows is None) == (file_format == "glove")
    assert words == made[0]
    assert vectors.tobytes() == made[1].tobytes()


@pytest.mark.parametrize(
    "word",
    [
        b"\x1f\x8b",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        b"PK\x03\x04",
        b"\xff\xfe",
        b"\xef\xbb\xbfthe",
        b"\xff\x06\0\0sNaPpY",
    ],
)
def test_a_file_without_a_header_never_begins_as_another_kind_of_file(tmp_path: Path, word: bytes) -> None:
    made = [b"the", word], np.ones((2, 3), np.float32)
    with pytest.raises(UsageError, match="would be taken for a compressed or UTF-16 file"):
        write(tmp_path / "v.txt", ([word], made[1][:1]), "glove")
    assert not (tmp_path / "v.txt").exists()
    write(tmp_path / "v.txt", made, "glove")
    assert read_rows(tmp_path / "v.txt")[1][0] == made[0]


@given(
    st.lists(st.from_regex(r"[+-]?([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?", fullmatch=True), min_size=3)
)
@QUICK
@pytest.mark.slow
def test_any_way_to_write_a_number_means_what_python_says(tmp_path: Path, numbers: list[str]) -> None:
    with np.errstate(over="ignore"):
        expected = np.array([float(number) for number in numbers]).astype(np.float32)
    numbers = [number if np.isfinite(value) else "1" for number, value in zip(numbers, expected)]
    expected[~np.isfinite(expected)] = 1
    (tmp_path / "v.txt").write_text("word " + " ".join(numbers) + "\r\n")
    _, (words, vectors) = read_rows(tmp_path / "v.txt")
    assert words == [b"word"]
    assert vectors[0].tolist() == expected.tolist()


def test_numbers_as_programs_write_them_are_read_by_the_compiled_loop() -> None:
    random = np.random.default_rng(2).normal(size=(100, 3))
    for written in (repr, lambda value: f"{np.float32(value)!s}", lambda value: f"{value:.6f}", lambda value: f"{value:.4e}"):
        text = "".join("w " + " ".join(written(float(value)) for value in row) + "\n" for row in random).encode()
        vectors, words = np.zeros((100, 3), np.float32), np.zeros((100, 2), np.int64)
        row, position, _ = text_rows.parse_rows(np.frombuffer(text, np.uint8), 0, 0, vectors, words)
        assert (row, position) == (100, len(text))


def test_rows_are_found_whatever_the_size_of_a_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = some()
    for name in ("v.bin", "v.txt", "v.txt.gz"):
        vectors.save(tmp_path / name)
    vectors.save(tmp_path / "glove.txt", "glove")
    monkeypatch.setattr(recognition, "SAMPLE", 100)
    monkeypatch.setattr(reading, "FIRST_BYTES", 100)
    for chunk in (1, 7, 100, 1000):
        monkeypatch.setattr(reading, "BYTES_READ_AT_ONCE", chunk)
        for name in ("v.bin", "v.txt", "v.txt.gz", "glove.txt"):
            found = fastw2v.load(tmp_path / name)
            assert found.words == vectors.words
            assert np.allclose(found.vectors, vectors.vectors, atol=6e-7)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_compressed_files_are_written_and_read_by_any_name(tmp_path: Path, suffix: str, file_format: str) -> None:
    vectors = some()
    vectors.save(tmp_path / f"v{suffix}", file_format)
    content = (tmp_path / f"v{suffix}").read_bytes()
    unpack = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}
    unpack[".zst"] = lambda data: zstd.decompress(data)
    vectors.save(tmp_path / "plain", file_format)
    assert unpack.get(suffix, bytes)(content) == (tmp_path / "plain").read_bytes()
    (tmp_path / "renamed").write_bytes(content)
    assert np.allclose(fastw2v.load(tmp_path / "renamed").vectors, vectors.vectors, atol=6e-7)


def test_the_format_goes_by_the_name() -> None:
    names = {"v.bin": "binary", "v.bin.gz": "binary", "v.txt": "text", "v.vec.xz": "text", "v": "text", "v.f2v": "folder"}
    assert {name: chosen_format(Path(name)) for name in names} == names
    with pytest.raises(UsageError, match="it must be one of"):
        chosen_format(Path("v"), "pickle")


def test_the_first_rows_can_be_read_alone(tmp_path: Path) -> None:
    vectors = some()
    for name in ("v.bin", "v.txt", "v.bin.gz", "v.f2v"):
        vectors.save(tmp_path / name)
        assert fastw2v.load(tmp_path / name, limit=3).words == ["w0", "w1", "w2"]
        assert len(fastw2v.load(tmp_path / name, limit=1000)) == 50
    vectors.save(tmp_path / "glove", "glove")
    assert fastw2v.load(tmp_path / "glove", limit=3).vectors.shape == (3, 7)


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
def test_we_read_what_gensim_writes_which_has_no_newlines_after_binary_rows(tmp_path: Path, binary: bool) -> None:
    made = KeyedVectors(4)
    made.add_vectors(["one", "zwölf"], np.arange(8, dtype=np.float32).reshape(2, 4) / 7)
    made.save_word2vec_format(str(tmp_path / "theirs"), binary=binary)
    ours = fastw2v.load(tmp_path / "theirs")
    assert ours.words == ["one", "zwölf"]
    assert np.allclose(ours.vectors, made.vectors, atol=1e-6)


def test_words_with_spaces_and_blank_lines_at_the_end_as_in_glove_files(tmp_path: Path) -> None:
    (tmp_path / "glove").write_text("the 0.5 1\n. . 1 2\nat name@domain.com 3 4\n\n")
    found = fastw2v.load(tmp_path / "glove")
    assert found.words == ["the", ". .", "at name@domain.com"]
    assert found.vectors.tolist() == [[0.5, 1], [1, 2], [3, 4]]
    with pytest.raises(UsageError, match="which this format cannot hold"):
        found.save(tmp_path / "v.bin")
    found.save(tmp_path / "v.f2v")
    assert fastw2v.load(tmp_path / "v.f2v").words == found.words


NAN = np.array([1, np.nan], np.float32).tobytes()
DAMAGED = {
    b"": "holds no word vectors",
    b"hello world\n": "holds no word vectors",
    b"2 3\n": "do not fit in a file",
    b"1000000000000 100\nx 1 2\n": "line 1: 1,000,000,000,000 rows",
    b"2 2\na 0.1 0.2 \nb 0.1 \n": "line 3: expected 2 numbers after the word, found 1",
    b"2 2\na 0.1 0.2 0.3\nb 0.1 0.2 0.3\n": "line 1: the dimension is 2, but every line has more numbers",
    b"a 0.1 0.2\nb 0.1 0.2 0.3\n": "line 2: expected 2 numbers after the word, found 3",
    b"2 2\na 0.1 0.2 \nb 0.1 zwei\n": "line 3: expected 2 numbers after the word, found 'zwei'",
    b"2 2\na 0.1 0.2 \n\nb 0.1 0.2\n": "line 3: expected 2 numbers after the word, found 0",
    b"2 2\na 0.1 0.2 \n 0.1 0.2\n": "line 3: there is no word",
    b"3 2\na 0.1 0.2 \nb 0.1 0.2\n": "line 4: the file is cut short",
    b"1 2\na 0.1 0.2 \nb 0.1 0.2\n": "more data follow the 1 rows",
    b"2 2\na 0.1 0.2 \nb nan 0.4\n": "line 3: the vector of 'b' holds NaN",
    b"2 2\na 0.1 0.2 \nb 1e39 0.4\n": "line 3: the vector of 'b' holds NaN or infinity",
    b"a 0.1 0.2\nb 0.1\n": "line 2: expected 2 numbers after the word, found 1",
    b"2 2\na " + bytes(8) + b"\nb " + bytes(7): "cut short",
    b"2 2\na " + bytes(8) + b"\n" + b"b" * 20: "row 2 of 2: the file is cut short",
    b"2 2\na " + bytes(8) + b"\n" + b"b" * 20_000: "row 2 of 2: cannot tell where its word ends",
    b"2 2\na " + bytes(8) + b"\nb " + NAN: "row 2 of 2: the vector of 'b' holds NaN",
    b"1 2\na " + bytes(8) + b"\nb " + bytes(8): "more data follow the 1 rows",
    b"1 0\na \n": "line 1: the dimension is 0",
}


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_file_is_refused_with_the_place(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(data)
    with pytest.raises(UsageError) as error:
        fastw2v.load(path)
    assert DAMAGED[data] in str(error.value)
    assert str(path) in str(error.value)


def test_a_wrong_line_far_down_is_named(tmp_path: Path) -> None:
    some(1000).save(tmp_path / "v.txt")
    lines = (tmp_path / "v.txt").read_bytes().splitlines(keepends=True)
    lines[811] = lines[811].replace(b" ", b"", 1)
    (tmp_path / "v.txt").write_bytes(b"".join(lines))
    with pytest.raises(UsageError, match=r"v\.txt, line 812: expected 7 numbers after the word, found 6"):
        fastw2v.load(tmp_path / "v.txt")


def test_a_lying_compressed_file_takes_no_memory_for_what_it_promises(tmp_path: Path) -> None:
    (tmp_path / "v.gz").write_bytes(gzip.compress(b"1000000000000 300\na " + bytes(1200)))
    with pytest.raises(UsageError, match="row 2 of 1,000,000,000,000: the file is cut short"):
        fastw2v.load(tmp_path / "v.gz")


@given(vector_sets(), st.sampled_from(FILE_FORMATS), st.data())
@settings(QUICK, max_examples=300)
@pytest.mark.slow
def test_a_changed_file_is_read_or_refused(tmp_path: Path, made: Made, file_format: str, data: st.DataObject) -> None:
    path = tmp_path / "changed"
    write(path, made, file_format)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        _, (words, vectors) = read_rows(path)
    except Fastw2vError:
        return
    assert len(words) == len(vectors)
    assert np.isfinite(vectors).all()


@given(vector_sets(st.floats(-1e4, 1e4, width=32)))
@QUICK
def test_folders_give_back_words_of_any_bytes_counts_settings_and_output_vectors(
    tmp_path_factory: pytest.TempPathFactory, made: Made
) -> None:
    path = tmp_path_factory.mktemp("folder") / "v.f2v"
    words = [word.decode("utf-8", "surrogateescape") for word in made[0]]
    counts = np.arange(len(words), dtype=np.int64)
    ours = WordVectors(words, made[1], counts=counts, settings={"dim": 3}, output_vectors=made[1] + 1)
    for dtype in ("float32", "float16", "int8"):
        ours.save(path, dtype=dtype)
        found = fastw2v.load(path)
        assert found.words == words
        assert found.stored.dtype == dtype
        assert found.counts is not None
        assert found.counts.tolist() == counts.tolist()
        assert found.settings == {"dim": 3}
        assert np.array_equal(found.output_vectors, made[1] + 1)
        largest = np.abs(made[1]).max(axis=1, keepdims=True)
        error = {"float32": 0, "float16": 1e-3, "int8": 0.51 / 127}[dtype]
        assert (np.abs(found.vectors - made[1]) <= error * largest + 1e-7).all()


def test_vectors_of_a_folder_are_mapped_and_not_read(tmp_path: Path) -> None:
    some().save(tmp_path / "v.f2v")
    assert isinstance(fastw2v.load(tmp_path / "v.f2v").stored.codes, np.memmap)


def test_a_folder_is_replaced_whole_and_another_folder_never(tmp_path: Path) -> None:
    some(50).save(tmp_path / "v.f2v")
    some(20).save(tmp_path / "v.f2v")
    assert len(fastw2v.load(tmp_path / "v.f2v")) == 20
    assert list(tmp_path.iterdir()) == [tmp_path / "v.f2v"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="is not a fastw2v model folder"):
        some().save(tmp_path / "mine", "folder")
    with pytest.raises(UsageError, match="it holds no saved model"):
        fastw2v.load(tmp_path / "mine")


def test_a_smaller_dtype_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is for folders"):
        some().save(tmp_path / "v.bin", dtype="int8")
    with pytest.raises(UsageError, match="dtype is 'int4'"):
        some().save(tmp_path / "v.f2v", dtype="int4")


@pytest.mark.parametrize("name", ["model.json", "words.txt", "vectors.npy", "norms.npy", "counts.npy"])
@given(data=st.data())
@settings(QUICK, max_examples=40)
def test_a_changed_folder_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    ours = some(4, 3)
    ours.counts = np.arange(4, dtype=np.int64)
    ours.save(tmp_path / "v.f2v")
    path = tmp_path / "v.f2v" / name
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        found = fastw2v.load(tmp_path / "v.f2v")
        found.most_similar(found.words[0])
    except Fastw2vError:
        return
    assert len(found) == 4


def test_nothing_in_a_folder_is_ever_unpickled(tmp_path: Path) -> None:
    some(4, 3).save(tmp_path / "v.f2v")
    np.save(tmp_path / "v.f2v" / "vectors.npy", np.array([{"a": 1}] * 4), allow_pickle=True)
    with pytest.raises(UsageError, match=r"vectors\.npy is damaged"):
        fastw2v.load(tmp_path / "v.f2v")
    about = json.loads((tmp_path / "v.f2v" / "model.json").read_text())
    (tmp_path / "v.f2v" / "model.json").write_text(json.dumps(about | {"version": 99}))
    with pytest.raises(UsageError, match="version 99 is not known"):
        fastw2v.load(tmp_path / "v.f2v")


def test_a_file_is_described_without_reading_all(tmp_path: Path) -> None:
    some(5000).save(tmp_path / "v.bin")
    some(5000).save(tmp_path / "g.txt.gz", "glove")
    some(5000).save(tmp_path / "v.f2v")
    assert describe(tmp_path / "v.bin")["words"] == "5,000"
    assert "(of the first 1,000)" in describe(tmp_path / "v.bin")["lengths of vectors"]
    assert describe(tmp_path / "g.txt.gz")["format"] == "text without a header, gzip"
    assert describe(tmp_path / "g.txt.gz")["words"] == "not said in the file"
    assert describe(tmp_path / "v.f2v")["first words"].startswith("w0 w1")
