"""Commands that are measured: wall time and peak memory of a process, and fastw2v's own command line.

Nothing heavy is imported here: Linux counts the memory of the process that starts a command among that command's own peak.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Failure(Exception):
    """A program ended with an error; its last words."""


class Command(NamedTuple):
    """A command that has run: what it printed, wall seconds, peak memory in bytes."""

    shown: str
    wall: float
    peak: int


class Trained(NamedTuple):
    """A run of `fastw2v train`: the last line of its log, wall seconds, peak memory in bytes."""

    end: dict[str, Any]
    wall: float
    peak: int

    @property
    def words_per_second(self) -> float:
        """Of training, by fastw2v's own clock."""
        return float(self.end["words_per_second"])


def run(command: Sequence[object], environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Command:
    """Run a command and measure it. Raises Failure.

    folder : where it runs; `python -m` looks for modules there first
    """
    words = list(map(str, command))
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        settings = os.environ | (environment or {})
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, env=settings, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        shown = out.read().decode("utf-8", "replace")
    if status:
        lines = shown.strip().splitlines() or [f"it ended with {process.returncode}"]
        raise Failure(f"{Path(words[0]).name}: {lines[-1]}")
    return Command(shown, wall, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def options(settings: Mapping[str, Any]) -> list[str]:
    """Settings of fastw2v as options of its command line; None leaves one out."""
    words = []
    for name, value in settings.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        elif value is not None:
            words += [f"--{option}", str(value)]
    return words


def fastw2v(*arguments: object) -> list[str]:
    """A command of fastw2v."""
    return [sys.executable, "-m", "fastw2v", *map(str, arguments)]


def train(
    corpus: Path,
    output: Path,
    settings: Mapping[str, Any],
    *,
    before: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Trained:
    """Run `fastw2v train` as a user would. Raises Failure.

    before : a launcher and its options
    """
    log = Path(f"{output}.log")
    command = [*before, *fastw2v("train", corpus, "-o", output, "--log", log, "--quiet", *options(settings))]
    done = run(command, environment, folder)
    end = json.loads(log.read_text().splitlines()[-1])
    log.unlink()
    return Trained(end, done.wall, done.peak)


def compile_for(settings: Mapping[str, Any], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Let fastw2v compile what a setting calls: the first run of an installation is no measurement."""
    text = folder / "few-words.txt"
    text.write_text("a few words to compile for\n" * 50)
    train(text, folder / "few-words.bin", {**settings, "epochs": 1}, environment=environment, folder=folder)
