"""Loss curves and throughput of training runs, drawn from their logs."""

import os
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v._system.display import readable
from fastw2v._system.files import check_writable
from fastw2v.errors import Fastw2vError, UsageError, reason
from fastw2v.plotting.figures import FAINT, IMAGE_KINDS, kind_of, new_figure, palette, require, write_figure
from fastw2v.plotting.run_log import RunLog, read_log
from fastw2v.reporting.listener import Listener

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

LogPath = str | PathLike[str]
CURVE_WIDTH, CURVE_HEIGHT = 8.0, 6.0  # inches
MOST_MARKED = 30  # samples up to which each is marked
LEGEND_LETTERS = 60
MOST_RUNS_INSIDE = 8  # runs up to which the legend is inside the panel
NOTE = "○ mean loss of the last epoch, mean throughput of the whole run"


def draw_loss(
    logs: LogPath | Iterable[LogPath], output: LogPath, *, title: str | None = None, listener: Listener | None = None
) -> None:
    """Draw the loss of training runs over their epochs, and their throughput below, a line for each log.

    Parameters
    ----------
    logs : str, path-like, or iterable of these
        A log that `fastw2v train --log` or `fastw2v.train(log=…)` wrote, or several to compare.
    output : str or path-like
        The image, `.png` or `.svg`.
    title : str, optional
        Shown above the image.
    listener : Listener, optional
        Receives messages for the user.

    Raises
    ------
    UsageError
        A file is not such a log (the message names the line), or a library is not installed.
    Fastw2vError
        The image cannot be written.
    """
    path = Path(output)
    kind = kind_of(path, IMAGE_KINDS)
    check_writable(path, "the output")
    require("matplotlib", f"a {kind} picture")
    runs = [read_log(log) for log in ([logs] if isinstance(logs, (str, PathLike)) else logs)]
    if not runs:
        raise UsageError("draw_loss needs at least one log")
    try:
        write_figure(lambda: loss_figure(runs, title), path, kind, listener or Listener())
    except OSError as error:
        raise Fastw2vError(f"cannot draw {path}: {error.filename or ''} {reason(error)}") from error


def loss_figure(runs: list[RunLog], title: str | None = None) -> "Figure":
    """Two panels over one axis: epochs if all runs are complete, else the completed fraction of each run."""
    from matplotlib.ticker import EngFormatter, PercentFormatter

    figure = new_figure(CURVE_WIDTH, CURVE_HEIGHT)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.12)
    loss, speed = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    in_epochs = all(run.epochs is not None for run in runs)
    lines = [
        _draw_run(loss, speed, run, colour, (run.epochs or 1) if in_epochs else 1)
        for run, colour in zip(runs, palette(len(runs)))
    ]
    loss.set_ylabel("loss (nats per pair)")
    speed.set_ylabel("words per second")
    speed.set_xlabel("epochs" if in_epochs else "progress of the run")
    speed.set_xlim(left=0)
    speed.set_ylim(bottom=0)
    speed.yaxis.set_major_formatter(EngFormatter(sep=" "))
    if not in_epochs:
        speed.xaxis.set_major_formatter(PercentFormatter(1))
    if title is not None:
        loss.set_title(readable(title, 90), loc="left", weight="bold", parse_math=False)
    if any(run.end for run in runs):
        speed.text(1, -0.32, NOTE, transform=speed.transAxes, ha="right", va="top", fontsize=8, color=FAINT)
    figure.align_ylabels()
    _add_run_legend(loss, lines, run_names([run.path for run in runs]))
    return figure


def _draw_run(loss: "Axes", speed: "Axes", run: RunLog, colour: str, length: int) -> "Line2D":
    """Draw a run in both panels, `length` wide. Returns its loss curve."""
    samples = np.array(run.samples, np.float64).reshape(-1, 3)
    progress, losses, speeds = samples[:, 0] * length, samples[:, 1], samples[:, 2]
    style: dict[str, Any] = {"color": colour, "linewidth": 1.5, "marker": "." if len(samples) <= MOST_MARKED else ""}
    (line,) = loss.plot(progress, losses, **style)
    speed.plot(progress, speeds, **style)
    if run.end:
        ring: dict[str, Any] = {"color": colour, "marker": "o", "markerfacecolor": "white", "linestyle": "", "clip_on": False}
        loss.plot([length], [run.end.loss], **ring)
        speed.plot([length], [run.end.words_per_second], **ring)
    return line


def _add_run_legend(axes: "Axes", lines: list["Line2D"], names: list[str]) -> None:
    """Name the runs, outside the panel if they are many."""
    inside = {"loc": "best"}
    outside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0}
    legend = axes.legend(lines, ["x"] * len(lines), **(inside if len(lines) <= MOST_RUNS_INSIDE else outside))
    for text, name in zip(legend.get_texts(), names):  # set here: a legend hides "_…" and typesets "$"
        text.set_parse_math(False)
        text.set_text(readable(name, LEGEND_LETTERS))


def run_names(paths: list[Path]) -> list[str]:
    """Names of the logs; if two are equal, paths from their common folder."""
    names = [path.name for path in paths]
    if len(set(names)) == len(names):
        return names
    common = os.path.commonpath([os.path.abspath(path.parent) for path in paths])
    return [os.path.relpath(path, common) for path in paths]
