"""The examples in the docstrings of what is public, run on a small trained model; and that each docstring has its parts."""

import doctest
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fastw2v
from fastw2v.demo.text import analogies, sentences
from fastw2v.vectors.word_vectors import WordVectors

MODULES = [
    "fastw2v",
    "fastw2v.api",
    "fastw2v.errors",
    "fastw2v.phrasing.pipeline",
    "fastw2v.settings",
    "fastw2v.training.progress",
    "fastw2v.vectors.embeddings",
    "fastw2v.vectors.similarity_queries",
    "fastw2v.vectors.unknown_words",
    "fastw2v.vectors.word_vectors",
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
EXAMPLES = {test.name: test for name in MODULES for test in doctest.DocTestFinder().find(importlib.import_module(name))}
PAIRS = "guitar\tpiano\t9\nparis\tking\t2\nguitar\tcheese\t1\nunicorn\tking\t5\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that examples read."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "corpus.txt").write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(20_000)))
    capitals = [question for question in analogies() if question.relation == "capitals"]
    lines = [f"{question.a} {question.b} {question.c} {question.d}\n" for question in capitals]
    (folder / "questions.txt").write_text("".join([": capitals\n", *lines]))
    (folder / "pairs.txt").write_text(PAIRS)
    return folder


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    """Of a text with planted relations."""
    return fastw2v.train(sentences(300_000), dim=32, threads=1)


@pytest.mark.parametrize("name", [name for name, test in EXAMPLES.items() if test.examples])
def test_an_example_gives_what_it_says(name: str, vectors: WordVectors, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    told: list[str] = []
    test = EXAMPLES[name]
    test.globs = {"vectors": vectors}
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append, clear_globs=False)
    assert not told, "".join(told)


def public() -> Iterator[tuple[str, Any]]:
    """Everything public that has a docstring of its own: functions, classes, and what WordVectors has."""
    for name in sorted(set(fastw2v.__all__) - {"__version__"}):
        yield name, getattr(fastw2v, name)
    for name, member in inspect.getmembers(WordVectors):
        if not name.startswith("_") and (callable(member) or isinstance(member, property)):
            yield f"WordVectors.{name}", member


@pytest.mark.parametrize(("name", "thing"), [pytest.param(*pair, id=pair[0]) for pair in public()])
def test_a_public_docstring_has_its_parts(name: str, thing: Any) -> None:
    text = inspect.getdoc(thing) or ""
    assert "\nExamples\n--------\n" in text
    if inspect.isroutine(thing):
        assert "\nReturns\n-------\n" in text
        parameters = set(inspect.signature(thing).parameters) - {"self"}
        assert not parameters or "\nParameters\n----------\n" in text
        documented = text.partition("\nParameters\n----------\n")[2].partition("\n\n")[0].splitlines()
        names = {name.strip() for line in documented if line[:1] != " " for name in line.partition(":")[0].split(",")}
        assert parameters <= names
