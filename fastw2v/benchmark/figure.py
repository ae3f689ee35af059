"""The benchmark as a picture: speed, share of the machine's peak, and scaling."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from fastw2v._system.files import check_writable
from fastw2v.benchmark.suite import Report, Result
from fastw2v.errors import Fastw2vError, reason
from fastw2v.plotting.colours import palette
from fastw2v.plotting.extra import kind_of, require
from fastw2v.plotting.figures import FAINT, KINDS, new_figure, write_figure
from fastw2v.reporting.listener import Listener

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 10.0  # inches
BAR = 0.22  # inches of height for each result


def check_picture(output: str | PathLike[str]) -> Path:
    """Refuse, before any work, a picture that could not be drawn. Raises UsageError."""
    path = Path(output)
    kind_of(path, KINDS)
    check_writable(path, "the picture")
    require("matplotlib", "a picture of the benchmark")
    return path


def draw_benchmark(report: Report, output: str | PathLike[str], *, listener: Listener | None = None) -> None:
    """Draw a report as `.png` or `.svg`. Raises UsageError, Fastw2vError for an image that cannot be written."""
    path = check_picture(output)
    try:
        write_figure(lambda: benchmark_figure(report), path, path.suffix.lower(), listener or Listener())
    except OSError as error:
        raise Fastw2vError(f"cannot draw {path}: {error.filename or ''} {reason(error)}") from error


def benchmark_figure(report: Report) -> "Figure":
    """Three panels over the same rows, one for each measurement: words/s, GFLOP/s with the machine's peak, scaling."""
    from matplotlib.ticker import EngFormatter

    results = report.results
    figure = new_figure(WIDTH, 1.6 + BAR * len(results))
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    speed, operations, scaling = figure.subplots(1, 3, sharey=True, width_ratios=(2, 2, 1))
    kernels = list(dict.fromkeys(result.kernel for result in results))
    colours = dict(zip(kernels, palette(len(kernels))))
    rows = range(len(results))
    shades = [colours[result.kernel] for result in results]
    middles = [result.words_per_second.median for result in results]
    ends = [[middle - result.words_per_second.low for middle, result in zip(middles, results)]]
    ends += [[result.words_per_second.high - middle for middle, result in zip(middles, results)]]
    speed.barh(rows, middles, xerr=ends, color=shades, ecolor=FAINT)
    speed.set_xlabel("words/s of training")
    speed.xaxis.set_major_formatter(EngFormatter(sep=" "))
    operations.barh(rows, [result.flops / 1e9 for result in results], color=shades)
    operations.plot([report.peaks[result.threads].flops / 1e9 for result in results], rows, "|", color=FAINT, markersize=12)
    operations.set_xlabel("useful GFLOP/s; | the machine's peak")
    scaling.barh(rows, [result.scaling or 0 for result in results], color=shades)
    scaling.set_xlabel("speed over one thread's")
    _name_rows(speed, results)
    found = report.surroundings
    title = f"{found['processor']}, {found['date'][:10]}: {results[0].words:,} words, {report.dim} dimensions"
    figure.suptitle(title, parse_math=False, ha="left", x=0.01)
    return figure


def _name_rows(axes: "Axes", results: list[Result]) -> None:
    """The first result on top."""
    names = [f"{result.variant}, {result.kernel}, {result.threads}" for result in results]
    axes.set_yticks(range(len(results)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
