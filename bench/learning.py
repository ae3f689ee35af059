"""Does the blocked kernel learn what the reference kernel learns, whatever the setting? Both in turn, over a grid.

    python bench/learning.py --edges EDGES --labels LABELS --sessions SESSIONS --results FOLDER --markdown FILE
    python bench/learning.py --task baskets --window 5 --window 1000 --negative 20 --epochs 2 --seeds 4

Tasks: a graph (nodes' classes), item sessions, whole and cut into pieces of 8 (the next item), and baskets that are generated
(items of the same group); see learning_tasks. A file of edges has two nodes a line, one of labels a node and its class, one of
sessions a session. A task whose files are not given is left out. For each setting the table has the mean score of both kernels
and its standard error over the seeds, their difference in its own standard errors, and the ratio of median words/s. A line is
marked where the blocked kernel's score is more than two standard errors below. Stopped, it goes on where it was.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
import numpy as np
from kept_runs import KeptRuns
from learning_tasks import Task, baskets, graph, sessions
from rich.console import Console
from rich.table import Table

import fastw2v

HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")  # with its lines as they are
KERNELS = ("reference", "blocked")
LOSSES: dict[str, dict[str, Any]] = {"ns": {}, "hs": {"negative": 0, "hs": True}, "both": {"hs": True}}
PIECES = 8
TASKS = ("graph", "sessions", f"sessions in {PIECES}s", "baskets")
Compared = tuple[str, dict[str, Any], list[list[dict[str, Any]]]]  # task, settings, runs of each kernel
ALLOWED = 2.0  # standard errors
RESOLUTION = 0.01  # of scores, of a hundred
COLUMNS = ("task", "setting", "score", *KERNELS, "difference / its error", "words/s, ratio", "")


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
    threads: int

    def settings(self) -> Iterator[dict[str, Any]]:
        """Each combination once: with hierarchical softmax alone the noise words make no difference."""
        for epochs, model, loss, window in product(self.epochs or (None,), self.models, self.losses, self.windows):
            for negative in self.negatives if loss != "hs" else self.negatives[:1]:
                shared = {"model": model, "window": window, "negative": negative, "threads": self.threads} | LOSSES[loss]
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
    scores = task.score(dict(zip(vectors.words, vectors.vectors)))
    return {"scores": scores, "words_per_second": end["words_per_second"]}


def compared(runs: list[list[dict[str, Any]]]) -> Iterator[tuple[str, list[str], bool]]:
    """For each score its name, what the table says of it, and whether the second kernel is below the first."""
    failed = ["failed" in run for kernel in runs for run in kernel]
    if any(failed):
        yield "", ["diverged" if any("failed" in run for run in kernel) else "" for kernel in runs] + ["", ""], failed[-1]
        return
    speeds = [median(run["words_per_second"] for run in kernel) for kernel in runs]
    for name in runs[0][0]["scores"]:
        found = [np.array([run["scores"][name] for run in kernel]) for kernel in runs]
        means, errors = [each.mean() for each in found], [each.std(ddof=1) / len(each) ** 0.5 for each in found]
        z = (means[1] - means[0]) / max(RESOLUTION, np.hypot(*errors))
        cells = [f"{mean:.2f} ± {error:.2f}" for mean, error in zip(means, errors)]
        yield name, [*cells, f"{z:+.1f}", f"{speeds[1] / speeds[0]:.1f}"], bool(z < -ALLOWED)


def named(settings: dict[str, Any]) -> str:
    """Settings in a few words."""
    loss = "both" if settings.get("hs") and settings["negative"] else "hs" if settings.get("hs") else "ns"
    noise = f" negative {settings['negative']}" if settings["negative"] else ""
    epochs = f" epochs {settings['epochs']}" if "epochs" in settings else ""
    return f"{settings['model']} {loss} window {settings['window']}{noise}{epochs}"


@click.command(help=HELP)
@click.option("--task", "tasks", multiple=True, type=click.Choice(TASKS), help="This one alone.")
@click.option("--edges", type=click.Path(exists=True, path_type=Path), help="Of the graph.")
@click.option("--labels", type=click.Path(exists=True, path_type=Path), help="Of its nodes.")
@click.option("--sessions", "sessions_file", type=click.Path(exists=True, path_type=Path), help="Of items.")
@click.option("--window", "windows", multiple=True, type=int, default=(2, 5, 10, 30, 100, 1000), show_default=True)
@click.option("--negative", "negatives", multiple=True, type=int, default=(2, 5, 20), show_default=True)
@click.option("--model", "models", multiple=True, type=click.Choice(["skipgram", "cbow"]), default=("skipgram", "cbow"))
@click.option("--loss", "losses", multiple=True, type=click.Choice(list(LOSSES)), default=tuple(LOSSES), show_default=True)
@click.option("--epochs", multiple=True, type=int, help="[default: 5, baskets 2]")
@click.option("--seeds", type=click.IntRange(min=2), default=3, show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option("--report", is_flag=True, help="Show what is kept, and train nothing.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here, too.")
@click.option(
    "--results", type=click.Path(file_okay=False, path_type=Path), help="Keep the runs here, and go on with those kept."
)
def main(
    tasks: tuple[str, ...],
    edges: Path | None,
    labels: Path | None,
    sessions_file: Path | None,
    seeds: int,
    results: Path | None,
    report: bool,
    markdown: Path | None,
    **grid: Any,
) -> None:
    inputs = Inputs(edges, labels, sessions_file)
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as temporary:
        kept = KeptRuns(results or Path(temporary, "kept"))
        wanted = tasks or TASKS
        if report:
            compared_runs = (runs for runs in all_kept(kept) if runs[0] in wanted)
        else:
            compared_runs = all_run(wanted, inputs, Grid(**grid), kept, seeds, Path(temporary))
        for name, settings, runs in compared_runs:
            for score, cells, below in compared(runs):
                rows.append([name, named(settings), score, *cells, "below" if below else ""])
                print(" | ".join(rows[-1]), file=sys.stderr)
    table = Table(title=f"{seeds} seeds, {grid['threads']} thread(s)")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:3] else "right")
    for row in rows:
        table.add_row(*row)
    Console(width=170).print(table)
    if markdown:
        lines = [list(COLUMNS), ["---"] * len(COLUMNS), *rows]
        markdown.write_text("".join(f"| {' | '.join(line)} |\n" for line in lines))


def all_run(tasks: tuple[str, ...], inputs: Inputs, grid: Grid, kept: KeptRuns, seeds: int, folder: Path) -> Iterator[Compared]:
    """Each setting of each task, run where it is not kept."""
    for name in tasks:
        task = inputs.task(name, folder)
        if task is None:
            print(f"{name}: left out, for its files are not given", file=sys.stderr)
            continue
        for settings in grid.settings():
            asked = task.settings | settings
            yield name, asked, in_turn(name, task, asked, kept, range(1, seeds + 1), folder)


def all_kept(kept: KeptRuns) -> Iterator[Compared]:
    """Each setting that is kept with both kernels and two seeds or more."""
    groups: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for record in kept.done.values():
        asked = {key: value for key, value in record["asked"].items() if key not in ("kernel", "seed")}
        runs = groups.setdefault(json.dumps(asked, sort_keys=True), {kernel: [] for kernel in KERNELS})
        runs[record["asked"]["kernel"]].append(record)
    for asked, runs in groups.items():
        if min(map(len, runs.values())) >= 2:
            settings = json.loads(asked)
            yield settings.pop("task"), settings, list(runs.values())


def in_turn(
    name: str, task: Task, settings: dict[str, Any], kept: KeptRuns, seeds: range, folder: Path
) -> list[list[dict[str, Any]]]:
    """The runs of each kernel, seed by seed."""
    found: list[list[dict[str, Any]]] = [[] for _ in KERNELS]
    for seed in seeds:
        for kernel, runs in zip(KERNELS, found):
            asked = settings | {"kernel": kernel, "seed": seed}
            record = kept.find({"task": name} | asked)
            if record is None:
                record = {"asked": {"task": name} | asked} | trained(task, asked, folder)
                kept.add(record)
            runs.append(record)
    return found


if __name__ == "__main__":
    main()
