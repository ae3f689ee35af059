"""Fixtures: a text, the command line in this process, the original program."""

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from xdist.remote import Producer

pytest.register_assert_rewrite("helpers")

from helpers.command_line import Outcome
from helpers.scheduling import Together
from helpers.texts import zipf_text

from fastw2v.cli import main

# Shells start what they put into the background with Ctrl-C ignored, nohup with SIGHUP, and so would be all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick part: unit tests but those marked slow, and of all other tests those marked quick."""
    for item in items:
        if item.path.parent.name == "unit" and not item.get_closest_marker("slow"):
            item.add_marker("quick")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


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
