"""The benchmark as a picture: throughput, fraction of peak performance, and scaling."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from fastw2v._system.files import check_writable
from fastw2v.benchmark.suite import Measurement, Report
from fastw2v.errors import Fastw2vError, reason
from fastw2v.plotting.figures import FAINT, IMAGE_KINDS, kind_of, new_figure, palette, require, write_figure
from fastw2v.reporting.listener import Listener

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURE_WIDTH = 10.0  # inches
BAR_INCHES = 0.22  # inches of height for each measurement


def check_picture(output: str | PathLike[str]) -> Path:
    """The path of a picture. Raises UsageError, before any work, if it cannot be drawn or written."""
    path = Path(output)
    kind_of(path, IMAGE_KINDS)
    check_writable(path, "the picture")
    require("matplotlib", "a picture of the benchmark")
    return path


def draw_benchmark(report: Report, output: str | PathLike[str], *, listener: Listener | None = None) -> None:
    """Draw a report as `.png` or `.svg`.

    Raises UsageError for another suffix and if matplotlib is not installed, Fastw2vError if the image cannot be written.
    """
    path = check_picture(output)
    try:
        write_figure(lambda: benchmark_figure(report), path, path.suffix.lower(), listener or Listener())
    except OSError as error:
        raise Fastw2vError(f"cannot draw {path}: {error.filename or ''} {reason(error)}") from error


def benchmark_figure(report: Report) -> "Figure":
    """Three panels with a row for each measurement: words/s, GFLOP/s with the peak performance, speed-up over one thread."""
    from matplotlib.ticker import EngFormatter

    results = report.results
    figure = new_figure(FIGURE_WIDTH, 1.6 + BAR_INCHES * len(results))
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
    speed.set_xlabel("throughput (words/s)")
    speed.xaxis.set_major_formatter(EngFormatter(sep=" "))
    operations.barh(rows, [result.flops / 1e9 for result in results], color=shades)
    operations.plot([report.peaks[result.threads].flops / 1e9 for result in results], rows, "|", color=FAINT, markersize=12)
    operations.set_xlabel("useful GFLOP/s (| peak)")
    scaling.barh(rows, [result.scaling or 0 for result in results], color=shades)
    scaling.set_xlabel("speed-up over one thread")
    _name_rows(speed, results)
    found = report.surroundings
    title = f"{found['processor']}, {found['date'][:10]}: {results[0].words:,} words, {report.dim} dimensions"
    figure.suptitle(title, parse_math=False, ha="left", x=0.01)
    return figure


def _name_rows(axes: "Axes", results: list[Measurement]) -> None:
    """Label the rows; the first is on top."""
    names = [f"{result.variant}, {result.kernel}, {result.threads}" for result in results]
    axes.set_yticks(range(len(results)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
