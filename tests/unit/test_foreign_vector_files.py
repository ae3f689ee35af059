"""Vector files as people have them: foreign habits are read whole, or refused with what to do; no number is lost."""

import bz2
import gzip
import lzma
import pickle
import random
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v.errors import UsageError
from fastw2v.vectors.io.text_rows import LETTERS_OF_A_NUMBER
from fastw2v.vectors.io.writing import chosen_format, write_vectors
from fastw2v.vectors.word_vectors import WordVectors

MARK = b"\xef\xbb\xbf"
MEGABYTE = 1 << 20


def some(words: int = 4, dim: int = 3) -> WordVectors:
    random_numbers = np.random.default_rng(1).normal(size=(words, dim))
    return WordVectors([f"w{i}" for i in range(words)], random_numbers.astype(np.float32))


def loaded(path: Path, **options: Any) -> tuple[WordVectors, list[str]]:
    """The vectors, and what the user is told of their file."""
    notes: list[str] = []
    return fastw2v.load(path, note=notes.append, **options), notes


def write_binary(path: Path, words: list[str], vectors: np.ndarray, end: bytes = b"") -> None:
    rows = [word.encode() + b" " + vector.tobytes() + end for word, vector in zip(words, vectors)]
    path.write_bytes(b"%d %d\n" % vectors.shape + b"".join(rows))


# Binary.


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_binary_rows_are_whole_though_words_have_spaces(tmp_path: Path, end: bytes, scale: float) -> None:
    chosen = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789éñ日本.-'"

    def part() -> str:
        return "".join(chosen.choices(letters, k=chosen.randint(1, 9)))

    words = list(dict.fromkeys(" ".join(part() for _ in range(chosen.randint(1, 4))) for _ in range(1000)))
    for dim in (10, 100):
        vectors = (np.random.default_rng(dim).normal(size=(len(words), dim)) * scale).astype(np.float32)
        write_binary(tmp_path / "v.bin", words, vectors, end)
        found, notes = loaded(tmp_path / "v.bin")
        assert found.words == words
        assert found.vectors.tobytes() == vectors.tobytes()
        assert not notes


def test_gensims_binary_words_with_spaces_are_read(tmp_path: Path) -> None:
    made = KeyedVectors(20)
    words = ["tea", "Green Tea", "vitamin C", "New York City", "7 11", "milk"]
    made.add_vectors(words, np.random.default_rng(3).normal(size=(6, 20)).astype(np.float32))
    made.save_word2vec_format(str(tmp_path / "v.bin"), binary=True)
    found = fastw2v.load(tmp_path / "v.bin")
    assert found.words == words
    assert np.array_equal(found.vectors, made.vectors)


def test_a_binary_row_that_may_end_in_two_places_is_refused(tmp_path: Path) -> None:
    # The words may be "q" and "ab>x", or "q 12" and "x".
    numbers = np.frombuffer(b"12 >\x01\x02\x03>\x01\x02\x03>", "<f4").reshape(3, 1)
    write_binary(tmp_path / "v.bin", ["q", "ab>x", "z"], numbers)
    with pytest.raises(UsageError, match="row 1 of 3: cannot tell where its word ends"):
        fastw2v.load(tmp_path / "v.bin")


# Text.


