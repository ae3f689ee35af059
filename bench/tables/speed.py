"""Figures of `python -m bench speed`."""

from typing import Any

from bench.tables.markdown import (
    NONE,
    VARIANT_NAMES,
    ends,
    grouped,
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
from fastw2v.benchmark.statistics import ratio_of_medians, spread

Document = dict[str, Any]


def kernels(document: Document) -> str:
    """Both kernels at each setting."""
    groups = grouped(document["runs"], "setting", "kernel")
    settings = document["settings"]
    columns = ["setting", "reference, words/s", "blocked, words/s", "ratio", "loss: reference", "blocked"]
    scored = bool(scores(document["runs"]))
    if scored:
        columns += ["scores: reference", "blocked"]
    rows = []
    for setting in dict.fromkeys(setting for setting, _ in groups):
        both = [groups.get((setting, kernel), []) for kernel in ("reference", "blocked")]
        speeds = [middle(runs, "words_per_second") for runs in both]
        cells = [setting, *map(millions, speeds), ratio(speeds[1], speeds[0])]
        cells += [number(middle(runs, "loss"), 3) for runs in both]
        rows.append(cells + [slashed(scores(runs)) for runs in both] if scored else cells)
    shared = options(settings, "epochs", "model", "threads")
    names = " / ".join(scores(document["runs"]))
    text = f"{text_name(settings)}; {shared}; usual: 100 dimensions, window 5, 5 noise words, subsampling 1e-4."
    return f"{table(columns, rows)}\n\n{f'Scores: {names}. ' if scored else ''}{text}"


def stages(document: Document) -> str:
    """What each stage takes."""
    rows = []
    for (what, variant), runs in grouped(document["runs"], "what", "variant").items():
        name = f"{what}, {VARIANT_NAMES[variant]}" if variant else what
        rows.append([name, _stage(what, runs)])
        if "parts" in runs[0]:
            made = {part: spread([run["parts"][part] for run in runs]).median for part in runs[0]["parts"]}
            parts = ", ".join(f"{part} {size / 1e6:,.0f}" for part, size in made.items())
            peak = number(spread(values(runs, "peak")).median / 1e6, 0, " MB")
            rows.append(["peak memory, CBOW, negative sampling", f"{peak}: {parts}"])
    shown = table(["", "median [least to most]"], rows)
    return f"{shown}\n\n{text_name(document['settings'])}; words of training are read by all threads."


def _stage(what: str, runs: list[dict[str, Any]]) -> str:
    if "share" in runs[0]:
        return ends([100 * share for share in values(runs, "share")], 2, " %") + " of training"
    if "training" in runs[0]:
        of_cores = spread([run["training"] / run["cores"] for run in runs]).median
        training, cores = (ends(values(runs, name), 2, " ×") for name in ("training", "cores"))
        return f"{training} one thread's words/s; multiply-adds {cores}; the one of the other {of_cores:.2f}"
    if "pairs_per_second" in runs[0]:
        short, long = (ends([value / 1e6 for value in values(runs, name)], 1) for name in ("pairs_per_second", "long_lines"))
        return f"{ends(values(runs, 'ratio'), 2, ' ×')} the pairs/s of long lines: {short} and {long} M"
    return ends(values(runs, "seconds"), 2, " s")


def breakdown(document: Document) -> str:
    """Nanoseconds a word of each stage of the blocked kernel."""
    rows = []
    for variant, stages in _by_variant(document).items():
        taken = {stage: middle(runs, "seconds") or 0.0 for stage, runs in stages.items()}
        each_word = {stage: taken[stage] / runs[0]["words"] * 1e9 for stage, runs in stages.items()}
        whole = each_word.get("whole")
        for stage, nanoseconds in each_word.items():
            saved = nanoseconds if stage in ("whole", "reading, drawing") or whole is None else whole - nanoseconds
            rows.append([variant, stage, number(saved), number(100 * saved / whole, 0, " %") if whole else NONE])
    settings = document["settings"]
    shown = table(["variant", "stage", "ns a word", "share"], rows, left=2)
    return f"{shown}\n\nWhat a run without the stage saves, one thread, {settings['dim']} dimensions; {text_name(settings)}."


def _by_variant(document: Document) -> dict[str, dict[str, list[dict[str, Any]]]]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for (variant, stage), runs in grouped(document["runs"], "variant", "stage").items():
        found.setdefault(variant, {})[stage] = runs
    return found


def instructions(document: Document) -> str:
    """Words/s by instruction set, and times word2vec.c's."""
    groups = grouped(document["runs"], "instructions", "variant", "program")
    targets = list(dict.fromkeys(target for target, _, _ in groups))
    rows = []
    for variant in dict.fromkeys(variant for _, variant, _ in groups):
        cells = [VARIANT_NAMES[variant]]
        for target in targets:
            ours, theirs = (
                middle(groups.get((target, variant, program), []), "words_per_second") for program in ("fastw2v", "word2vec.c")
            )
            cells.append(f"{millions(ours)}, {ratio(ours, theirs)}")
        rows.append(cells)
    shown = table(["", *targets], rows)
    shared = options(document["settings"], "epochs", "dim", "threads")
    text = "fastw2v's words/s, and times those of word2vec.c compiled for the same instructions"
    return f"{shown}\n\n{text}; {shared}; {text_name(document['settings'])}."


def regress(document: Document) -> str:
    """One line for each variant."""
    names = document["settings"]["commits"]
    lines = []
    groups = grouped(document["runs"], "variant", "commit")
    for variant in dict.fromkeys(variant for variant, _ in groups):
        old, new = (values(groups[variant, which], "words_per_second") for which in ("old", "new"))
        found = ratio_of_medians(new, old)
        medians = f"{spread(new).median:,.0f} against {spread(old).median:,.0f}"
        lines.append(
            f"{variant}: {found.verdict}. {names['new']} has {found.ratio:.3f} × the words/s of {names['old']}, "
            f"95 % interval {found.low:.3f} to {found.high:.3f} ({medians}, {len(new)} runs of each)"
        )
    return "\n".join(lines)
