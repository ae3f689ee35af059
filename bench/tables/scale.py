"""Figures of `python -m bench scale`."""

from typing import TYPE_CHECKING, Any

from bench.tables.markdown import ends, grouped, middle, number, options, ratio, table, values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Document = dict[str, Any]
NAMES = {"text": "words of the text", "vocabulary": "different words", "dimension": "dimensions", "threads": "threads"}


def scale(document: Document) -> str:
    """A table for each part; beside words/s, the time for a word against the first row's."""
    shown = []
    for part, points in _parts(document).items():
        first = middle(next(iter(points.values())), "words_per_second")
        rows = []
        for value, runs in points.items():
            time = ratio(first, middle(runs, "words_per_second"), 2)
            peak = number((middle(runs, "peak") or 0) / 1e6)
            cells = [f"{value:,}", ends(values(runs, "words_per_second")), time, f"{runs[0]['vocabulary']:,}", peak]
            rows.append(cells)
        columns = [NAMES[part], "words/s [least to most]", "time for a word", "vocabulary", "peak memory, MB"]
        shown.append(table(columns, rows, left=0))
    settings = document["settings"]
    text = f"{settings['variant']}, {settings['kernel']} kernel, one epoch on generated text; but for what varies: "
    text += f"{settings['text']:,} words, {settings['vocabulary']:,} different ones, {settings['dimension']} dimensions, "
    return "\n\n".join([*shown, text + options(settings, "threads") + "."])


def _parts(document: Document) -> dict[str, dict[int, list[dict[str, Any]]]]:
    parts: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for (part, value), runs in sorted(grouped(document["runs"], "part", "value").items(), key=lambda item: item[0][1]):
        parts.setdefault(part, {})[value] = runs
    return {part: parts[part] for part in NAMES if part in parts}


def speed_and_memory(document: Document, figure: "Figure") -> None:
    """Words/s above, memory below, over what grows."""
    from matplotlib.ticker import EngFormatter, MaxNLocator

    from fastw2v.plotting.figures import palette

    blue, orange = palette(2)
    parts = _parts(document)
    panels = figure.subplots(2, len(parts), sharex="col", sharey="row", squeeze=False)
    for (part, points), (above, below) in zip(parts.items(), panels.T):
        places, runs = list(points), list(points.values())
        middles = [middle(each, "words_per_second") or 0.0 for each in runs]
        low, high = ([abs(m - end(values(r, "words_per_second"))) for m, r in zip(middles, runs)] for end in (min, max))
        above.errorbar(places, middles, yerr=[low, high], color=blue, marker="o")
        below.plot(places, [(middle(each, "peak") or 0.0) / 1e6 for each in runs], color=orange, marker="o")
        below.set_xlabel(NAMES[part])
        if part in ("text", "vocabulary"):
            below.set_xscale("log")
            below.xaxis.set_major_formatter(EngFormatter(sep=" "))
        if part == "threads":
            below.xaxis.set_major_locator(MaxNLocator(integer=True))
        above.yaxis.set_major_formatter(EngFormatter(sep=" "))
    for axes in panels.flat:  # once all lines are drawn: panels of a row share their scale, which this fixes
        axes.set_ylim(bottom=0)
    panels[0, 0].set_ylabel("words/s")
    panels[1, 0].set_ylabel("peak memory, MB")