def test_tabs_and_spaces_stand_between_numbers(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("3 3\na\t1\t2\t3\nb \t 4  5\t6\t\nc 7 8 0.123456789012345678901\t\n")
    found = fastw2v.load(tmp_path / "v.txt")
    assert found.words == ["a", "b", "c"]
    assert found.vectors[:2].tolist() == [[1, 2, 3], [4, 5, 6]]
    (tmp_path / "glove.txt").write_text("a\t1\t2\nb\t3\t4\n")
    assert fastw2v.load(tmp_path / "glove.txt").vectors.tolist() == [[1, 2], [3, 4]]


def test_under_a_header_the_last_fields_are_the_vector(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("4 2\n7 11 1 2\nNew  York 3 4\na\tb 5 6\nc 7 8\n")
    found = fastw2v.load(tmp_path / "v.txt")
    assert found.words == ["7 11", "New  York", "a\tb", "c"]
    assert found.vectors.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


@pytest.mark.parametrize("content", [b"2 2\na 1 2\nb 3 4\n", b"a 1 2\nb 3 4\n"])
def test_a_byte_order_mark_is_no_part_of_a_word(tmp_path: Path, content: bytes) -> None:
    for name, data in {"plain": MARK + content, "packed": gzip.compress(MARK + content)}.items():
        (tmp_path / name).write_bytes(data)
        assert fastw2v.load(tmp_path / name).words == ["a", "b"]


# Rows and promises.


@pytest.mark.parametrize("file_format", ["binary", "text", "glove"])
def test_of_rows_with_the_same_word_the_first_is_kept(tmp_path: Path, file_format: str) -> None:
    words = [b"a", b"b", b"a", b"c", b"b", b"a", b"d"]
    rows = np.arange(14, dtype=np.float32).reshape(7, 2)
    write_vectors(tmp_path / "v", words, lambda part: rows[part], 2, file_format)
    found, notes = loaded(tmp_path / "v")
    assert found.words == ["a", "b", "c", "d"]
    assert found.vectors.tolist() == rows[[0, 1, 3, 6]].tolist()
    assert notes == [f"{tmp_path / 'v'}: 3 rows repeat words of rows above, such as 'a'; only the first of each is kept"]
    with pytest.warns(UserWarning, match="the first of each is kept") as caught:
        fastw2v.load(tmp_path / "v")
    assert caught[0].filename == __file__


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("file_format", ["binary", "text"])
@pytest.mark.parametrize("promised", [1, 3, 5, 4_000_000_000])
def test_a_header_that_promises_wrongly_is_refused_unless_lenient(
    tmp_path: Path, file_format: str, promised: int, packed: bool
) -> None:
    right = some()
    right.save(tmp_path / "v", file_format)
    data = (tmp_path / "v").read_bytes().replace(b"4 3\n", b"%d 3\n" % promised, 1)
    (tmp_path / "v").write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(UsageError, match="; lenient=True reads the rows that are there"):
        fastw2v.load(tmp_path / "v")
    found, notes = loaded(tmp_path / "v", lenient=True)
    assert found.words == right.words
    assert np.array_equal(found.vectors, right.vectors)
    assert notes == [f"{tmp_path / 'v'}: line 1 states {promised:,} rows; the file has 4, and all were read"]
    first, notes = loaded(tmp_path / "v", lenient=True, limit=2)
    assert (first.words, notes) == (right.words[:2], [])


@pytest.mark.parametrize("file_format", ["binary", "text"])
def test_lenient_leaves_out_a_last_row_that_is_cut_short(tmp_path: Path, file_format: str) -> None:
    some().save(tmp_path / "v", file_format)
    data = (tmp_path / "v").read_bytes()
    (tmp_path / "v").write_bytes(data[:-14])
    found, notes = loaded(tmp_path / "v", lenient=True)
    assert found.words == ["w0", "w1", "w2"]
    assert len(notes) == 2
    assert re.search(r"skipped the last (row|line), which is cut short$", notes[0])


def test_lenient_still_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("9 2\na 1 2\nb 1 zwei\nc 1 2\n")
    with pytest.raises(UsageError, match="line 3: expected 2 numbers after the word, found 'zwei'"):
        fastw2v.load(tmp_path / "v", lenient=True)


def test_the_command_line_is_lenient_when_asked(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("9 2\na 1 2\nb 2 1\na 3 3\n")
    for command in (("similar", "a"), ("cluster", "-k", 1, "-o", tmp_path / "c"), ("convert", tmp_path / "o.txt"), ("info",)):
        refused = cli(command[0], tmp_path / "v.txt", *command[1:])
        assert refused.code == 2
        assert "--lenient" in refused.err
        done = cli(command[0], tmp_path / "v.txt", *command[1:], "--lenient")
        assert done.code == 0
        assert "line 1 states 9 rows; the file has 3, and all were read" in done.err
        assert "1 row repeats a word of rows above" in done.err
    assert (tmp_path / "o.txt").read_text() == "2 2\na 1.0 2.0 \nb 2.0 1.0 \n"


# Numbers.


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50))
@settings(deadline=None)
def test_text_has_the_shortest_digits_that_read_back_as_the_same_float32(
    tmp_path_factory: pytest.TempPathFactory, patterns: list[int]
) -> None:
    path = tmp_path_factory.mktemp("text") / "v.txt"
    numbers = np.array(patterns, np.uint32).view(np.float32)
    numbers = numbers[np.isfinite(numbers)].reshape(-1, 1)
    write_vectors(path, [b"w"] * len(numbers), lambda part: numbers[part], 1, "glove")
    texts = [line.split()[1] for line in path.read_text().splitlines()]
    assert np.array([float(text) for text in texts], np.float32).tobytes() == numbers.tobytes()
    for text, number in zip(texts, numbers[:, 0]):
        assert len(text) < max(LETTERS_OF_A_NUMBER, len(str(number)) + 1)
        if abs(number) < 2**24:  # else numpy takes the number half-way between two as well
            assert digits(text) <= digits(str(number))


def digits(text: str) -> int:
    return len(text.split("e")[0].replace("-", "").replace(".", "").strip("0"))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0.0"),
        (-0.0, "-0.0"),
        (1, "1.0"),
        (-0.1, "-0.1"),
        (1e-5, "0.00001"),
        (1e-6, "1e-06"),
        (123456.7, "123456.7"),
        (1e10, "1e+10"),
    ],
)
def test_numbers_are_written_as_people_write_them(tmp_path: Path, number: float, text: str) -> None:
    WordVectors(["a"], np.array([[number]], np.float32)).save(tmp_path / "v.txt")
    assert (tmp_path / "v.txt").read_text() == f"1 1\na {text} \n"


