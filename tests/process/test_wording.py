"""Messages name a setting as their reader writes it: min_count= in Python, --min-count on the command line, -min-count in
the original's programs."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import fastw2v
from fastw2v.cli import cli as commands
from fastw2v.cli.train import train
from fastw2v.cli.wording import CommandLine
from fastw2v.errors import Wording, call, option, worded
from fastw2v.original import word2phrase, word2vec
from fastw2v.settings import Settings

PACKAGE = Path(fastw2v.__file__).parent
CLI = Callable[..., Any]


def original(*arguments: object) -> str:
    """What the original's word2vec says where it fails, as a process."""
    command = [sys.executable, "-c", "from fastw2v.original.word2vec import main; main()", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    return done.stderr


@pytest.fixture
def rare(tmp_path: Path) -> Path:
    """A text in which each word occurs once."""
    path = tmp_path / "rare.txt"
    path.write_text("to be or not\n")
    return path


def test_a_wrong_setting_has_its_readers_name(cli: CLI, rare: Path, tmp_path: Path) -> None:
    out = tmp_path / "v.bin"
    with pytest.raises(fastw2v.UsageError, match=r"^min_count is -1: it must be a whole number"):
        fastw2v.train(rare, min_count=-1)
    assert "fastw2v: --min-count is -1: it must be" in cli("train", rare, "-o", out, "--min-count", -1).err
    assert original("-train", rare, "-output", out, "-iter", 0).startswith("word2vec: -iter is 0: it must be")


def test_advice_names_what_its_reader_can_give(cli: CLI, rare: Path, tmp_path: Path) -> None:
    out = tmp_path / "v.bin"
    with pytest.raises(fastw2v.UsageError, match=r": lower min_count=$"):
        fastw2v.train(rare)
    assert cli("train", rare, "-o", out).err.endswith(": lower --min-count\n")
    assert original("-train", rare, "-output", out).endswith(": lower -min-count\n")


def test_two_settings_that_contradict_each_other(cli: CLI, rare: Path, tmp_path: Path) -> None:
    out = tmp_path / "v.bin"
    with pytest.raises(fastw2v.UsageError, match=r"negative is 0 without hs: .* give negative=1 or more, or hs=True$"):
        fastw2v.train(rare, negative=0)
    assert "--negative is 0 without --hs" in (said := cli("train", rare, "-o", out, "--negative", 0).err)
    assert said.endswith("give --negative 1 or more, or --hs\n")
    assert original("-train", rare, "-output", out, "-negative", 0).endswith("give -negative 1 or more, or -hs 1\n")


def test_a_checkpoint_is_continued_or_overwritten_as_the_reader_does_it(cli: CLI, text: Path, tmp_path: Path) -> None:
    def stop(progress: fastw2v.Progress) -> None:
        raise KeyboardInterrupt

    state = tmp_path / "a state"
    with pytest.raises(
        fastw2v.Interrupted, match=r"; fastw2v\.resume\('.*/a state'\) continues the run; no vectors were written$"
    ):
        fastw2v.train(text, dim=4, threads=1, checkpoint=state, callback=stop)
    with pytest.raises(fastw2v.UsageError, match=r"dim was 4 and is 5: fastw2v\.resume\(.*\) continues it, force=True"):
        fastw2v.train(text, dim=5, threads=1, checkpoint=state)
    refused = cli("train", text, "-o", tmp_path / "v", "--dim", 5, "--threads", 1, "--checkpoint", state).err
    assert f"--dim was 4 and is 5: fastw2v resume '{state}' continues it, --force starts a new run\n" in refused


def test_notes_are_worded_too(cli: CLI, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "in").write_text(" ".join(f"rare{i}" for i in range(300_000)))
    fastw2v.phrases(tmp_path / "in", tmp_path / "out", memory=2**20, progress=True)
    assert "; a larger memory= prevents it\n" in capfd.readouterr().err.replace("\n ", " ")
    assert "; a larger --memory prevents it\n" in cli("phrases", tmp_path / "in", "-o", tmp_path / "out", "--memory", "1M").err


def test_what_a_program_lacks_is_an_option_of_a_command_that_has_it() -> None:
    called = "fastw2v resume 'a b'"
    with worded(word2vec.WORDING):
        told = [option("dim"), option("memory"), option("device", "cpu"), option("lenient", True), call("resume", "a b")]
    assert told == ["-size", "fastw2v train --memory", "fastw2v train --device cpu", "fastw2v convert --lenient", called]
    with worded(word2phrase.WORDING):
        assert [option("min_count"), option("threads")] == ["-min-count", "fastw2v phrases --threads"]
    commands.running = commands.commands["similar"]
    with worded(CommandLine(commands)):
        assert [option("lenient", True), option("topn"), option("dim", 8)] == ["--lenient", "--topn", "fastw2v train --dim 8"]
        assert call("train", force=True) == "fastw2v train --force"
    assert [option("topn"), call("train", force=True)] == ["topn=", "fastw2v.train(..., force=True)"]


def test_every_setting_is_an_option_of_train() -> None:
    spelled = {name for parameter in train.params for name in parameter.opts}
    commands.running = train
    with worded(CommandLine(commands)):
        assert {option(field.name) for field in fields(Settings)} <= spelled


def test_the_front_end_before_comes_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), worded(word2vec.WORDING):
        raise ZeroDivisionError
    assert option("dim") == Wording().option("dim") == "dim="


GIVEN = "|".join((*(field.name for field in fields(Settings)), "force", "lenient", "callback"))
SPELLED = re.compile(rf"(?<![-\w])--[a-z]|\b({GIVEN})=|fastw2v (train|resume) ")
OTHERS_PROGRAMS = ("wsl --install",)


def messages(path: Path) -> Iterator[str]:
    """The texts in a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {node.body[0].value for node in ast.walk(tree) if isinstance(node, kinds) and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
            yield node.value


def test_no_message_of_the_library_spells_an_option_itself() -> None:
    found = []
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in ("cli", "original", "gensim_names.py"):  # which speak to one front end
            continue
        for message in messages(path):
            rest = message
            for allowed in OTHERS_PROGRAMS:
                rest = rest.replace(allowed, "")
            if SPELLED.search(rest):
                found.append(f"{path.relative_to(PACKAGE)}: {message}")
    assert found == []
