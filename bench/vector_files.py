"""Reading and writing vector files beside gensim, on one core; what smaller numbers cost in scores; how long a query takes.

    python bench/vector_files.py [--rows 200000] [--dim 300] [--vectors FILE --questions questions-words.txt --pairs WS-353.txt]

Needs the test extra. The speeds are of generated vectors, medians of three runs in turn, all files in the file cache.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

import fastw2v
from fastw2v.vectors.io.formats import DTYPES

MEGABYTE = 10**6


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(works: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The median seconds of each call, run in turn."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(each) for name, each in taken.items()}


def speeds(vectors: fastw2v.WordVectors, folder: Path, runs: int) -> Table:
    """MB/s of reading and writing, ours and gensim's."""
    from gensim.models import KeyedVectors

    theirs = vectors.to_gensim()
    table = Table(title=f"{len(vectors):,} words, dimension {vectors.dim}, one core, MB/s (times gensim's)")
    for column in ("format", "MB", "write", "gensim", "read", "gensim"):
        table.add_column(column, justify="left" if column == "format" else "right")
    for name, binary in (("binary", True), ("text", False)):
        ours, other = folder / f"ours.{name}", folder / f"theirs.{name}"
        wrote = medians(
            {
                "ours": lambda ours=ours, name=name: vectors.save(ours, name),
                "gensim": lambda other=other, binary=binary: theirs.save_word2vec_format(str(other), binary=binary),
            },
            runs,
        )
        read = medians(
            {
                "ours": lambda ours=ours: fastw2v.load(ours),
                "gensim": lambda ours=ours, binary=binary: KeyedVectors.load_word2vec_format(str(ours), binary=binary),
            },
            runs,
        )
        size, their_size = ours.stat().st_size / MEGABYTE, other.stat().st_size / MEGABYTE
        row = [size / wrote["ours"], their_size / wrote["gensim"], size / read["ours"], size / read["gensim"]]
        shown = [f"{speed:,.0f}" for speed in row]
        shown[0] += f" ({row[0] / row[1]:.1f} ×)"
        shown[2] += f" ({row[2] / row[3]:.1f} ×)"
        table.add_row(name, f"{size:,.0f}", *shown)
    return table


def folder_times(vectors: fastw2v.WordVectors, folder: Path) -> Table:
    """How long a folder takes to open, and a query."""
    table = Table(title=f"{len(vectors):,} words, dimension {vectors.dim}, a folder of each dtype")
    for column in ("dtype", "MB", "open, s", "first query, s", "query, ms"):
        table.add_column(column, justify="right")
    for dtype in DTYPES:
        path = folder / f"{dtype}.f2v"
        size = vectors.save(path, dtype=dtype) / MEGABYTE
        opened: list[fastw2v.WordVectors] = []
        opening = seconds(lambda path=path, opened=opened: opened.append(fastw2v.load(path)))
        ask = lambda opened=opened: opened[0].most_similar("w10")  # noqa: E731
        first = seconds(ask)
        query = statistics.median(seconds(ask) for _ in range(5)) * 1000
        table.add_row(dtype, f"{size:,.0f}", f"{opening:.2f}", f"{first:.2f}", f"{query:.0f}")
    return table


def scores(path: Path, questions: Path | None, pairs: tuple[Path, ...], folder: Path) -> Table:
    """Analogies solved and Spearman's rho × 100 for each dtype."""
    table = Table(title=f"{path.name}, scores")
    table.add_column("dtype")
    for name in ([questions.name] if questions else []) + [pair.name for pair in pairs]:
        table.add_column(name, justify="right")
    vectors = fastw2v.load(path)
    for dtype in DTYPES:
        vectors.save(folder / "scored.f2v", dtype=dtype)
        small = fastw2v.load(folder / "scored.f2v")
        found = [f"{small.evaluate_analogies(questions).total.share:.2%}"] if questions else []
        found += [f"{small.evaluate_similarity(pair).spearman * 100:.2f}" for pair in pairs]
        table.add_row(dtype, *found)
    return table


@click.command()
@click.option("--rows", default=200_000, show_default=True)
@click.option("--dim", default=300, show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option("--vectors", type=click.Path(exists=True, path_type=Path), help="Vectors to score in each dtype.")
@click.option("--questions", type=click.Path(exists=True, path_type=Path), help="Analogies, as questions-words.txt.")
@click.option("--pairs", multiple=True, type=click.Path(exists=True, path_type=Path), help="A similarity set: word word score.")
def main(rows: int, dim: int, runs: int, vectors: Path | None, questions: Path | None, pairs: tuple[Path, ...]) -> None:
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if vectors:
            console.print(scores(vectors, questions, pairs, folder))
        random = np.random.default_rng(1)
        made = fastw2v.WordVectors([f"w{i}" for i in range(rows)], random.normal(size=(rows, dim)).astype(np.float32) / dim)
        console.print(folder_times(made, folder))
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        console.print(speeds(made, folder, runs))


if __name__ == "__main__":
    main()
