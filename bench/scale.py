"""`python -m bench scale`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench.common.machine import code_version
from bench.common.options import measurement, temporary_folder
from bench.common.results import Results
from bench.common.turns import tell
from fastw2v._system.resources import usable_cores
from fastw2v.benchmark.suite import measure_in_child
from fastw2v.benchmark.text import write_text
from fastw2v.benchmark.variants import VARIANTS, thread_counts


class Point(NamedTuple):
    """What is measured: words of the text, words in the vocabulary, dimension, threads."""

    text: int = 1_000_000
    vocabulary: int = 60_000
    dimension: int = 100
    threads: int = 1


SIZES = {
    "text": (1_000_000, 10_000_000, 100_000_000),
    "vocabulary": (10_000, 100_000, 1_000_000),
    "dimension": (50, 100, 200, 300, 400, 500),
}
VOCABULARY_WORDS = 10  # of the text for each word of the vocabulary, so that most of them occur


def points(part: str, base: Point) -> Iterator[tuple[int, Point]]:
    """What is varied, and all of what is measured."""
    values = thread_counts(usable_cores()) if part == "threads" else SIZES[part]
    for value in values:
        point = base._replace(**{part: value})
        if part == "vocabulary":
            point = point._replace(text=max(base.text, VOCABULARY_WORDS * value))
        yield value, point


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(Point._fields), help="Only this part; repeatable.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), default="skipgram-ns", show_default=True)
@click.option("--kernel", default="blocked", show_default=True)
@click.option("--runs", default=3, show_default=True, help="Of each, one after the other in one process; medians count.")
@click.option("--longest", type=int, help="Leave out texts of more words.  [default: 100 million]")
@measurement("scale", longest=3000, runs=1, parts=["threads"])
def scale(
    results: Callable[..., Results],
    parts: tuple[str, ...],
    runs: int,
    longest: int | None,
    **settings: Any,
) -> Results:
    """How speed and memory change as the text, the vocabulary, the dimension and the threads grow.

    Texts are generated. Words/s of one epoch, training alone, and peak memory of the whole process. All else stands at:
    1 million words, 60,000 different ones, dimension 100, one thread.
    """
    base = Point(text=min(longest or Point().text, Point().text))
    kept = results(settings | base._asdict())
    with temporary_folder() as folder:
        for part in parts or Point._fields:
            for value, point in points(part, base):
                if not longest or point.text <= longest:
                    add(kept, part, value, point, runs, Path(folder))
    return kept


def add(kept: Results, part: str, value: int, point: Point, runs: int, folder: Path) -> None:
    """Measure a point, unless all its runs are there."""
    asked = [{"part": part, "value": value, "run": number} for number in range(1, runs + 1)]
    code = code_version()
    if not all(kept.find(one, code) for one in asked):
        settings = kept.about["settings"]
        answer = measure(point, settings["variant"], settings["kernel"], runs, folder)
        for one, seconds in zip(asked, answer["seconds"]):
            found = {"words_per_second": answer["words"] / seconds, "peak": answer["peak_memory"]}
            kept.add(one, found | {"vocabulary": answer["vocabulary"], "words": answer["words"]}, code)
    for one in asked:
        tell(one, kept.find(one, code) or {})


def measure(point: Point, variant: str, kernel: str, runs: int, folder: Path) -> dict[str, Any]:
    """Train in a process of its own on a text made for it."""
    text = folder / f"{point.text}-{point.vocabulary}.txt"
    if not text.exists():
        for old in folder.glob("*.txt"):
            old.unlink()
        write_text(text, point.text, point.vocabulary)
    settings: dict[str, Any] = {**VARIANTS[variant], "kernel": kernel, "threads": point.threads, "dim": point.dimension}
    settings |= {"min_count": 1, "epochs": 1, "sample": 1e-4}
    return measure_in_child(str(text), settings, None, runs, 0.0)
