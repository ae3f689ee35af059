"""`python -m bench files vectors`."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

import fastw2v
from bench.common.machine import code_version
from bench.common.options import FILE, measurement, runs_option, set_options, temporary_folder
from bench.common.results import Results
from bench.common.scoring import Sets
from bench.common.turns import Case, in_turn
from fastw2v.vectors.io import DTYPES


@click.command()
@click.option("--rows", default=200_000, show_default=True, help="Of the generated vectors that are read and written.")
@click.option("--folder-rows", default=1_000_000, show_default=True, help="Of those that a folder holds.")
@click.option("--dim", default=300, show_default=True)
@runs_option(3)
@click.option("--vectors", "scored", type=FILE, help="Vectors to score in each dtype.")
@set_options
@measurement("files", rows=50, folder_rows=50, dim=8, runs=1)
def vectors(
    results: Callable[..., Results],
    rows: int,
    folder_rows: int,
    dim: int,
    runs: int,
    scored: Path | None,
    questions: Path | None,
    pairs: tuple[Path, ...],
) -> Results:
    """Reading and writing vector files beside gensim, on one core; what smaller dtypes cost in scores; how long a query takes.

    The speeds are of generated vectors; all files are in the file cache.
    """
    sets = Sets(questions, pairs)
    shared = {"rows": rows, "folder_rows": folder_rows, "dim": dim, "sets": sets.names}
    kept = results(shared, packages=("gensim",))
    with temporary_folder() as made:
        folder = Path(made)
        if scored:
            in_turn(kept, score_cases(scored, sets, folder), 1)
        in_turn(kept, folder_cases(generated(folder_rows, dim), folder), runs)
        allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
        try:
            if allowed:
                os.sched_setaffinity(0, {min(allowed)})
            in_turn(kept, speed_cases(generated(rows, dim), folder), runs)
        finally:
            if allowed:
                os.sched_setaffinity(0, allowed)
    return kept


def generated(rows: int, dim: int) -> fastw2v.WordVectors:
    """Random vectors."""
    random = np.random.default_rng(1)
    return fastw2v.WordVectors([f"w{i}" for i in range(rows)], random.standard_normal((rows, dim), np.float32) / dim)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed_cases(vectors: fastw2v.WordVectors, folder: Path) -> list[Case]:
    """Reading and writing, fastw2v's and gensim's; both read the file that fastw2v wrote."""
    from gensim.models import KeyedVectors

    theirs = vectors.to_gensim()
    cases = []
    for name, binary in (("binary", True), ("text", False)):
        ours, other = folder / f"ours.{name}", folder / f"theirs.{name}"
        works = {
            ("write", "fastw2v"): (ours, lambda ours=ours, name=name: vectors.save(ours, name)),
            ("write", "gensim"): (other, lambda other=other, b=binary: theirs.save_word2vec_format(str(other), binary=b)),
            ("read", "fastw2v"): (ours, lambda ours=ours: fastw2v.load(ours)),
            ("read", "gensim"): (ours, lambda ours=ours, b=binary: KeyedVectors.load_word2vec_format(str(ours), binary=b)),
        }
        for (what, program), (path, work) in works.items():

            def measure(number: int, path: Path = path, work: Callable[[], object] = work) -> dict[str, Any]:
                taken = seconds(work)
                return {"seconds": taken, "bytes": path.stat().st_size, "bytes_per_second": path.stat().st_size / taken}

            cases.append(Case({"what": what, "format": name, "program": program}, measure, code_version()))
    return cases


def folder_cases(vectors: fastw2v.WordVectors, folder: Path) -> list[Case]:
    """How long a folder takes to open, and a query, in each dtype."""

    def measure(dtype: str) -> dict[str, Any]:
        path = folder / f"{dtype}.f2v"
        size = vectors.save(path, dtype=dtype)
        opened: list[fastw2v.WordVectors] = []
        opening = seconds(lambda: opened.append(fastw2v.load(path)))
        queries = [seconds(lambda: opened[0].most_similar("w10")) for _ in range(6)]
        return {"open": opening, "first_query": queries[0], "query": float(np.median(queries[1:])), "bytes": size}

    return [
        Case({"what": "folder", "dtype": dtype}, lambda number, dtype=dtype: measure(dtype), code_version()) for dtype in DTYPES
    ]


def score_cases(path: Path, sets: Sets, folder: Path) -> list[Case]:
    """Scores of the same vectors in each dtype."""
    vectors = fastw2v.load(path)

    def measure(dtype: str) -> dict[str, Any]:
        vectors.save(folder / "scored.f2v", dtype=dtype)
        return {"scores": sets.score(fastw2v.load(folder / "scored.f2v"))}

    return [
        Case({"what": "scores", "dtype": dtype}, lambda number, dtype=dtype: measure(dtype), code_version()) for dtype in DTYPES
    ]
