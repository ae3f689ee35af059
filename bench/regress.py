"""Is HEAD faster or slower than another commit? Both train in turn on the same text, and the bootstrap says what to believe.

    python bench/regress.py                  # HEAD against the commit before it
    python bench/regress.py v0.1.0 --corpus text.txt --variant skipgram-ns --runs 15

Each commit is checked out into a folder of its own, with a cache of compiled code of its own; compiling is not counted. The
text is generated where there is no --corpus. With --working-tree, what is here, committed or not, stands in HEAD's place.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from programs import Failure, Job, our_command, our_speed, run

from fastw2v.benchmark.choices import VARIANTS

HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")  # with its lines as they are
ROOT = Path(__file__).parent.parent
WORDS = 2_000_000


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"git {' '.join(arguments)}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.strip()


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """A worktree of a commit, which goes away again."""
    git("worktree", "add", "--detach", "--quiet", str(folder), commit)
    try:
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def environment(tree: Path, cache: Path) -> dict[str, str]:
    """Run the package in `tree`, and keep its compiled code in `cache`."""
    cache.mkdir(exist_ok=True)
    return {"PYTHONPATH": str(tree), "NUMBA_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}


def check_imported(tree: Path, settings: dict[str, str], folder: Path) -> None:
    """Be sure that the commit itself is what runs, not an installed package."""
    program = [sys.executable, "-c", "import fastw2v; print(fastw2v.__file__)"]
    done = subprocess.run(program, env=os.environ | settings, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not Path(done.stdout.strip()).resolve().is_relative_to(tree.resolve()):
        raise click.ClickException(f"{tree} holds no fastw2v that can be run: {(done.stderr or done.stdout).strip()}")


def generated(folder: Path, words: int) -> Path:
    """A text like English; made by this checkout, for both."""
    target = folder / "text.txt"
    program = "import sys, pathlib, fastw2v.benchmark.text as t; t.write_text(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
    run([sys.executable, "-c", program, str(target), str(words)], {"PYTHONPATH": str(ROOT)})
    return target


@click.command(help=HELP)
@click.argument("commit", default="HEAD~1")
@click.option("--corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="[default: a generated text]")
@click.option("--words", default=WORDS, show_default=True, help="Of the generated text.")
@click.option("--variant", "variants", multiple=True, type=click.Choice(list(VARIANTS)), help="[default: skipgram-ns, cbow-hs]")
@click.option("--kernel", default="blocked", show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option("--epochs", default=1, show_default=True)
@click.option("--dim", default=100, show_default=True)
@click.option("--runs", default=11, show_default=True, help="Of each.")
@click.option("--working-tree", is_flag=True, help="What is here, committed or not, in place of HEAD.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="All runs, as JSON.")
def main(
    commit: str,
    corpus: Path | None,
    words: int,
    variants: tuple[str, ...],
    kernel: str,
    threads: int,
    epochs: int,
    dim: int,
    runs: int,
    working_tree: bool,
    json_file: Path | None,
) -> None:
    names = {"old": git("rev-parse", "--short", f"{commit}^{{commit}}"), "new": git("rev-parse", "--short", "HEAD")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trees = {"old": stack.enter_context(checked_out(names["old"], folder / "old")), "new": ROOT}
        if working_tree:
            names["new"] += " and the working tree"
        else:
            trees["new"] = stack.enter_context(checked_out(names["new"], folder / "new"))
        settings = {which: environment(tree, folder / f"cache-{which}") for which, tree in trees.items()}
        for which, tree in trees.items():
            check_imported(tree, settings[which], folder)
        text = corpus.resolve() if corpus else generated(folder, words)
        found: dict[str, dict[str, list[float]]] = {}
        for variant in variants or ("skipgram-ns", "cbow-hs"):
            job = Job(text, variant, threads=threads, seed=1, dim=dim, epochs=epochs)
            found[variant] = in_turn(job, kernel, settings, runs, folder / "vectors.bin")
            print(verdict(variant, found[variant], names), flush=True)
    if json_file:
        json_file.write_text(json.dumps({"commits": names, "words_per_second": found}, indent=1) + "\n")


def in_turn(job: Job, kernel: str, settings: dict[str, dict[str, str]], runs: int, output: Path) -> dict[str, list[float]]:
    """Words/s of both commits, run by run; the order changes each time, and the first round, which compiles, is left out."""
    speeds: dict[str, list[float]] = {which: [] for which in settings}
    for number in range(runs + 1):
        for which in list(settings)[:: 1 if number % 2 else -1]:
            try:
                done = run(our_command(kernel, job, output), settings[which], output.parent)
            except Failure as failure:
                raise click.ClickException(f"the {which} commit cannot run this: {failure}") from failure
            speed = our_speed(job, output, done.shown)
            if number:
                speeds[which].append(speed)
    return speeds


def verdict(variant: str, speeds: dict[str, list[float]], names: dict[str, str]) -> str:
    """One line."""
    sys.path.insert(0, str(ROOT))
    from fastw2v.benchmark.statistics import ratio_of_medians, spread

    found = ratio_of_medians(speeds["new"], speeds["old"])
    medians = {which: spread(values).median for which, values in speeds.items()}
    return (
        f"{variant}: {found.verdict}. {names['new']} has {found.ratio:.3f} × the words/s of {names['old']}, "
        f"95 % interval {found.low:.3f} to {found.high:.3f} "
        f"({medians['new']:,.0f} against {medians['old']:,.0f}, {len(speeds['new'])} runs of each)"
    )


if __name__ == "__main__":
    main()
