"""`python -m bench speed kernels`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import corpus_options, measurement, runs_option, set_options, temporary_folder, threads_option
from bench.common.processes import train
from bench.common.results import Results
from bench.common.scoring import Sets
from bench.common.texts import Text, cut_into_lines, cut_off, text_of
from bench.common.turns import Case, in_turn

SETTINGS: dict[str, dict[str, Any]] = {
    "usual": {},
    "window 2": {"window": 2},
    "window 10": {"window": 10},
    "window 15, negative 10": {"window": 15, "negative": 10},
    "window 30, negative 10": {"window": 30, "negative": 10},
    "negative 2": {"negative": 2},
    "negative 15": {"negative": 15},
    "sample 0": {"sample": 0},
    "sample 1e-3": {"sample": 1e-3},
    "dim 50": {"dim": 50},
    "dim 513": {"dim": 513},
    "vocabulary 400,000": {"min_count": 1, "max_vocab": 400_000},
    "vocabulary 30": {"max_vocab": 30},
    "vocabulary 2,000": {"max_vocab": 2000},
    "60,000 words": {},
    "lines of 8 words": {},
}
KERNELS = ("reference", "blocked")


@click.command()
@corpus_options(words=2_000_000)
@runs_option(1)
@threads_option
@click.option("--epochs", default=1, show_default=True)
@click.option("--model", type=click.Choice(["skipgram", "cbow"]), default="skipgram", show_default=True)
@click.option("--only", multiple=True, help="Settings with this in their name; repeatable.")
@set_options
@measurement("kernels", words=3000, megabytes=0.02, threads=1, only=["usual"])
def kernels(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    only: tuple[str, ...],
    questions: Path | None,
    pairs: tuple[Path, ...],
    **settings: Any,
) -> Results:
    """The blocked kernel beside the reference kernel over a range of settings: words/s, loss and scores.

    One setting changes at a time; the first row has them all at their usual values. "lines of 8 words" is the same text cut
    into short sentences, "60,000 words" its beginning.
    """
    sets = Sets(questions, pairs)
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        kept = results(text.as_settings() | settings | {"sample": 1e-4, "sets": sets.names})
        cases = []
        for name, changed in SETTINGS.items():
            if only and not any(part in name for part in only):
                continue
            path = changed_text(name, text, folder)
            for kernel in KERNELS:
                options = {"sample": 1e-4, "kernel": kernel} | settings | changed

                def measure(number: int, path: Path = path, options: dict[str, Any] = options) -> dict[str, Any]:
                    output = folder / "vectors.bin"
                    end = train(path, output, options | {"seed": number}).end
                    found = {name: end[name] for name in ("words_per_second", "loss")}
                    return found | {"scores": sets.score_file(output)}

                cases.append(Case({"setting": name, "kernel": kernel}, measure, code_version()))
        in_turn(kept, cases, runs)
    return kept


def changed_text(name: str, text: Text, folder: Path) -> Path:
    """The text of a setting."""
    path = folder / f"{name}.txt"
    if name == "lines of 8 words":
        cut_into_lines(text.path, path, 8)
    elif name == "60,000 words":
        cut_off(text.path, path, 60_000)
    else:
        return text.path
    return path
