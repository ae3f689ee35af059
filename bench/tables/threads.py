"""Figures of `python -m bench speed threads`."""

from typing import TYPE_CHECKING, Any

from bench.tables.markdown import VARIANT_NAMES, grouped, mean_score, middle, millions, number, ratio, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Document = dict[str, Any]
Run = dict[str, Any]


def threads(document: Document) -> str:
    """A row for each text, variant and number of threads; beside words/s, times those of the fewest threads."""
    rows = []
    for (text, variant), counts in _lines(document).items():
        fewest = middle(next(iter(counts.values())), "words_per_second")
        for count, runs in counts.items():
            speed = middle(runs, "words_per_second")
            share = (middle(runs, "of_peak") or 0.0) * 100
            cells = [text, VARIANT_NAMES[variant], str(count), millions(speed), ratio(speed, fewest, 2), number(share, 0, " %")]
            rows.append([*cells, number(middle(runs, "loss"), 3), number(mean_score(runs), 1)])
    columns = ["text", "variant", "threads", "words/s", "of the fewest", "of the peak", "loss", "mean score"]
    sizes = ", ".join(f"{text['corpus']} {text['bytes'] / 1e6:,.0f} MB" for text in document["settings"]["texts"])
    note = f"One epoch, 100 dimensions ({sizes}); of the generated text each thread has a sixteenth, so its losses do not "
    note += "compare. The peak is that of multiply-adds on as many threads."
    return f"{table(columns, rows, left=2)}\n\n{note}"


def _lines(document: Document) -> dict[tuple[str, str], dict[int, list[Run]]]:
    """By text and variant, by number of threads."""
    found: dict[tuple[str, str], dict[int, list[Run]]] = {}
    for (text, variant, count), runs in sorted(grouped(document["runs"], "text", "variant", "threads").items()):
        found.setdefault((text, variant), {})[count] = runs
    return found


def speed_up(document: Document, figure: "Figure") -> None:
    """Words/s over threads, a panel for each text, beside a straight line."""
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter, NullLocator

    from fastw2v.plotting.figures import palette

    lines = _lines(document)
    texts, variants = (list(dict.fromkeys(keys)) for keys in zip(*lines))
    colours = dict(zip(variants, palette(len(variants))))
    for axes, text in zip(figure.subplots(1, len(texts), sharey=True, squeeze=False)[0], texts):
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        for variant in variants:
            counts = lines.get((text, variant), {})
            speeds = [middle(runs, "words_per_second") or float("nan") for runs in counts.values()]
            axes.plot(list(counts), speeds, "o-", color=colours[variant], label=VARIANT_NAMES[variant])
            straight = [speeds[0] * count / min(counts) for count in counts] if counts else []
            axes.plot(list(counts), straight, ":", color=colours[variant], linewidth=1)
        axes.set_title(text, fontsize=9)
        axes.set_xlabel("threads")
        counts = sorted({count for line in lines.values() for count in line})
        axes.set_xticks(counts, list(map(str, counts)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(EngFormatter(sep=" "))
        axes.yaxis.set_minor_formatter(NullFormatter())
    figure.axes[0].set_ylabel("words/s")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
