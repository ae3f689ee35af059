"""How the cost grows: words/s and memory as the text, the vocabulary, the dimension and the threads grow.

    python bench/scale.py --output scale            # long: texts up to 100 million words
    python bench/scale.py --output scale --quick    # the same in small, some minutes
    python bench/scale.py --part dimension

Texts are generated. For each part one table on standard output and one picture in the folder: words/s of one epoch, training
alone, and peak memory of the whole process. All else stands at: 1 million words, 60,000 different ones, dimension 100, one
thread. Nothing else should be running.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from fastw2v._system.resources import usable_cores
from fastw2v.benchmark.choices import VARIANTS, thread_counts
from fastw2v.benchmark.statistics import spread
from fastw2v.benchmark.suite import ask_child
from fastw2v.benchmark.surroundings import described, surroundings
from fastw2v.benchmark.text import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Point(NamedTuple):
    """What is measured: words of the text, words in the vocabulary, dimension, threads."""

    text: int = 1_000_000
    vocabulary: int = 60_000
    dimension: int = 100
    threads: int = 1


class Found(NamedTuple):
    """A measurement: the words that the text turned out to have in its vocabulary, words/s, peak memory in bytes."""

    vocabulary: int
    speed: float
    low: float
    high: float
    peak: int


HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")  # with its lines as they are
FULL = {
    "text": (1_000_000, 10_000_000, 100_000_000),
    "vocabulary": (10_000, 100_000, 1_000_000),
    "dimension": (50, 100, 200, 300, 400, 500),
}
QUICK = {"text": (100_000, 300_000, 1_000_000), "vocabulary": (1_000, 10_000, 100_000), "dimension": (50, 100, 300)}
VOCABULARY_WORDS = 10  # of the text for each word of the vocabulary, so that most of them occur


def points(part: str, sizes: dict[str, tuple[int, ...]], base: Point) -> Iterator[tuple[int, Point]]:
    """What is varied, and all of what is measured."""
    values = thread_counts(usable_cores()) if part == "threads" else sizes[part]
    for value in values:
        point = base._replace(**{part: value})
        if part == "vocabulary":
            point = point._replace(text=max(base.text, VOCABULARY_WORDS * value))
        yield value, point


def measure(point: Point, variant: str, kernel: str, repeats: int, folder: Path) -> Found:
    """Train in a process of its own on a text made for it."""
    text = folder / f"{point.text}-{point.vocabulary}.txt"
    if not text.exists():
        for old in folder.glob("*.txt"):
            old.unlink()
        write_text(text, point.text, point.vocabulary)
    settings: dict[str, Any] = {**VARIANTS[variant], "kernel": kernel, "threads": point.threads, "dim": point.dimension}
    settings |= {"min_count": 1, "epochs": 1, "sample": 1e-4}
    answer = ask_child(str(text), settings, None, repeats, 0.0)
    speed = spread([answer["words"] / seconds for seconds in answer["seconds"]])
    return Found(answer["vocabulary"], *speed, answer["peak_memory"])


def markdown(part: str, found: dict[int, Found]) -> str:
    """A table of one part; beside words/s, the time for a word against the first row's."""
    first = next(iter(found.values()))
    lines = [f"| {part} | words/s | least to most | time for a word | vocabulary | peak memory, MB |", "| ---: " * 6 + "|"]
    for value, row in found.items():
        ends = f"{row.low:,.0f} to {row.high:,.0f}"
        cells = [f"{value:,}", f"{row.speed:,.0f}", ends, f"{first.speed / row.speed:.2f} ×", f"{row.vocabulary:,}"]
        lines.append(f"| {' | '.join([*cells, f'{row.peak / 1e6:,.0f}'])} |")
    return "\n".join(lines)


def draw(part: str, found: dict[int, Found], path: Path) -> None:
    """Words/s above, memory below, over what grows."""
    from fastw2v.plotting.colours import palette
    from fastw2v.plotting.figures import new_figure, write_figure
    from fastw2v.reporting.listener import Listener

    blue, orange = palette(2)
    values, rows = list(found), list(found.values())

    def make() -> "Figure":
        figure = new_figure(6, 5)
        figure.set_layout_engine("constrained")
        speed, memory = figure.subplots(2, 1, sharex=True)
        middles = [row.speed for row in rows]
        ends = [[row.speed - row.low for row in rows], [row.high - row.speed for row in rows]]
        speed.errorbar(values, middles, yerr=ends, color=blue, marker="o")
        memory.plot(values, [row.peak / 1e6 for row in rows], color=orange, marker="o")
        speed.set_ylabel("words/s")
        memory.set_ylabel("peak memory, MB")
        memory.set_xlabel({"text": "words of the text", "vocabulary": "different words"}.get(part, part))
        if part in ("text", "vocabulary"):
            memory.set_xscale("log")
        for axes in (speed, memory):
            axes.set_ylim(bottom=0)
        return figure

    write_figure(make, path, ".png", Listener())


@click.command(help=HELP)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default="scale", help="The folder for pictures.")
@click.option("--quick", is_flag=True, help="Small texts.")
@click.option("--part", "parts", multiple=True, type=click.Choice(Point._fields), help="This part alone; may be repeated.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), default="skipgram-ns", show_default=True)
@click.option("--kernel", default="blocked", show_default=True)
@click.option("--repeats", default=3, show_default=True)
@click.option("--words", type=int, help="The longest text, for trying this script: larger sizes are left out.")
def main(output: Path, quick: bool, parts: tuple[str, ...], variant: str, kernel: str, repeats: int, words: int | None) -> None:
    output.mkdir(parents=True, exist_ok=True)
    base = Point(text=300_000) if quick else Point()
    if words:
        base = base._replace(text=min(words, base.text))
    print(f"{described(surroundings('matplotlib'))}; {variant}, {kernel} kernel, median of {repeats}\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for part in parts or Point._fields:
            found = {}
            for value, point in points(part, QUICK if quick else FULL, base):
                if not words or point.text <= words:
                    found[value] = measure(point, variant, kernel, repeats, Path(folder))
            if found:
                print(markdown(part, found), end="\n\n", flush=True)
                draw(part, found, output / f"{part}.png")


if __name__ == "__main__":
    main()
