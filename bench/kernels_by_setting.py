"""The blocked kernel beside the reference kernel over a range of settings: words/s, loss and scores.

    python bench/kernels_by_setting.py CORPUS --questions questions-words.txt --pairs WS-353.txt [--epochs 1] [--only window]

One setting is changed at a time; the first row has them all at their usual values. "lines of 8 words" is the same text cut into
short sentences, "60,000 words" its beginning. Needs the test extra. Nothing else should be running.
"""

import json
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from scores import scores_of

import fastw2v

SETTINGS = {
    "usual": "",
    "window 2": "--window 2",
    "window 10": "--window 10",
    "window 15, negative 10": "--window 15 --negative 10",
    "window 30, negative 10": "--window 30 --negative 10",
    "negative 2": "--negative 2",
    "negative 15": "--negative 15",
    "sample 0": "--sample 0",
    "sample 1e-3": "--sample 1e-3",
    "dim 50": "--dim 50",
    "dim 513": "--dim 513",
    "vocabulary 400,000": "--min-count 1 --max-vocab 400000",
    "vocabulary 30": "--max-vocab 30",
    "vocabulary 2,000": "--max-vocab 2000",
    "60,000 words": "",
    "lines of 8 words": "",
}
KERNELS = ("reference", "blocked")


def cut_into_lines(corpus: Path, target: Path, words: int) -> None:
    """The same words, so many a line."""
    with corpus.open("rb") as source, target.open("wb") as file:
        for line in source:
            rest = iter(line.split())
            while part := list(islice(rest, words)):
                file.write(b" ".join(part) + b"\n")


def cut_off(corpus: Path, target: Path, words: int) -> None:
    """The first lines, up to so many words."""
    with corpus.open("rb") as source, target.open("wb") as file:
        for line in source:
            found = line.split()[:words]
            file.write(b" ".join(found) + b"\n")
            words -= len(found)
            if not words:
                return


def train(corpus: Path, output: Path, options: list[str]) -> dict[str, float]:
    """Run the command; its log's last line."""
    log = output.with_suffix(".log")
    command = [sys.executable, "-m", "fastw2v", "train", str(corpus), "-o", str(output), "--log", str(log), "--quiet"]
    subprocess.run([*command, "--sample", "1e-4", *options], check=True)
    last: dict[str, float] = json.loads(log.read_text().splitlines()[-1])
    return last


def scores(path: Path, questions: Path | None, pairs: tuple[Path, ...]) -> str:
    """Analogies solved (first 30,000 words), Spearman's rho × 100 for each set; a dash where no word is known."""
    found = scores_of(fastw2v.load(path), questions, pairs)
    return " / ".join("–" if value is None else f"{value:.1f}" for value in found.values())


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--epochs", default=1, show_default=True)
@click.option("--only", multiple=True, help="Settings with this in their name.")
@click.option("--option", "more", multiple=True, help="A further option of fastw2v train, such as --model=cbow.")
@click.option("--questions", type=click.Path(exists=True, path_type=Path), help="Analogies, as questions-words.txt.")
@click.option("--pairs", multiple=True, type=click.Path(exists=True, path_type=Path), help="A similarity set: word word score.")
def main(
    corpus: Path, epochs: int, only: tuple[str, ...], more: tuple[str, ...], questions: Path | None, pairs: tuple[Path, ...]
) -> None:
    table = Table(title=f"{corpus.name}, {epochs} epoch(s) {' '.join(more)}")
    for column in ("setting", *(f"{kernel}: {what}" for kernel in KERNELS for what in ("words/s", "loss", "scores"))):
        table.add_column(column, justify="left" if column == "setting" else "right")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, options in SETTINGS.items():
            if only and not any(part in name for part in only):
                continue
            text = corpus
            if name.startswith("lines"):
                text = folder / "short.txt"
                cut_into_lines(corpus, text, 8)
            if name == "60,000 words":
                text = folder / "small.txt"
                cut_off(corpus, text, 60_000)
            row = [name]
            for kernel in KERNELS:
                output = folder / f"{kernel}.bin"
                end = train(text, output, ["--epochs", str(epochs), "--kernel", kernel, *more, *options.split()])
                row += [f"{end['words_per_second']:,.0f}", f"{end['loss']:.4f}", scores(output, questions, pairs)]
            table.add_row(*row)
            print(" | ".join(row), file=sys.stderr)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
