"""`python -m bench speed instructions`."""

import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench.common.machine import code_version
from bench.common.options import (
    corpus_options,
    measurement,
    runs_option,
    temporary_folder,
    threads_option,
    variant_option,
)
from bench.common.processes import compile_for, run, train
from bench.common.results import Results
from bench.common.texts import text_of
from bench.common.turns import Case, in_turn
from bench.compare.programs import PROGRAMS, Job
from fastw2v.benchmark.variants import VARIANTS


class Target(NamedTuple):
    """Instructions, as the C compiler and as Numba are told of them."""

    march: str
    processor: str | None
    features: str = ""


TARGETS = {
    "this machine's": Target("native", None),
    "AVX2": Target("x86-64-v3", "haswell", "+avx2,+fma,+bmi2"),
    "x86-64": Target("x86-64", "x86-64"),
}
FLAGS = ("-Ofast", "-funroll-loops", "-w")  # as the package word2vec compiles it


@click.command()
@corpus_options(words=2_000_000)
@runs_option(3)
@threads_option
@click.option("--dim", default=100, show_default=True)
@click.option("--target", "targets", multiple=True, type=click.Choice(list(TARGETS)), help="Only this one; repeatable.")
@variant_option
@measurement(
    "instructions", words=20_000, megabytes=0.2, runs=1, threads=1, dim=8, variants=["skipgram-ns"], targets=["this machine's"]
)
def instructions(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    targets: tuple[str, ...],
    variants: tuple[str, ...],
    **settings: Any,
) -> Results:
    """fastw2v beside word2vec.c, both compiled for the same instructions: this machine's, AVX2 without AVX-512, x86-64.

    word2vec.c is the package word2vec's (extra `bench`), compiled by gcc as that package does it, with another -march.
    """
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        kept = results(text.as_settings() | settings | {"epochs": 1, "sample": 1e-4}, packages=("word2vec",))
        cases = []
        for name in targets or TARGETS:
            program = compiled(TARGETS[name], folder)
            environment = environment_for(TARGETS[name])
            for variant in variants or VARIANTS:
                job = Job(text.path, variant, seed=1, **settings)
                compile_for(job.settings() | {"min_count": 1}, folder, environment)
                asked = {"instructions": name, "variant": variant}
                for which, measure in (
                    ("word2vec.c", lambda number, job=job, program=program: original_speed(program, job, folder)),
                    ("fastw2v", lambda number, job=job, environment=environment: our_speed(job, environment, folder)),
                ):
                    cases.append(Case(asked | {"program": which}, measure, code_version()))
        in_turn(kept, cases, runs)
    return kept


def environment_for(target: Target) -> dict[str, str]:
    """What makes Numba compile for a target; its cache keeps the code of each apart."""
    if target.processor is None:
        return {}
    return {"NUMBA_CPU_NAME": target.processor, "NUMBA_CPU_FEATURES": target.features}


def compiled(target: Target, folder: Path) -> Path:
    """word2vec.c, whose source is in its package, for a target."""
    found = find_spec("word2vec")
    if found is None or found.origin is None:
        raise click.ClickException("the package word2vec is missing: pip install 'fastw2v[bench]'")
    source = Path(found.origin).parent / "includes" / "word2vec.c"
    program = folder / f"word2vec-{target.march}"
    command = ["gcc", *FLAGS, f"-march={target.march}", "-o", str(program), str(source), "-lm", "-pthread"]
    subprocess.run(command, check=True)
    return program


def original_speed(program: Path, job: Job, folder: Path) -> dict[str, Any]:
    output = folder / "theirs.bin"
    command = [str(program), *PROGRAMS["word2vec.c"].command(job, output)[1:]]
    return {"words_per_second": PROGRAMS["word2vec.c"].speed(job, output, run(command).shown)}


def our_speed(job: Job, environment: dict[str, str], folder: Path) -> dict[str, Any]:
    done = train(job.corpus, folder / "ours.bin", job.settings(), environment=environment)
    return {"words_per_second": done.words_per_second}
