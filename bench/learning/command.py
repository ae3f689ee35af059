"""`python -m bench learning`."""

import json
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import click

import fastw2v
from bench.common.machine import code_version
from bench.common.options import FILE, measurement, temporary_folder
from bench.common.results import Results
from bench.common.turns import Case, in_turn
from bench.learning.tasks import Task, baskets, graph, sessions

KERNELS = ("reference", "blocked")
LOSSES: dict[str, dict[str, Any]] = {"ns": {}, "hs": {"negative": 0, "hs": True}, "both": {"hs": True}}
PIECES = 8
TASKS = ("graph", "sessions", f"sessions in {PIECES}s", "baskets")


class Inputs(NamedTuple):
    """The files that tasks are made of."""

    edges: Path | None
    labels: Path | None
    sessions: Path | None

    def task(self, name: str, folder: Path) -> Task | None:
        """None where its files are missing."""
        if name == "baskets":
            return baskets(folder)
        if name == "graph":
            return graph(self.edges, self.labels, folder) if self.edges and self.labels else None
        return sessions(self.sessions, folder, None if name == "sessions" else PIECES) if self.sessions else None


class Grid(NamedTuple):
    """The settings that are combined; without `epochs` each task's usual ones."""

    windows: tuple[int, ...]
    negatives: tuple[int, ...]
    models: tuple[str, ...]
    losses: tuple[str, ...]
    epochs: tuple[int, ...]

    def settings(self) -> Iterator[dict[str, Any]]:
        """Each combination once: with hierarchical softmax alone the noise words make no difference."""
        for epochs, model, loss, window in product(self.epochs or (None,), self.models, self.losses, self.windows):
            for negative in self.negatives if loss != "hs" else self.negatives[:1]:
                shared = {"model": model, "window": window, "negative": negative} | LOSSES[loss]
                yield shared if epochs is None else shared | {"epochs": epochs}


def trained(task: Task, settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Scores, and words/s."""
    log = folder / "log"
    log.unlink(missing_ok=True)
    try:
        vectors = fastw2v.train(str(task.text), log=str(log), **settings)
    except fastw2v.Fastw2vError as error:
        return {"failed": str(error)}
    end = json.loads(log.read_text().splitlines()[-1])
    return {
        "scores": task.score(dict(zip(vectors.words, vectors.vectors))),
        "words_per_second": float(end["words_per_second"]),
    }


@click.command()
@click.option("--task", "tasks", multiple=True, type=click.Choice(TASKS), help="Only this one; repeatable.")
@click.option("--edges", type=FILE, help="Of the graph: two nodes a line.")
@click.option("--labels", type=FILE, help="Of its nodes: a node and its class a line.")
@click.option("--sessions", "sessions_file", type=FILE, help="Of items: a session a line.")
@click.option("--window", "windows", multiple=True, type=int, default=(2, 5, 10, 30, 100, 1000), show_default=True)
@click.option("--negative", "negatives", multiple=True, type=int, default=(2, 5, 20), show_default=True)
@click.option("--model", "models", multiple=True, type=click.Choice(["skipgram", "cbow"]), default=("skipgram", "cbow"))
@click.option("--loss", "losses", multiple=True, type=click.Choice(list(LOSSES)), default=tuple(LOSSES), show_default=True)
@click.option("--epochs", multiple=True, type=int, help="[default: 5, baskets 2]")
@click.option("--seeds", type=click.IntRange(min=2), default=3, show_default=True)
@click.option("--threads", default=1, show_default=True)
@measurement(
    "learning",
    tasks=["baskets"],
    windows=[2],
    negatives=[2],
    models=["skipgram"],
    losses=["ns"],
    epochs=[1],
    seeds=2,
)
def learning(
    results: Callable[..., Results],
    tasks: tuple[str, ...],
    edges: Path | None,
    labels: Path | None,
    sessions_file: Path | None,
    seeds: int,
    threads: int,
    **grid: Any,
) -> Results:
    """Does the blocked kernel learn what the reference kernel learns? Both in turn, over a grid of settings.

    Tasks: a graph (the classes of its nodes), item sessions, whole and cut into pieces of 8 (the next item), and generated
    baskets (items of the same group); see bench/learning/tasks.py. A task whose files are not given is left out. The table has
    mean scores with standard errors over the seeds, their difference in its own standard errors, and the ratio of median
    words/s. A line is marked where the blocked kernel's score is more than two standard errors below.
    """
    inputs = Inputs(edges, labels, sessions_file)
    kept = results({"threads": threads}, packages=("scikit-learn",))
    with temporary_folder() as made:
        folder = Path(made)
        for name in tasks or TASKS:
            task = inputs.task(name, folder)
            if task is None:
                print(f"{name}: left out, its files are not given", file=sys.stderr)
                continue
            for settings in Grid(**grid).settings():
                in_turn(kept, cases(name, task, task.settings | settings, threads, folder), seeds)
    return kept


def cases(name: str, task: Task, settings: dict[str, Any], threads: int, folder: Path) -> Iterator[Case]:
    """Both kernels at a setting; the run's number is the seed."""
    for kernel in KERNELS:
        asked = {"task": name, **settings, "kernel": kernel}
        options = settings | {"kernel": kernel, "threads": threads}
        yield Case(asked, lambda seed, options=options: trained(task, options | {"seed": seed}, folder), code_version())