def test_six_decimals_are_there_for_the_asking(cli: Callable[..., Any], tmp_path: Path) -> None:
    WordVectors(["a"], np.array([[1 / 3, 2e-7]], np.float32)).save(tmp_path / "v.bin")
    assert cli("convert", tmp_path / "v.bin", tmp_path / "v.txt").code == 0
    assert (tmp_path / "v.txt").read_text() == "1 2\na 0.33333334 2e-07 \n"
    assert cli("convert", tmp_path / "v.bin", tmp_path / "v.txt", "--format", "original").code == 0
    assert (tmp_path / "v.txt").read_text() == "1 2\na 0.333333 0.000000 \n"


# Other formats.

WRITE = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("file_format", ["binary", "text", "glove"])
def test_a_zip_archive_of_one_file_is_read(tmp_path: Path, file_format: str) -> None:
    right = some()
    right.save(tmp_path / "v", file_format)
    with zipfile.ZipFile(tmp_path / "v.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "v", "glove/v.300d.txt")
    found = fastw2v.load(tmp_path / "v.zip")
    assert found.words == right.words
    assert np.array_equal(found.vectors, right.vectors)


def zipped(*names: str) -> bytes:
    from io import BytesIO

    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


FOREIGN = {
    "pickle": (pickle.dumps({"a": np.zeros(3)}, protocol=4), "a Python pickle, such as gensim's"),
    "fastText": ((793712314).to_bytes(4, "little") + bytes(200), "a fastText model: use the .vec file"),
    "floret": (b"50000 3 4 5 2 2166136261 < >\n0 0.1 0.2 0.3\n1 0.1 0.2 0.3\n", "a floret table"),
    "UTF-16": ("2 2\na 1 2\nb 3 4\n".encode("utf-16"), "UTF-16 text: convert it to UTF-8 first"),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "a spreadsheet"),
    "ods": (zipped("mimetype", "content.xml"), "a spreadsheet"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a spreadsheet"),
    "csv": (b"word,x,y\na,0.1,0.2\n", "comma-separated: save it as text with spaces or tabs"),
    "npy": (b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'shape': (2, 2)}\n" + bytes(16), "a NumPy array, numbers without words"),
    "npz": (zipped("vectors.npy", "words.npy"), "an archive of NumPy arrays"),
    "one npz": (zipped("vectors.npy"), "an archive of NumPy arrays"),
    "pt": (zipped("archive/data.pkl", "archive/data/0"), "a PyTorch file"),
    "safetensors": ((64).to_bytes(8, "little") + b'{"embeddings":{"dtype":"F32"}}' + bytes(99), "a safetensors file"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(99), "an HDF5 file"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
    "html": (b"\n<!DOCTYPE html>\n<html></html>\n", "a web page"),
    "json": (b'{"a": [1, 2]}\n', "JSON"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_file_of_vectors_is_named_with_the_way_out(tmp_path: Path, name: str) -> None:
    data, told = FOREIGN[name]
    for path, content in {"v": data, "v.gz": gzip.compress(data)}.items():
        if not data.startswith(b"PK") or path == "v":
            (tmp_path / path).write_bytes(content)
            with pytest.raises(UsageError) as error:
                fastw2v.load(tmp_path / path)
            assert told in str(error.value)
            assert str(tmp_path / path) in str(error.value)


@pytest.mark.parametrize("name", ["v.tsv", "v.npy", "v.csv", "v.pkl", "v.PKL", "v.csv.gz", "v.zip", "v.kv", "v.f2v.gz"])
def test_names_of_other_formats_are_refused_with_those_there_are(cli: Callable[..., Any], tmp_path: Path, name: str) -> None:
    some().save(tmp_path / "v.bin")
    for command in (("convert", tmp_path / "v.bin", tmp_path / name), ("train", tmp_path / "none", "-o", tmp_path / name)):
        found = cli(*command)
        assert found.code == 2
        assert "there are .bin (word2vec binary), .txt and .vec (text)" in found.err
    assert list(tmp_path.iterdir()) == [tmp_path / "v.bin"]
    if not name.endswith("gz"):
        assert cli("convert", tmp_path / "v.bin", tmp_path / name, "--format", "text").code == 0


def test_output_vectors_of_such_a_name_are_refused_before_any_work(cli: Callable[..., Any], tmp_path: Path) -> None:
    found = cli("train", tmp_path / "none", "-o", tmp_path / "v.bin", "--save-output-vectors", tmp_path / "o.tsv")
    assert found.code == 2
    assert "vectors are not written as .tsv" in found.err


def test_suffixes_count_in_capitals_too(tmp_path: Path) -> None:
    assert chosen_format(tmp_path / "V.BIN") == "binary"
    some().save(tmp_path / "V.TXT.GZ")
    assert gzip.decompress((tmp_path / "V.TXT.GZ").read_bytes()).startswith(b"4 3\n")


# Files without end, and numbers that are none.


def endless(path: Path, start: bytes, more: bytes, count: int = 100) -> None:
    with gzip.open(path, "wb", 1) as file:
        file.write(start)
        for _ in range(count):
            file.write(more * (MEGABYTE // len(more)))


ENDLESS = {
    "a number": (b"2 2\na 1 1\nb 1", b"1", "line 3: no line ends within"),
    "a word": (b"2 2\na 1 1\n", b"b", "line 3: no line ends within"),
    "a word without a header": (b"a 1 1\n", b"b", "line 2: no line ends within"),
    "numbers": (b"a", b" 1", "holds no word vectors"),
    "a header": (b"2", b"2", "holds no word vectors"),
    "zeros": (b"\0", b"\0", "holds no word vectors"),
    "a binary word": (b"2 2\n", b"\1", "cannot tell where its word ends"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_is_refused_after_as_much_as_a_line_may_have(tmp_path: Path, name: str) -> None:
    start, more, told = ENDLESS[name]
    endless(tmp_path / "v.gz", start, more)
    with pytest.raises(UsageError, match=told):
        fastw2v.load(tmp_path / "v.gz")


def test_blank_lines_at_the_end_are_no_line(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("a 1 2\n" + "\n" * 100_000)
    assert fastw2v.load(tmp_path / "v.txt").words == ["a"]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_numbers_that_are_none_in_a_folder_are_refused_when_they_are_used(tmp_path: Path, dtype: str, wrong: float) -> None:
    some().save(tmp_path / "v.f2v", dtype=dtype)
    codes = np.load(tmp_path / "v.f2v" / "vectors.npy")
    codes[2, 1] = wrong
    np.save(tmp_path / "v.f2v" / "vectors.npy", codes)
    found = fastw2v.load(tmp_path / "v.f2v")
    uses: list[Callable[[], Any]] = [
        lambda: found["w2"],
        lambda: found.vectors,
        lambda: found.most_similar("w0"),
        lambda: found.save(tmp_path / "c.bin"),
        lambda: found.save(tmp_path / "c.f2v"),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for use in uses:
            with pytest.raises(UsageError, match="holds NaN or infinity"):
                use()
    assert found["w1"].shape == (3,)
    assert not (tmp_path / "c.f2v").exists()


@pytest.mark.parametrize("name", ["norms", "scales"])
def test_lengths_and_scales_of_a_folder_are_numbers(tmp_path: Path, name: str) -> None:
    some().save(tmp_path / "v.f2v", dtype="int8")
    array = np.load(tmp_path / "v.f2v" / f"{name}.npy")
    array[1] = np.nan
    np.save(tmp_path / "v.f2v" / f"{name}.npy", array)
    with pytest.raises(UsageError, match=rf"{name}\.npy: row 2 is NaN or infinity"):
        fastw2v.load(tmp_path / "v.f2v")


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.f2v"])
def test_numbers_that_are_none_are_not_written(tmp_path: Path, name: str) -> None:
    vectors = WordVectors(["a", "b"], np.array([[1, 2], [3, np.nan]], np.float32))
    with pytest.raises(UsageError, match="the vector of 'b' holds NaN or infinity"):
        vectors.save(tmp_path / name)
    assert not list(tmp_path.iterdir())
