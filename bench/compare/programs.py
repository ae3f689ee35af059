"""The programs that are compared: how each is called, and what it says of its own speed."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from bench.common.machine import code_version
from bench.common.processes import Failure, fastw2v, options
from bench.compare import peers
from fastw2v._system.processes import child_command
from fastw2v.benchmark.variants import VARIANTS


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

    def settings(self) -> dict[str, Any]:
        """The same for fastw2v's command line."""
        same = {name: getattr(self, name) for name in ("dim", "window", "sample", "min_count", "epochs", "alpha", "threads")}
        return same | {"model": "cbow" if self.cbow else "skipgram", "negative": self.noise, "hs": self.hs, "seed": self.seed}


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


def last_number(pattern: str, shown: str) -> float:
    """The last that a program printed. Raises Failure."""
    found = re.findall(pattern, shown)
    if not found:
        raise Failure("the program printed no speed: the text is too short")
    return float(found[-1])


def original_command(job: Job, output: Path) -> list[str]:
    settings = {
        "train": job.corpus, "output": output, "size": job.dim, "window": job.window, "sample": job.sample, "hs": int(job.hs),
        "negative": job.noise, "threads": job.threads, "iter": job.epochs, "min-count": job.min_count, "alpha": job.alpha,
        "binary": 1, "cbow": int(job.cbow),
    }  # fmt: skip
    return [str(original_program()), *(str(part) for name, value in settings.items() for part in (f"-{name}", value))]


def original_speed(job: Job, output: Path, shown: str) -> float:
    """Its clock counts processor seconds of all threads, so the rate that it gives is one thread's."""
    return last_number(r"Words/thread/sec: ([\d.]+)k", shown) * 1000 * job.threads


def peer_command(function: Callable[..., None], job: Job, output: Path) -> list[str]:
    order = job._asdict() | {"corpus": str(job.corpus), "output": str(output)}
    return child_command(function, **order, cbow=job.cbow, noise=job.noise, hs=job.hs, alpha=job.alpha)


def gensim_speed(job: Job, output: Path, shown: str) -> float:
    return float(shown.split()[-1])


def fasttext_speed(job: Job, output: Path, shown: str) -> float:
    return last_number(r"words/sec/thread:\s+(\d+)", shown) * job.threads


def our_command(kernel: str, job: Job, output: Path) -> list[str]:
    settings = options(job.settings() | {"kernel": kernel})
    return fastw2v("train", job.corpus, "-o", output, "--log", f"{output}.log", "--quiet", *settings)


def our_speed(job: Job, output: Path, shown: str) -> float:
    log = Path(f"{output}.log")
    end = json.loads(log.read_text().splitlines()[-1])
    log.unlink()
    return float(end["words_per_second"])


PROGRAMS = {
    "word2vec.c": Program("word2vec", original_command, original_speed),
    "gensim": Program("gensim", lambda job, output: peer_command(peers.gensim, job, output), gensim_speed),
    "fasttext": Program(
        "fasttext",
        lambda job, output: peer_command(peers.fasttext, job, output),
        fasttext_speed,
        lambda job: not (job.hs and job.noise),  # it has one or the other
    ),
    "fastw2v": Program("fastw2v", lambda job, output: our_command("blocked", job, output), our_speed),
    "fastw2v, reference kernel": Program("fastw2v", lambda job, output: our_command("reference", job, output), our_speed),
}


def version_of(name: str) -> str | None:
    """The version of a program that is installed; of fastw2v that of the code."""
    package = PROGRAMS[name].package
    if package == "fastw2v":
        return code_version()
    if package == "word2vec" and original_program() is None:
        return None
    try:
        return version(package)
    except PackageNotFoundError:
        return None
