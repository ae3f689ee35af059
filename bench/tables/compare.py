"""Figures of `python -m bench compare`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.common.options import ONE_LOSS
from bench.tables.markdown import (
    VARIANT_NAMES,
    Run,
    ends,
    grouped,
    mean_score,
    middle,
    millions,
    number,
    options,
    ratio,
    scores,
    slashed,
    table,
    text_name,
    values,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Document = dict[str, Any]
PEERS = ("word2vec.c", "gensim")
NAMES = {"fasttext": "fastText"}


def _about(document: Document) -> str:
    settings = document["settings"]
    words = f"{settings['train_words']:,} words in the vocabulary"
    shared = options(settings, "epochs", "dim", "window", "negative", "sample", "min_count", "threads")
    return f"{text_name(settings)}, {words}; {shared}"


def _runs(document: Document) -> str:
    counts = {len(runs) for runs in grouped(document["runs"], "variant", "program").values()}
    return f"medians of {min(counts)}{f' to {max(counts)}' if len(counts) > 1 else ''} runs in turn"


def peers(document: Document) -> str:
    """Four variants: words/s beside the peers', and the mean score of the same runs."""
    groups = grouped(document["runs"], "variant", "program")
    others = [name for name in PEERS if any(program == name for _, program in groups)]
    columns = ["", "fastw2v, words/s", *(f"times {name}'s" for name in others)]
    columns += [f"score: {name}" for name in ("fastw2v", *others)]
    rows = []
    for variant in ONE_LOSS:
        ours = groups.get((variant, "fastw2v"))
        if ours:
            theirs = [groups.get((variant, name), []) for name in others]
            speed = middle(ours, "words_per_second")
            cells = [VARIANT_NAMES[variant], millions(speed)]
            cells += [ratio(speed, middle(runs, "words_per_second")) for runs in theirs]
            rows.append(cells + [number(mean_score(runs), 1) for runs in (ours, *theirs)])
    sets = ", ".join(document["settings"]["sets"]) or "no sets"
    text = f"Words/s of training by each program's own clock, {_runs(document)}. Scores after the same training: the mean of "
    text += f"analogies solved (%) and Spearman's ρ × 100 with human similarity ratings ({sets}). {_about(document)}."
    return f"{table(columns, rows)}\n\n{text}"


def score_table(document: Document) -> str:
    """Each variant's scores, set by set."""
    shown = _by_program(document, "", lambda runs: slashed(scores(runs)))
    names = " / ".join(scores(document["runs"])) or "no sets"
    return f"{shown}\n\n{names}: analogies solved in %, Spearman's ρ × 100; {_runs(document)}. {_about(document)}."


def memory(document: Document) -> str:
    """Peak memory of each program, by variant."""

    def peak(runs: list[Run]) -> str:
        most = middle(runs, "peak")
        return number(most and most / 1e6, 0, " MB")

    return f"{_by_program(document, 'peak memory', peak)}\n\nOf the whole command, {_runs(document)}. {_about(document)}."


def _by_program(document: Document, corner: str, cell: Callable[[list[Run]], str]) -> str:
    """A row for each variant, a column for each program; `cell` shows their runs."""
    groups = grouped(document["runs"], "variant", "program")
    programs = list(dict.fromkeys(program for _, program in groups))
    rows = []
    for variant in dict.fromkeys(variant for variant, _ in groups):
        rows.append([VARIANT_NAMES[variant], *(cell(groups.get((variant, program), [])) for program in programs)])
    return table([corner, *(NAMES.get(name, name) for name in programs)], rows)


def detail(document: Document) -> str:
    """A row for each variant and program: medians, least and most."""
    settings = document["settings"]
    groups = grouped(document["runs"], "variant", "program")
    sets = list(scores(document["runs"]))
    columns = ["variant", "program", "runs", "words/s, own clock", "of word2vec.c", "words/s, whole command", "seconds"]
    columns += ["peak memory, MB", *sets]
    rows = []
    for (variant, program), runs in groups.items():
        theirs = middle(groups.get((variant, "word2vec.c"), []), "words_per_second")
        whole = [settings["train_words"] * settings["epochs"] / run["wall"] for run in runs]
        cells = [variant, program, str(len(runs)), ends(values(runs, "words_per_second"))]
        cells += [ratio(middle(runs, "words_per_second"), theirs, 2), ends(whole), ends(values(runs, "wall"), 1)]
        cells.append(ends([run["peak"] / 1e6 for run in runs]))
        rows.append(
            cells + [ends([run["scores"][name] for run in runs if run["scores"].get(name) is not None], 1) for name in sets]
        )
    return f"{table(columns, rows, left=2)}\n\nMedians [least to most]. {_about(document)}."


def speed_and_score(document: Document, figure: "Figure") -> None:
    """A point for each program and variant."""
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

    from fastw2v.benchmark.statistics import spread
    from fastw2v.plotting.figures import palette

    axes = figure.subplots()
    axes.set_xscale("log")
    groups = grouped((run for run in document["runs"] if mean_score([run]) is not None), "variant", "program")
    programs = list(dict.fromkeys(program for _, program in groups))
    variants = list(dict.fromkeys(variant for variant, _ in groups))
    colours, marks = dict(zip(programs, palette(len(programs)))), dict(zip(variants, "osD^vP"))
    for (variant, program), runs in groups.items():
        speed = spread(values(runs, "words_per_second"))
        error = [[speed.median - speed.low], [speed.high - speed.median]]
        score = mean_score(runs) or 0.0
        axes.errorbar(
            speed.median, score, xerr=error, color=colours[program], marker=marks[variant], markersize=7, linestyle=""
        )
    for name, colour in colours.items():
        axes.plot([], [], marker="o", linestyle="", color=colour, label=NAMES.get(name, name))
    for name, mark in marks.items():
        axes.plot([], [], marker=mark, linestyle="", color="#7d858f", label=VARIANT_NAMES[name])
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.xaxis.set_major_formatter(EngFormatter(sep=" "))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))  # with a label at each digit the last ones overlap
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("words/s of training")
    axes.set_ylabel("mean score")
