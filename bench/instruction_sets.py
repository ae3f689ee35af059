"""fastw2v beside word2vec.c, both compiled for the same instructions: this machine's own, AVX2 without AVX-512, plain x86-64.

    python bench/instruction_sets.py CORPUS [--runs 3] [--variant skipgram-ns]

word2vec.c is the package word2vec's (extra `bench`), compiled by gcc as that package does it (-Ofast -funroll-loops), with
another -march. Words/s of one epoch, medians of runs in turn. Nothing else should be running.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import click
from programs import PROGRAMS, Job, run
from rich.console import Console
from rich.table import Table

from fastw2v.benchmark.choices import VARIANTS


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


def environment_for(target: Target) -> dict[str, str]:
    """What makes Numba compile for a target; its cache keeps the code of each apart."""
    if target.processor is None:
        return {}
    return {"NUMBA_CPU_NAME": target.processor, "NUMBA_CPU_FEATURES": target.features}


def original_source() -> Path:
    """word2vec.c, which lies in its package."""
    found = find_spec("word2vec")
    if found is None or found.origin is None:
        raise click.ClickException("the package word2vec is missing: pip install 'fastw2v[bench]'")
    return Path(found.origin).parent / "includes" / "word2vec.c"


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--runs", default=3, show_default=True)
@click.option("--variant", "variants", multiple=True, type=click.Choice(list(VARIANTS)), help="This alone; may be repeated.")
def main(corpus: Path, runs: int, variants: tuple[str, ...]) -> None:
    table = Table(title=f"{corpus.name}, one epoch, dimension 100, words/s, median of {runs}")
    for column in ("instructions", "variant", "word2vec.c", "fastw2v", "ratio"):
        table.add_column(column, justify="left" if column in ("instructions", "variant") else "right")
    threads = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        folder, output = Path(temporary), Path(temporary, "vectors.bin")
        for name, target in TARGETS.items():
            program = folder / f"word2vec-{target.march}"
            options = [
                "-Ofast",
                f"-march={target.march}",
                "-funroll-loops",
                "-w",
                "-o",
                str(program),
                str(original_source()),
                "-lm",
                "-pthread",
            ]
            subprocess.run(["gcc", *options], check=True)
            ours = environment_for(target)
            for variant in variants or VARIANTS:
                job = Job(corpus, variant, threads, 1)
                speeds: dict[str, list[float]] = {"word2vec.c": [], "fastw2v": []}
                run(PROGRAMS["fastw2v"].command(job._replace(corpus=_few_words(folder)), output), ours)  # compiles
                for _ in range(runs):
                    command = [str(program), *PROGRAMS["word2vec.c"].command(job, output)[1:]]
                    speeds["word2vec.c"].append(PROGRAMS["word2vec.c"].speed(job, output, run(command).shown))
                    shown = run(PROGRAMS["fastw2v"].command(job, output), ours).shown
                    speeds["fastw2v"].append(PROGRAMS["fastw2v"].speed(job, output, shown))
                theirs, own = (statistics.median(found) for found in speeds.values())
                row = [name, variant, f"{theirs:,.0f}", f"{own:,.0f}", f"{own / theirs:.1f}"]
                print(*row, sep="  ", file=sys.stderr)
                table.add_row(*row)
    Console(width=100).print(table)


def _few_words(folder: Path) -> Path:
    small = folder / "small.txt"
    small.write_text("a small text of a few words for a start\n" * 200)
    return small


if __name__ == "__main__":
    main()
