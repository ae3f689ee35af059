"""What tests share: a text, the command line in this process, the original program."""

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from texts import zipf_text

from fastw2v.cli import main

# Shells start what they put into the background with Ctrl-C ignored, nohup with SIGHUP, and so would be all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in this process."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["fastw2v", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        return Outcome(int(stop.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 20,000 words."""
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_bytes(zipf_text(20_000, 300))
    return path


@pytest.fixture(scope="session")
def long_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 400,000 words, for runs that are to be stopped."""
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_bytes(zipf_text(400_000, 2000))
    return path


@pytest.fixture(scope="session")
def original() -> str:
    """The original C program, which the `word2vec` package compiles when it is installed."""
    beside = Path(sys.executable).with_name("word2vec")
    found = str(beside) if beside.exists() else shutil.which("word2vec")
    assert found, "the word2vec package is not installed: install the test extra"
    return found
