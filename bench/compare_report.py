"""What a comparison found: one Markdown table, and one picture of speed against quality."""

from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Record = dict[str, Any]
Group = tuple[str, str]  # variant, program


def grouped(records: list[Record]) -> dict[Group, list[Record]]:
    """The runs of each variant and program, in the order of the variants."""
    groups: dict[Group, list[Record]] = {}
    for variant in dict.fromkeys(record["asked"]["variant"] for record in records):
        for record in records:
            if record["asked"]["variant"] == variant:
                groups.setdefault((variant, record["asked"]["program"]), []).append(record)
    return groups


def middle(records: list[Record], value: Callable[[Record], float | None], digits: int = 0) -> str:
    """The median, and in brackets the ends."""
    from fastw2v.benchmark.statistics import spread

    values = [found for record in records if (found := value(record)) is not None]
    if not values:
        return "–"
    found = spread(values)
    shown = f"{found.median:,.{digits}f}"
    return f"{shown} [{found.low:,.{digits}f} to {found.high:,.{digits}f}]" if len(values) > 1 else shown


def markdown(records: list[Record]) -> str:
    """A row for each variant and program; the median of the runs, and in brackets the least and the most."""
    sets = list(dict.fromkeys(name for record in records for name in record["scores"]))
    columns = ["variant", "program", "runs", "words/s, own clock", "of word2vec.c", "words/s, whole command", "seconds"]
    columns += ["peak memory, MB", *sets]
    lines = [f"| {' | '.join(columns)} |", f"| --- | --- |{' ---: |' * (len(columns) - 2)}"]
    groups = grouped(records)
    for (variant, program), runs in groups.items():
        cells = [variant, program, str(len(runs)), middle(runs, lambda run: run["words_per_second"])]
        cells.append(times_faster(runs, groups.get((variant, "word2vec.c"))))
        cells.append(middle(runs, lambda run: run["train_words"] * run["asked"]["epochs"] / run["wall"]))
        cells += [middle(runs, lambda run: run["wall"], 1), middle(runs, lambda run: run["peak"] / 1e6)]
        cells += [middle(runs, lambda run, name=name: run["scores"].get(name), 1) for name in sets]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def times_faster(runs: list[Record], others: list[Record] | None) -> str:
    """The ratio of the medians of words/s."""
    from fastw2v.benchmark.statistics import spread

    if not others:
        return "–"
    ours, theirs = (spread([run["words_per_second"] for run in each]).median for each in (runs, others))
    return f"{ours / theirs:.2f} ×"


def quality(runs: list[Record]) -> float | None:
    """The mean of all scores of all runs."""
    scores = [score for run in runs for score in run["scores"].values() if score is not None]
    return fmean(scores) if scores else None


def draw(records: list[Record], path: Path, title: str) -> bool:
    """Speed against quality, a point for each program and variant; False where nothing was scored."""
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

    from fastw2v.benchmark.statistics import spread
    from fastw2v.plotting.colours import palette
    from fastw2v.plotting.figures import new_figure, write_figure
    from fastw2v.reporting.listener import Listener

    points = [(group, runs, found) for group, runs in grouped(records).items() if (found := quality(runs)) is not None]
    if not points:
        return False
    programs = list(dict.fromkeys(program for (_, program), _, _ in points))
    variants = list(dict.fromkeys(variant for (variant, _), _, _ in points))
    colours, marks = dict(zip(programs, palette(len(programs)))), dict(zip(variants, "osD^vP"))

    def make() -> "Figure":
        figure = new_figure(8, 5.5)
        figure.set_layout_engine("constrained")
        axes = figure.subplots()
        axes.set_xscale("log")
        for (variant, program), runs, found in points:
            speed = spread([run["words_per_second"] for run in runs])
            error = [[speed.median - speed.low], [speed.high - speed.median]]
            axes.errorbar(speed.median, found, xerr=error, color=colours[program], marker=marks[variant], linestyle="")
        for name, colour in colours.items():
            axes.plot([], [], marker="o", linestyle="", color=colour, label=name)
        for name, mark in marks.items():
            axes.plot([], [], marker=mark, linestyle="", color="#6a737d", label=name)
        axes.legend()
        axes.xaxis.set_major_formatter(EngFormatter(sep=" "))
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))  # with a label at each digit the last ones overlap
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("words/s of training, each program's own clock")
        axes.set_ylabel("mean of all scores, × 100")
        axes.set_title(title, loc="left", parse_math=False, fontsize=8)
        return figure

    write_figure(make, path, path.suffix.lower(), Listener())
    return True
