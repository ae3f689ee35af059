"""`python -m bench compare`."""

import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import click

from bench.common.options import (
    corpus_options,
    measurement,
    runs_option,
    set_options,
    temporary_folder,
    threads_option,
    variant_option,
)
from bench.common.processes import Failure, run
from bench.common.results import Results
from bench.common.scoring import Sets
from bench.common.texts import text_of
from bench.common.turns import Case, in_turn
from bench.compare.programs import PROGRAMS, Job, version_of
from fastw2v._system.processes import child_command
from fastw2v.benchmark.variants import VARIANTS

ATTEMPTS = 5  # fastText 0.9.3 now and then meets a NaN at its start, and succeeds the next time
USUAL = ("word2vec.c", "gensim", "fasttext", "fastw2v")


@click.command()
@corpus_options(words=2_000_000)
@runs_option(3)
@threads_option
@click.option("--epochs", default=5, show_default=True)
@click.option("--dim", default=100, show_default=True)
@click.option("--window", default=5, show_default=True)
@click.option("--negative", default=5, show_default=True)
@click.option("--sample", default=1e-4, show_default=True)
@click.option("--min-count", default=5, show_default=True)
@variant_option
@click.option(
    "--program", "names", multiple=True, type=click.Choice(list(PROGRAMS)), help="Only this one; repeatable.  [default: four]"
)
@set_options
@measurement("compare", words=20_000, megabytes=0.2, runs=1, epochs=1, dim=8, threads=1, variants=["skipgram-ns"])
def compare(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    variants: tuple[str, ...],
    names: tuple[str, ...],
    questions: Path | None,
    pairs: tuple[Path, ...],
    **settings: Any,
) -> Results:
    """fastw2v beside word2vec.c, gensim and fastText, in turn, with the same settings on the same text.

    The extra `bench` installs the programs; one that is missing is left out by name. Two clocks: words/s of training as each
    program reports them (word2vec.c counts processor time of all threads, gensim's is the wall clock around its training,
    fastText's and fastw2v's are their own wall clocks), and the whole command from start to the file on disk. Run 1, 2, … is
    seed 1, 2, …; word2vec.c and fastText take no seed.
    """
    programs = dict(installed(names or USUAL))
    sets = Sets(questions, pairs)
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        jobs = {variant: Job(text.path, variant, seed=1, **settings) for variant in variants or VARIANTS}
        warm(list(jobs.values()), list(programs), folder)
        shared = text.as_settings() | settings | {"sets": sets.names, "train_words": train_words(next(iter(jobs.values())))}
        packages = tuple({PROGRAMS[name].package for name in programs})
        kept = results(shared, packages=packages)
        cases = [
            Case(
                {"variant": variant, "program": name},
                lambda seed, name=name, job=job: measured(name, job._replace(seed=seed), folder / "vectors.bin", sets),
                code_of(name, programs),
            )
            for (variant, job), name in product(jobs.items(), programs)
            if PROGRAMS[name].can(job)
        ]
        in_turn(kept, cases, runs)
    return kept


def installed(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The programs that are here, with versions; the others are named."""
    for name in names:
        found = version_of(name)
        if found:
            yield name, found
        else:
            print(f"{name} is left out: not installed; pip install {PROGRAMS[name].package}", file=sys.stderr)


def code_of(name: str, programs: dict[str, str]) -> str:
    """A program's version; another's also says beside which fastw2v it ran, as runs of different hours do not compare."""
    ours = programs.get("fastw2v")
    return programs[name] if ours is None or name.startswith("fastw2v") else f"{programs[name]} beside {ours}"


def warm(jobs: list[Job], names: list[str], folder: Path) -> None:
    """Let fastw2v compile what it will call: the first run of an installation is no measurement."""
    text = folder / "warm.txt"
    text.write_text("a few words to compile for\n" * 50)
    for job, name in product(jobs, [name for name in names if name.startswith("fastw2v")]):
        output = folder / "warm.bin"
        run(PROGRAMS[name].command(job._replace(corpus=text, epochs=1), output))
        PROGRAMS[name].speed(job, output, "")


def train_words(job: Job) -> int:
    """Words of the text that are in the vocabulary, counted by a process of its own."""
    command = child_command(print_train_words, corpus=str(job.corpus), min_count=job.min_count)
    return int(run(command).shown.split()[-1])


def print_train_words(corpus: str, min_count: int) -> None:
    """Count and print."""
    from fastw2v.run.pipeline import count
    from fastw2v.settings import Settings

    print(count(corpus, Settings(min_count=min_count))[1].kept_words)


def measured(name: str, job: Job, output: Path, sets: Sets) -> dict[str, Any]:
    """Run one program once, and score what it made. Raises Failure."""
    program = PROGRAMS[name]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            done = run(program.command(job, output))
            break
        except Failure as failure:
            print(f"{name}, attempt {attempt}: {failure}", file=sys.stderr)
            if attempt == ATTEMPTS or "NaN" not in str(failure):
                raise
    found = {"words_per_second": program.speed(job, output, done.shown), "wall": done.wall, "peak": done.peak}
    scores = sets.score_file(output)
    output.unlink()
    return found | {"attempts": attempt, "scores": scores}
