"""The programs that are compared: how each is called, and what it says of its own speed.

Nothing heavy is imported here: Linux counts the memory of the process that starts a command among that command's own peak.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from fastw2v.benchmark.choices import VARIANTS

HERE = Path(__file__).parent


class Job(NamedTuple):
    """What each program is asked to do."""

    corpus: Path
    variant: str
    threads: int
    seed: int
    dim: int = 100
    window: int = 5
    negative: int = 5
    sample: float = 1e-4
    min_count: int = 5
    epochs: int = 1

    @property
    def cbow(self) -> bool:
        """CBOW, not skip-gram."""
        return bool(VARIANTS[self.variant]["model"] == "cbow")

    @property
    def noise(self) -> int:
        """Noise words, 0 without negative sampling."""
        return self.negative if VARIANTS[self.variant]["negative"] else 0

    @property
    def hs(self) -> bool:
        """Hierarchical softmax."""
        return bool(VARIANTS[self.variant]["hs"])

    @property
    def alpha(self) -> float:
        """The original's starting learning rate."""
        return 0.05 if self.cbow else 0.025


class Command(NamedTuple):
    """A command that has run: what it printed, wall seconds, peak memory in bytes."""

    shown: str
    wall: float
    peak: int


class Failure(Exception):
    """A program ended with an error; its last words."""


def run(command: list[str], environment: dict[str, str] | None = None, folder: Path | None = None) -> Command:
    """Run a command, in a folder, and measure it. Raises Failure.

    `python -m` looks for modules in the folder that it runs in, before all others.
    """
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        settings = os.environ | (environment or {})
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=settings, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        shown = out.read().decode("utf-8", "replace")
    if status:
        words = shown.strip().splitlines() or [f"it ended with {process.returncode}"]
        raise Failure(f"{Path(command[0]).name}: {words[-1]}")
    return Command(shown, wall, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


class Program(NamedTuple):
    """A program: its package, how to call it for a job and an output file, and how to read its words/s from what it prints."""

    package: str
    command: Callable[[Job, Path], list[str]]
    speed: Callable[[Job, Path, str], float]
    can: Callable[[Job], bool] = lambda job: True


def original_program() -> str | None:
    """word2vec.c, which the `word2vec` package compiles."""
    beside = Path(sys.executable).with_name("word2vec")
    return str(beside) if beside.exists() else shutil.which("word2vec")


def original_command(job: Job, output: Path) -> list[str]:
    options = {
        "train": job.corpus, "output": output, "size": job.dim, "window": job.window, "sample": job.sample, "hs": int(job.hs),
        "negative": job.noise, "threads": job.threads, "iter": job.epochs, "min-count": job.min_count, "alpha": job.alpha,
        "binary": 1, "cbow": int(job.cbow),
    }  # fmt: skip
    return [str(original_program()), *(str(part) for name, value in options.items() for part in (f"-{name}", value))]


def original_speed(job: Job, output: Path, shown: str) -> float:
    """Its clock counts processor seconds of all threads, so the rate that it gives is one thread's."""
    return float(re.findall(r"Words/thread/sec: ([\d.]+)k", shown)[-1]) * 1000 * job.threads


def script_command(script: str, job: Job, output: Path) -> list[str]:
    order = job._asdict() | {"corpus": str(job.corpus), "output": str(output)}
    order |= {"cbow": job.cbow, "noise": job.noise, "hs": job.hs, "alpha": job.alpha}
    return [sys.executable, str(HERE / script), json.dumps(order)]


def gensim_speed(job: Job, output: Path, shown: str) -> float:
    return float(shown.split()[-1])


def fasttext_speed(job: Job, output: Path, shown: str) -> float:
    return float(re.findall(r"words/sec/thread:\s+(\d+)", shown)[-1]) * job.threads


def our_command(kernel: str, job: Job, output: Path) -> list[str]:
    command = [sys.executable, "-m", "fastw2v", "train", str(job.corpus), "-o", str(output), "--log", f"{output}.log"]
    command += ["--model", "cbow" if job.cbow else "skipgram", "--hs" if job.hs else "--no-hs", "--kernel", kernel, "--quiet"]
    options = {
        "dim": job.dim, "window": job.window, "negative": job.noise, "sample": job.sample, "min-count": job.min_count,
        "epochs": job.epochs, "alpha": job.alpha, "threads": job.threads, "seed": job.seed,
    }  # fmt: skip
    return command + [str(part) for name, value in options.items() for part in (f"--{name}", value)]


def our_speed(job: Job, output: Path, shown: str) -> float:
    log = Path(f"{output}.log")
    end = json.loads(log.read_text().splitlines()[-1])
    log.unlink()
    return float(end["words_per_second"])


PROGRAMS = {
    "word2vec.c": Program("word2vec", original_command, original_speed),
    "gensim": Program("gensim", lambda job, output: script_command("peer_gensim.py", job, output), gensim_speed),
    "fasttext": Program(
        "fasttext",
        lambda job, output: script_command("peer_fasttext.py", job, output),
        fasttext_speed,
        lambda job: not (job.hs and job.noise),  # it has one or the other
    ),
    "fastw2v": Program("fastw2v", lambda job, output: our_command("blocked", job, output), our_speed),
    "fastw2v, reference kernel": Program("fastw2v", lambda job, output: our_command("reference", job, output), our_speed),
}


def version_of(name: str) -> str | None:
    """The version of a program that is installed; of fastw2v's also the commit."""
    package = PROGRAMS[name].package
    if package == "fastw2v":
        import fastw2v

        git = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        return f"{fastw2v.__version__} ({commit})" if commit else fastw2v.__version__
    if package == "word2vec" and original_program() is None:
        return None
    try:
        return version(package)
    except PackageNotFoundError:
        return None
