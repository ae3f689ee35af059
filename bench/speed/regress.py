"""`python -m bench speed regress`."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from bench.common import machine
from bench.common.machine import ROOT
from bench.common.options import FILE, measurement, runs_option, temporary_folder, variant_option
from bench.common.processes import Failure, run, train
from bench.common.results import Results
from bench.common.turns import tell
from bench.compare.programs import Job
from fastw2v._system.processes import child_command
from fastw2v.benchmark import text as generated_text


@click.command()
@click.argument("commit", default="HEAD~1")
@click.option("--corpus", type=FILE, help="[default: a generated text]")
@click.option("--words", default=2_000_000, show_default=True, help="Of the generated text.")
@variant_option
@click.option("--kernel", default="blocked", show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option("--epochs", default=1, show_default=True)
@click.option("--dim", default=100, show_default=True)
@runs_option(11)
@click.option("--working-tree", is_flag=True, help="What is here, committed or not, in place of HEAD.")
@measurement("regress", words=3000, runs=1, dim=8, variants=["skipgram-ns"])
def regress(
    results: Callable[..., Results],
    commit: str,
    corpus: Path | None,
    words: int,
    variants: tuple[str, ...],
    runs: int,
    working_tree: bool,
    **settings: Any,
) -> Results:
    """Is HEAD faster or slower than COMMIT, by default the commit before it?

    Both train in turn on the same text, and the bootstrap gives the interval to believe. Each commit is checked out into a
    folder of its own, with a cache of compiled code of its own; compiling is not counted. bench/results holds the last call
    alone.
    """
    commits = {"old": _git("rev-parse", "--short", f"{commit}^{{commit}}"), "new": _git("rev-parse", "--short", "HEAD")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(temporary_folder()))
        trees = {"old": stack.enter_context(checked_out(commits["old"], folder / "old")), "new": ROOT}
        if working_tree:
            commits["new"] += "+"
        else:
            trees["new"] = stack.enter_context(checked_out(commits["new"], folder / "new"))
        environments = {which: environment(tree, folder) for which, tree in trees.items()}
        for which, tree in trees.items():
            check_imported(tree, environments[which], folder)
        text = corpus.resolve() if corpus else generated(folder, words)
        shared = {"corpus": corpus.name if corpus else "generated", "bytes": text.stat().st_size, **settings}
        kept = results(shared | {"commits": commits}, overwrite=True)
        kernel = {"kernel": settings.pop("kernel")}
        for variant in variants or ("skipgram-ns", "cbow-hs"):
            options = Job(text, variant, seed=1, **settings).settings() | kernel
            alternate(kept, variant, text, options, environments, runs, folder)
    return kept


def alternate(
    kept: Results,
    variant: str,
    text: Path,
    options: dict[str, Any],
    environments: dict[str, dict[str, str]],
    runs: int,
    folder: Path,
) -> None:
    """Words/s of both commits, run by run; the order changes each time, and the first round, which compiles, is left out."""
    for number in range(runs + 1):
        for which in list(environments)[:: 1 if number % 2 else -1]:
            asked = {"variant": variant, "commit": which, "run": number}
            try:
                done = train(text, folder / "vectors.bin", options, environment=environments[which], folder=folder)
            except Failure as failure:
                raise Failure(f"the {which} commit cannot run this: {failure}") from failure
            if number:
                tell(asked, kept.add(asked, {"words_per_second": done.words_per_second}))


def _git(*arguments: str) -> str:
    done = machine.git(*arguments)
    if done.returncode:
        raise click.ClickException(f"git {' '.join(arguments)}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.strip()


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """A worktree of a commit, removed at the end."""
    _git("worktree", "add", "--detach", "--quiet", str(folder), commit)
    try:
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def environment(tree: Path, folder: Path) -> dict[str, str]:
    """Run the package in `tree`; other code than the other's keeps what it compiles in a cache of its own."""
    cache = folder / f"cache-{machine.code_version(tree / 'fastw2v')}"
    cache.mkdir(exist_ok=True)
    return {"PYTHONPATH": str(tree), "NUMBA_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}


def check_imported(tree: Path, settings: dict[str, str], folder: Path) -> None:
    """Be sure that the commit itself runs, not an installed package."""
    program = [sys.executable, "-c", "import fastw2v; print(fastw2v.__file__)"]
    done = subprocess.run(program, env=os.environ | settings, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not Path(done.stdout.strip()).resolve().is_relative_to(tree.resolve()):
        raise click.ClickException(f"{tree} holds no fastw2v that can be run: {(done.stderr or done.stdout).strip()}")


def generated(folder: Path, words: int) -> Path:
    """A text like English; made by this checkout, for both, and by a process of its own, so that this one stays small."""
    target = folder / "text.txt"
    run(child_command(write_generated, path=str(target), words=words))
    return target


def write_generated(path: str, words: int) -> None:
    """Write a generated text."""
    generated_text.write_text(Path(path), words)
