"""The loss and the speed of training runs, from their logs to an image."""

import os
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v._system.display import readable
from fastw2v._system.files import check_writable
from fastw2v.errors import Fastw2vError, UsageError, reason
from fastw2v.plotting.colours import palette
from fastw2v.plotting.extra import kind_of, require
from fastw2v.plotting.figures import FAINT, KINDS, new_figure, write_figure
from fastw2v.plotting.run_log import RunLog, read_log
from fastw2v.reporting.listener import Listener

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

PathName = str | PathLike[str]
WIDTH, HEIGHT = 8.0, 6.0  # inches
FEW = 30  # points that are marked one by one
LONGEST_NAME = 60
MOST_INSIDE = 8  # runs that the legend names within the panel
NOTE = "○ the mean of the last epoch, and the speed of the whole run"


def draw_loss(
    logs: PathName | Iterable[PathName], output: PathName, *, title: str | None = None, listener: Listener | None = None
) -> None:
    """Draw the loss of runs over their course, and the words a second below, a line for each log.

    Parameters
    ----------
    logs : a log that `fastw2v train --log` or `fastw2v.train(log=…)` wrote, or several to compare
    output : the image, `.png` or `.svg`
    title : stands above
    listener : hears what the user should know

    Raises
    ------
    UsageError : a file that is no such log, named with the line; a library that is not installed
    Fastw2vError : an image that cannot be written
    """
    path = Path(output)
    kind = kind_of(path, KINDS)
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
    """Two panels over one axis: epochs where all runs came to their end, else the part of the run that is done."""
    from matplotlib.ticker import EngFormatter, PercentFormatter

    figure = new_figure(WIDTH, HEIGHT)
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.12)
    loss, speed = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    in_epochs = all(run.epochs is not None for run in runs)
    lines = [
        _draw_run(loss, speed, run, colour, (run.epochs or 1) if in_epochs else 1)
        for run, colour in zip(runs, palette(len(runs)))
    ]
    loss.set_ylabel("loss, nats a pair")
    speed.set_ylabel("words a second")
    speed.set_xlabel("epochs" if in_epochs else "part of the run")
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
    _add_legend(loss, lines, run_names([run.path for run in runs]))
    return figure


def _draw_run(loss: "Axes", speed: "Axes", run: RunLog, colour: str, length: int) -> "Line2D":
    """One run in both panels, its course `length` long; returns its line of losses."""
    looks = np.array(run.looks, np.float64).reshape(-1, 3)
    course, losses, speeds = looks[:, 0] * length, looks[:, 1], looks[:, 2]
    style: dict[str, Any] = {"color": colour, "linewidth": 1.5, "marker": "." if len(looks) <= FEW else ""}
    (line,) = loss.plot(course, losses, **style)
    speed.plot(course, speeds, **style)
    if run.end:
        ring: dict[str, Any] = {"color": colour, "marker": "o", "markerfacecolor": "white", "linestyle": "", "clip_on": False}
        loss.plot([length], [run.end.loss], **ring)
        speed.plot([length], [run.end.words_per_second], **ring)
    return line


def _add_legend(axes: "Axes", lines: list["Line2D"], names: list[str]) -> None:
    """Name the runs, outside the panel where they are many."""
    inside = {"loc": "best"}
    outside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0}
    legend = axes.legend(lines, ["x"] * len(lines), **(inside if len(lines) <= MOST_INSIDE else outside))
    for text, name in zip(legend.get_texts(), names):  # set here: the legend would leave out "_…" and typeset "$"
        text.set_parse_math(False)
        text.set_text(readable(name, LONGEST_NAME))


def run_names(paths: list[Path]) -> list[str]:
    """The files' names; where two files have one name, with the folders in which they differ."""
    names = [path.name for path in paths]
    if len(set(names)) == len(names):
        return names
    common = os.path.commonpath([os.path.abspath(path.parent) for path in paths])
    return [os.path.relpath(path, common) for path in paths]
