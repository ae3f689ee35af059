"""Fixtures: a text, the command line in this process, the original program."""

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.register_assert_rewrite("helpers")

from helpers.command_line import Outcome
from helpers.texts import zipf_text

from fastw2v.cli import main

COMPILING = """test_blocked_kernel test_checkpoints test_damaged_checkpoints test_divergence test_gradients test_kernel_protocol
    test_loss_plots test_original_training test_queries test_ranks test_train_command test_training test_warm_start
    test_without_a_card""".split()

# Shells start what they put into the background with Ctrl-C ignored, nohup with SIGHUP, and so would be all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick part: unit tests but those marked slow, and of all other tests those marked quick.

    Of the files whose tests run in this process each goes to one worker. So do, together, those of the quick part that compile
    kernels: it may begin with an empty cache, and several workers would compile the same.
    """
    for item in items:
        kind = item.path.parent.name
        if kind == "unit" and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.path.stem in COMPILING and item.get_closest_marker("quick"):
            item.add_marker(pytest.mark.xdist_group("kernels"))
        elif kind in ("unit", "oracle"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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
