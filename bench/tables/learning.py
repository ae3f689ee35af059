"""Figures of `python -m bench learning`."""

from collections.abc import Iterator
from math import hypot
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.tables.markdown import grouped, middle, number, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Document = dict[str, Any]
Run = dict[str, Any]
KERNELS = ("reference", "blocked")
ALLOWED = 2.0  # standard errors
RESOLUTION = 0.01  # of scores, of a hundred
LOSSES = {"ns": "negative sampling", "hs": "hierarchical softmax", "both": "both"}
MODELS = {"skipgram": "skip-gram", "cbow": "CBOW"}


class Line(NamedTuple):
    """One score at one setting.

    means, errors : of both kernels; standard errors over the seeds
    difference : in its own standard errors
    diverged : which kernels did
    """

    task: str
    settings: dict[str, Any]
    score: str
    means: tuple[float, float]
    errors: tuple[float, float]
    difference: float
    ratio: float
    diverged: tuple[bool, bool]

    @property
    def verdict(self) -> str:
        """Of the blocked kernel beside the reference kernel."""
        if any(self.diverged):
            return "below" if self.diverged[1] and not self.diverged[0] else "" if all(self.diverged) else "above"
        return "below" if self.difference < -ALLOWED else "above" if self.difference > ALLOWED else ""


def lines(document: Document) -> Iterator[Line]:
    """Each score of each setting that has two seeds or more of both kernels."""
    groups: dict[str, dict[str, list[Run]]] = {}
    for run in document["runs"]:
        asked = {name: value for name, value in run["asked"].items() if name not in ("kernel", "run")}
        groups.setdefault(str(asked), {kernel: [] for kernel in KERNELS})[run["asked"]["kernel"]].append(run)
    for group in groups.values():
        both = [group[kernel] for kernel in KERNELS]
        if min(map(len, both)) < 2:
            continue
        settings = {name: value for name, value in both[0][0]["asked"].items() if name not in ("kernel", "run", "task")}
        yield from _scores(both[0][0]["asked"]["task"], settings, both)


def _scores(task: str, settings: dict[str, Any], both: list[list[Run]]) -> Iterator[Line]:
    nan = float("nan")
    reference, blocked = (any("failed" in run for run in runs) for runs in both)
    diverged = (reference, blocked)
    if any(diverged):
        yield Line(task, settings, "", (nan, nan), (nan, nan), nan, nan, diverged)
        return
    speeds = [middle(runs, "words_per_second") or nan for runs in both]
    for name in both[0][0]["scores"]:
        found = [np.array([run["scores"][name] for run in runs]) for runs in both]
        means = (float(found[0].mean()), float(found[1].mean()))
        errors = (standard_error(found[0]), standard_error(found[1]))
        difference = (means[1] - means[0]) / max(RESOLUTION, hypot(*errors))
        yield Line(task, settings, name, means, errors, difference, speeds[1] / speeds[0], diverged)


def standard_error(found: np.ndarray) -> float:
    """Of the mean."""
    return float(found.std(ddof=1) / len(found) ** 0.5)


def loss_of(settings: dict[str, Any]) -> str:
    """Which of the losses."""
    if settings.get("hs"):
        return "both" if settings["negative"] else "hs"
    return "ns"


def named(settings: dict[str, Any]) -> str:
    """Settings in a few words."""
    noise = f" negative {settings['negative']}" if settings["negative"] else ""
    epochs = f" epochs {settings['epochs']}" if "epochs" in settings else ""
    return f"{settings['model']} {loss_of(settings)} window {settings['window']}{noise}{epochs}"


def summary(document: Document) -> str:
    """For each task and variant, in how many settings the blocked kernel scores above, the same, below."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines(document):
        groups.setdefault((line.task, line.settings["model"], loss_of(line.settings)), []).append(line)
    rows = []
    for (task, model, loss), found in groups.items():
        verdicts = [line.verdict for line in found]
        counts = [str(verdicts.count(verdict)) for verdict in ("above", "", "below")]
        difference = float(np.nanmean([line.means[1] - line.means[0] for line in found]))
        speed = float(np.nanmedian([line.ratio for line in found]))
        rows.append([task, f"{MODELS[model]}, {LOSSES[loss]}", *counts, f"{difference:+.2f}", number(speed, 1, " ×")])
    columns = ["task", "variant", "above", "the same", "below", "mean difference", "words/s, median ratio"]
    text = "In how many scores, over windows and numbers of noise words, the default kernel is more than two standard errors "
    text += "above the reference kernel, within them, and below. "
    return f"{table(columns, rows, left=2)}\n\n{text}{_about(document)}"


def detail(document: Document) -> str:
    """A line for each score."""
    columns = ["task", "setting", "score", *KERNELS, "difference / its error", "words/s, ratio", "verdict"]
    rows = []
    for line in lines(document):
        place = [line.task, named(line.settings), line.score]
        if any(line.diverged):
            rows.append([*place, *("diverged" if one else "" for one in line.diverged), "", "", line.verdict])
        else:
            cells = [f"{mean:.2f} ± {error:.2f}" for mean, error in zip(line.means, line.errors)]
            rows.append([*place, *cells, f"{line.difference:+.1f}", f"{line.ratio:.1f}", line.verdict])
    return f"{table(columns, rows, left=3)}\n\nMean scores of the seeds ± standard error. {_about(document)}"


def _about(document: Document) -> str:
    seeds = {len(runs) for runs in grouped(document["runs"], *_asked(document)).values()} - {1}  # which have no line
    threads = document["settings"]["threads"]
    return f"{'/'.join(map(str, sorted(seeds)))} seeds, {threads} thread{'s' * (threads != 1)}."


def _asked(document: Document) -> list[str]:
    return sorted({name for run in document["runs"] for name in run["asked"] if name != "run"})


def both_scores(document: Document, figure: "Figure") -> None:
    """The blocked kernel's score over the reference kernel's, a point for each setting; a panel for each task."""
    from fastw2v.plotting.figures import palette

    found = [line for line in lines(document) if not any(line.diverged)]
    tasks = list(dict.fromkeys(f"{line.task}: {line.score}" for line in found))
    losses = [loss for loss in LOSSES if any(loss_of(line.settings) == loss for line in found)]
    colours = dict(zip(losses, palette(len(losses))))
    for axes, task in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks):
        points = [line for line in found if f"{line.task}: {line.score}" == task]
        for loss in losses:
            chosen = [line for line in points if loss_of(line.settings) == loss]
            axes.plot([p.means[0] for p in chosen], [p.means[1] for p in chosen], "o", color=colours[loss], label=LOSSES[loss])
        axes.axline((points[0].means[0],) * 2, slope=1, color="#7d858f", linewidth=1, zorder=0)
        axes.set_title(task, fontsize=9)
        axes.set_xlabel("reference kernel")
    figure.axes[0].set_ylabel("blocked kernel")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(losses))
