"""The commands that ask, evaluate, convert and describe vectors."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.command_line import Outcome

import fastw2v
from fastw2v.cli import cli as commands
from fastw2v.vectors.word_vectors import WordVectors

pytestmark = pytest.mark.quick

CLI = Callable[..., Outcome]


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    rows = [[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0, 0.9, 0.2], [-1, 0, 0]]
    words = ["king", "queen", "apple", "pear", "böse"]
    WordVectors(words, np.array(rows, np.float32)).save(tmp_path / "v.bin")
    return tmp_path / "v.bin"


def test_similar_shows_the_nearest_words_in_three_ways(cli: CLI, vectors: Path) -> None:
    table = cli("similar", vectors, "king", "-n", 2)
    assert table.code == 0
    assert "queen" in table.out
    assert "0.9939" in table.out
    tsv = cli("similar", vectors, "king", "--topn", 2, "--tsv").out.splitlines()
    assert tsv[0] == "word\tcosine"
    assert tsv[1].startswith("queen\t0.9938")
    found = json.loads(cli("similar", vectors, "apple", "--json").out)
    assert found[0]["word"] == "pear"
    assert found[0]["cosine"] == pytest.approx(0.976187, abs=1e-5)


def test_similar_takes_words_together_and_away(cli: CLI, vectors: Path) -> None:
    found = json.loads(cli("similar", vectors, "king", "pear", "--not", "queen", "--json").out)
    assert found[0]["word"] == "apple"
    assert len(found) == 2


def test_similar_without_words_asks_line_by_line(cli: CLI, vectors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = io.TextIOWrapper(io.BytesIO("king\n\nkign\nböse\n".encode()))
    monkeypatch.setattr(sys, "stdin", typed)
    done = cli("similar", vectors, "--tsv", "-n", 1)
    assert done.code == 0
    assert done.out.splitlines()[0::2] == ["word\tcosine"] * 2
    assert "'kign' has no vector; did you mean king?" in done.err


def test_analogy_solves_a_to_b_as_c_to(cli: CLI, vectors: Path) -> None:
    found = json.loads(cli("analogy", vectors, "king", "queen", "apple", "--json").out)
    assert found[0]["word"] == "pear"
    assert "king" not in [row["word"] for row in found]


def test_unknown_words_are_one_line(cli: CLI, vectors: Path) -> None:
    done = cli("similar", vectors, "appel")
    assert (done.code, done.err) == (2, "fastw2v: the word 'appel' has no vector; did you mean apple?\n")


def test_eval_scores_analogies_and_similarity(cli: CLI, vectors: Path, tmp_path: Path) -> None:
    (tmp_path / "questions").write_text(": fruit\nking queen apple pear\nking queen apple plum\n")
    (tmp_path / "pairs").write_text("king queen 9\nking apple 1\nking böse 0\n")
    done = cli("eval", vectors, "--analogies", tmp_path / "questions", "--json")
    assert json.loads(done.out)[-1] == {
        "file": "questions",
        "section": "total",
        "solved": 1,
        "asked": 1,
        "share": 1.0,
        "questions": 2,
        "coverage": 0.5,
    }
    assert json.loads(cli("eval", vectors, "--similarity", tmp_path / "pairs", "--json").out)[0]["spearman"] == pytest.approx(1)
    shown = cli("eval", vectors, "--analogies", tmp_path / "questions", "--similarity", tmp_path / "pairs").out
    assert "100.0%" in shown
    assert "spearman" in shown
    assert cli("eval", vectors).code == 2


def test_convert_goes_from_format_to_format(cli: CLI, vectors: Path, tmp_path: Path) -> None:
    original = fastw2v.load(vectors)
    source = vectors
    for name in ("v.txt", "v.txt.xz", "v.f2v", "again.bin"):
        done = cli("convert", source, tmp_path / name)
        assert done.code == 0
        assert "5 words, dimension 3" in done.out
        source = tmp_path / name
    assert np.allclose(fastw2v.load(source).vectors, original.vectors, atol=1e-6)
    assert cli("convert", vectors, tmp_path / "small.f2v", "--dtype", "int8", "--limit", 3).code == 0
    assert fastw2v.load(tmp_path / "small.f2v").stored.dtype == "int8"
    assert len(fastw2v.load(tmp_path / "small.f2v")) == 3
    assert "is also the input" in cli("convert", vectors, vectors).err
    assert "is for folders" in cli("convert", vectors, tmp_path / "x.txt", "--dtype", "int8").err


def test_info_says_what_a_file_is(cli: CLI, vectors: Path) -> None:
    found = {row["what"]: row["value"] for row in json.loads(cli("info", vectors, "--json").out)}
    assert found["format"] == "word2vec binary"
    assert found["words"] == "5"
    assert found["dimension"] == "3"
    assert found["first words"] == "king queen apple pear böse"
    assert cli("info", vectors.with_name("none")).code == 2


@pytest.mark.parametrize("command", sorted(set(commands.commands) - {"demo"}))
def test_the_help_of_each_command_shows_examples(cli: CLI, command: str) -> None:
    assert cli(command, "--help").out.count(f"fastw2v {command} ") >= 2


def test_training_goes_on_from_earlier_vectors(text: Path, tmp_path: Path) -> None:
    options = {"dim": 8, "min_count": 5, "epochs": 1, "threads": 1}
    (tmp_path / "new.txt").write_text((text.read_text()[:20_000] + " newword newword newword newword newword\n") * 2)
    first = fastw2v.train(text, output=tmp_path / "first.f2v", **options)
    assert first.counts is not None
    later = fastw2v.train(tmp_path / "new.txt", init=tmp_path / "first.f2v", alpha=1e-9, **options)
    assert set(first.words) < set(later.words)
    assert "newword" in later
    assert np.allclose(later[first.words], first.vectors, atol=1e-5)
    assert later.output_vectors is not None
    rows = later.rows(first.words)
    assert np.allclose(later.output_vectors[rows], fastw2v.load(tmp_path / "first.f2v").output_vectors, atol=1e-5)
    moved = fastw2v.train(tmp_path / "new.txt", init=tmp_path / "first.f2v", **options)
    assert not np.allclose(moved["w1"], first["w1"], atol=1e-3)
    with pytest.raises(fastw2v.UsageError, match="give dim=8"):
        fastw2v.train(tmp_path / "new.txt", init=tmp_path / "first.f2v", dim=10)
