"""Arguments from Python code: NumPy's numbers are numbers, and whatever is wrong gets one line of ours that names it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastw2v
from fastw2v.arguments import LONGEST_SHOWN, shown
from fastw2v.errors import Fastw2vError, UsageError
from fastw2v.phrasing.settings import PhraseSettings
from fastw2v.run.pipeline import resume
from fastw2v.settings import Settings
from fastw2v.vectors.word_vectors import UnknownWordError, WordVectors

VECTORS = WordVectors(["a", "b", "c"], np.array([[1, 0], [1, 1], [0, 1]], np.float32))
HUGE = 10**5000  # its digits cannot be written


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError


def test_settings_may_be_numpy_numbers_and_are_kept_as_pythons() -> None:
    given = {
        "dim": np.int64(8),
        "window": np.uint8(3),
        "sample": np.float64(1e-4),
        "alpha": np.float32(0.5),
        "hs": np.int64(1),
    }
    settings = Settings(**given, seed=np.array(7), negative=np.int16(0), model=np.str_("cbow"))  # type: ignore[arg-type]
    same = Settings(dim=8, window=3, sample=1e-4, alpha=0.5, hs=True, seed=7, negative=0, model="cbow")
    assert settings == same
    assert Settings(hs=np.bool_(True)).hs is True  # type: ignore[arg-type]
    assert {name: type(value) for name, value in settings.as_dict().items()} == {
        name: type(value) for name, value in same.as_dict().items()
    }


@pytest.mark.parametrize("threshold", [[200, 100.0], np.array([200, 100]), (np.float32(200), np.int8(100))])
def test_thresholds_may_be_numpy_numbers(threshold: Any) -> None:
    settings = PhraseSettings(threshold=threshold, min_count=np.int32(3), passes=np.int64(3), memory=np.int64(10**6))
    assert (settings.thresholds, settings.min_count, settings.memory) == ((200.0, 100.0, 100.0), 3, 10**6)


WRONG: dict[str, Callable[[], object]] = {
    "dim": lambda: Settings(dim=HUGE),
    "window": lambda: Settings(window=np.arange(1000)),  # type: ignore[arg-type]
    "model": lambda: Settings(model=np.arange(3)),  # type: ignore[arg-type]
    "kernel": lambda: Settings(kernel=Unshowable()),  # type: ignore[arg-type]
    "alpha": lambda: Settings(alpha=1j),  # type: ignore[arg-type]
    "hs": lambda: Settings(hs=np.int64(2)),  # type: ignore[arg-type]
    "threshold": lambda: PhraseSettings(threshold="100"),  # type: ignore[arg-type]
    "output": lambda: fastw2v.train([["a"]], output=5),  # type: ignore[arg-type]
    "log": lambda: fastw2v.train([["a"]], log=""),
    "checkpoint": lambda: fastw2v.train([["a"]], checkpoint="a\0b"),
    "read_vocab": lambda: fastw2v.train([["a"]], read_vocab=True),  # type: ignore[arg-type]
    "file_format": lambda: fastw2v.train([["a"]], file_format=["text"]),  # type: ignore[arg-type]
    "checkpoint_every": lambda: fastw2v.train([["a"]], checkpoint_every="10m"),  # type: ignore[arg-type]
    "save_on_interrupt": lambda: fastw2v.train([["a"]], save_on_interrupt="no"),  # type: ignore[arg-type]
    "folder": lambda: resume(5),  # type: ignore[arg-type]
    "output ": lambda: fastw2v.phrases([["a"]], None),  # type: ignore[arg-type]
    "path": lambda: fastw2v.load(5),  # type: ignore[arg-type]
    "limit": lambda: fastw2v.load("v", limit=2.5),  # type: ignore[arg-type]
    "path ": lambda: VECTORS.save(None),  # type: ignore[arg-type]
    "file_format ": lambda: VECTORS.save("v", np.arange(2)),  # type: ignore[arg-type]
    "dtype": lambda: VECTORS.save("v.f2v", dtype=np.float16),  # type: ignore[arg-type]
    "topn": lambda: VECTORS.most_similar("a", topn="3"),  # type: ignore[call-overload]
    "topn ": lambda: VECTORS.similar_by_vector(np.ones(2), topn=True),
    "topn  ": lambda: VECTORS.similar_to_each(["a"], topn=-1),
    "restrict": lambda: VECTORS.most_similar("a", restrict=-2),
    "restrict ": lambda: VECTORS.most_similar("a", restrict=0),
    "restrict  ": lambda: VECTORS.evaluate_analogies("q", restrict=-1),
    "restrict   ": lambda: VECTORS.evaluate_similarity("q", restrict="1"),
    "method": lambda: VECTORS.evaluate_analogies("q", method=None),
    "a weight": lambda: VECTORS.most_similar([("a", float("nan"))]),
    "a weight ": lambda: VECTORS.most_similar([("a", None)]),  # type: ignore[list-item]
    "words": lambda: WordVectors("ab", np.ones((2, 2))),
    "words ": lambda: WordVectors(3, np.ones((2, 2))),  # type: ignore[arg-type]
    "word 2": lambda: WordVectors(["a", b"b"], np.ones((2, 2))),  # type: ignore[list-item]
    "vectors": lambda: WordVectors(["a", "b"], [[1, 2], [3]]),  # type: ignore[arg-type]
    "vectors ": lambda: WordVectors(["a", "b"], np.ones(2)),
    "vectors  ": lambda: WordVectors(["a"], np.ones((1, 2)) * 1j),
    "output_vectors": lambda: WordVectors(["a"], np.ones((1, 2)), output_vectors="x"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_a_usage_error_and_a_value_error_that_names_it(name: str) -> None:
    with pytest.raises(UsageError) as error:
        WRONG[name]()
    assert isinstance(error.value, ValueError)
    assert str(error.value).startswith(f"{name.strip()} ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


ASKED: dict[str, Callable[[], object]] = {
    "an int": lambda: VECTORS[5],  # type: ignore[index]
    "an int of NumPy's": lambda: VECTORS.most_similar(np.int64(0)),  # type: ignore[arg-type]
    "an int too long to write": lambda: VECTORS.most_similar([HUGE]),  # type: ignore[list-item]
    "an int beside a word": lambda: VECTORS.similarity("a", 5),  # type: ignore[arg-type]
    "ints": lambda: VECTORS.n_similarity(["a"], [1]),  # type: ignore[list-item]
    "an int's distance": lambda: VECTORS.distances("a", 1),  # type: ignore[arg-type]
    "an int's rank": lambda: VECTORS.rank("a", 1),  # type: ignore[arg-type]
    "bytes": lambda: VECTORS[b"a"],  # type: ignore[index]
    "a slice": lambda: VECTORS[0:2],  # type: ignore[misc]
    "a list in a list": lambda: VECTORS[[["a"]]],  # type: ignore[list-item]
    "None": lambda: VECTORS.doesnt_match(["a", None]),  # type: ignore[list-item]
    "a vector for a word": lambda: VECTORS[np.ones(2)],  # type: ignore[index]
}


@pytest.mark.parametrize("what", ASKED)
def test_what_is_no_word_is_named_with_its_type(what: str) -> None:
    with pytest.raises(UnknownWordError, match="words must be str") as error:
        ASKED[what]()
    assert isinstance(error.value, KeyError)
    assert isinstance(error.value, ValueError)


def test_the_row_of_an_int_is_pointed_to() -> None:
    with pytest.raises(KeyError) as error:
        VECTORS[1]  # type: ignore[index]
    assert str(error.value) == "1 is of type int: words must be str; .words lists them by row"
    assert 1 not in VECTORS
    assert ["a"] not in VECTORS


@pytest.mark.parametrize(
    "vector", [np.array([1, np.nan]), [1e300, 1], np.ones((2, 2)), np.ones(2) * 1j, ["x", "y"], [[1], [2, 3]]]
)
def test_what_is_no_vector_is_refused(vector: Any) -> None:
    for ask in (VECTORS.similar_by_vector, VECTORS.distances):
        with pytest.raises(UsageError, match=r"^the query "):
            ask(vector)


def test_words_of_a_model_that_diverged_are_refused_and_no_neighbours() -> None:
    vectors = WordVectors(["a", "b", "c", "d"], np.array([[1, 0], [np.nan, 1], [1, 1], [0, np.inf]], np.float32))
    assert [word for word, _ in vectors.most_similar("a")] == ["c"]
    assert [word for word, _ in vectors.most_similar("a", topn=1)] == ["c"]
    with pytest.raises(UsageError, match="NaN"):
        vectors.most_similar("b")


def test_any_value_can_be_shown_in_a_line() -> None:
    assert shown("a\nb") == r"'a\nb'"
    assert shown(Unshowable()) == "a Unshowable that cannot be shown"
    assert len(shown("x" * 1000)) == LONGEST_SHOWN
    assert "\n" not in shown(np.ones((3, 3)))


def test_files_may_be_named_by_bytes(tmp_path: Path) -> None:
    name = bytes(tmp_path / "v") + b"\xff.bin"
    VECTORS.save(name)  # type: ignore[arg-type]
    assert fastw2v.load(name).words == VECTORS.words  # type: ignore[arg-type]


UNSPLIT = {
    "sentences": (["the cat sat", "on the mat"], r"there is no file 'the cat sat', .*sentence\.split\(\)"),
    "a text": ("the cat sat\non the mat", r"there is no file 'the cat sat\\non the mat', .*sentence\.split\(\)"),
    "words": (["the", "cat", "sat"], r"there is no file 'the', .*a sentence is a list of words"),
    "an iterator of sentences": (iter(["the cat"]), r"sentence 1 is of type str: .*sentence\.split\(\)"),
    "an array of sentences": (np.array(["the cat"]), r"sentence 1 is of type str_: .*sentence\.split\(\)"),
    "an iterator of paths": (iter([Path("a.txt")]), "sentence 1 is of type PosixPath: .*names of files must stand in a list"),
    "numbers": ([[1, 2]], r"sentence 1 has the word 1, of type int: words must be str"),
    "files that are not there": (["a.txt", "b.txt"], "cannot read a.txt: No such file or directory"),
}


@pytest.mark.parametrize("what", UNSPLIT)
def test_sentences_that_are_not_split_are_explained(what: str, tmp_path: Path) -> None:
    corpus, message = UNSPLIT[what]
    with pytest.raises(UsageError, match=message):
        fastw2v.train(corpus, min_count=1)  # type: ignore[arg-type]
    if isinstance(corpus, (list, str)):
        with pytest.raises(UsageError, match=message):
            fastw2v.phrases(corpus, tmp_path / "out")


def test_names_with_spaces_are_names(tmp_path: Path) -> None:
    (tmp_path / "my text.txt").write_text("a b a b\n")
    for corpus in (str(tmp_path / "my text.txt"), [str(tmp_path / "my t*.txt")]):
        assert len(fastw2v.train(corpus, min_count=1, dim=4, threads=1, epochs=1)) == 3


def test_an_error_inside_a_block_that_writes_a_file_keeps_its_words(tmp_path: Path) -> None:
    from fastw2v._system.files import written_whole

    def write() -> None:
        with written_whole(tmp_path / "out"):
            raise UsageError("cannot read the text")

    with pytest.raises(Fastw2vError, match=r"^cannot read the text$"):
        write()


def test_dir_shows_what_is_public_before_and_after_it_is_imported() -> None:
    program = "import fastw2v; first = dir(fastw2v); fastw2v.load; print(first == dir(fastw2v) == sorted(fastw2v.__all__))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "True\n"
    assert all(hasattr(fastw2v, name) for name in dir(fastw2v))
    with pytest.raises(AttributeError):
        fastw2v.nothing  # type: ignore[attr-defined]  # noqa: B018
