"""gensim's names for what has another name here: the message says which."""

import copy
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastw2v
from fastw2v.errors import UsageError
from fastw2v.gensim_names import ARGUMENTS, ATTRIBUTES, NAMES, explain_arguments
from fastw2v.vectors.similarity_queries import SimilarityQueries
from fastw2v.vectors.word_vectors import WordVectors

pytestmark = pytest.mark.quick
SENTENCES = [["a", "b", "c"]] * 20


def some() -> WordVectors:
    return WordVectors(["a", "b"], np.eye(2, dtype=np.float32))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"vector_size": 5}, "train has no argument vector_size: give dim="),
        ({"workers": 2}, "train has no argument workers: give threads="),
        ({"sg": 1}, "train has no argument sg: give model='skipgram' or model='cbow'"),
        ({"windw": 2}, r"train has no argument windw: did you mean window=\?"),
        ({"foo": 2}, r"train has no argument foo: help\(train\) lists those it has"),
    ],
)
def test_an_argument_of_gensim_is_refused_with_ours(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        fastw2v.train(SENTENCES, **given)
    assert isinstance(caught.value, TypeError)


def test_other_calls_name_theirs_too(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="load has no argument binary: the format is detected"):
        fastw2v.load(tmp_path / "v.bin", binary=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="most_similar has no argument restrict_vocab: give restrict="):
        some().most_similar("a", restrict_vocab=10)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="save has no argument binary"):
        some().save(tmp_path / "v.bin", binary=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="give the text first"):
        fastw2v.count(sentences=SENTENCES)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_an_attribute_of_gensim_is_missing_with_a_hint(name: str) -> None:
    assert not hasattr(some(), name)
    with pytest.raises(AttributeError) as caught:
        getattr(some(), name)
    assert str(caught.value) == f"WordVectors has no attribute {name!r}: {ATTRIBUTES[name]}"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_class_of_gensim_is_missing_with_a_hint(name: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': "):
        getattr(fastw2v, name)


def test_what_nobody_has_is_missing_as_anywhere() -> None:
    with pytest.raises(AttributeError) as caught:
        some().nothing  # type: ignore[attr-defined]  # noqa: B018
    assert str(caught.value) == "WordVectors has no attribute 'nothing'"
    assert copy.deepcopy(some()).words == pickle.loads(pickle.dumps(some())).words == ["a", "b"]


def test_the_hints_name_what_is_there() -> None:
    public = set(dir(WordVectors)) | {"words", "counts", "settings"}
    for hint in ATTRIBUTES.values():
        for word in hint.replace("(", " ").replace("[", " ").replace(",", " ").split():
            if word.startswith("vectors."):
                assert word.removeprefix("vectors.").rstrip(".") in public, hint
    for function in (fastw2v.train, fastw2v.load, WordVectors.save, SimilarityQueries.most_similar, fastw2v.phrases):
        assert function.__doc__
    known = explain_arguments(fastw2v.train)
    for advice in ARGUMENTS.values():
        if advice.startswith("give ") and "=" in advice:
            keyword = advice.removeprefix("give ").partition("=")[0]
            assert keyword in known.__wrapped__.__annotations__ or keyword == "restrict", advice  # type: ignore[attr-defined]


def test_what_matters_is_a_warning_that_names_the_callers_line(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("a b é c d\n".encode("latin-1") * 20)
    with pytest.warns(UserWarning, match="not UTF-8: .*latin.txt") as caught:
        vectors = fastw2v.train(tmp_path / "latin.txt", dim=4)
    assert caught[0].filename == __file__
    vectors.save(tmp_path / "v.bin")
    with pytest.warns(UserWarning, match="has no counts, so each of its words counts as seen once"):
        fastw2v.train(SENTENCES, dim=4, init=tmp_path / "v.bin")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fastw2v.train(SENTENCES, dim=4)  # nothing to warn of, and no file left open
