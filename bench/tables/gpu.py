"""Figures of `python -m bench gpu`."""

from collections.abc import Iterator
from typing import Any

from bench.tables.markdown import NONE, number, ratio, table, text_name

Document = dict[str, Any]
Run = dict[str, Any]


def gpu(document: Document) -> str:
    """A table for each part that was measured."""
    runs = document["runs"]
    parts = {
        "Words/s": (2, speeds(runs)),
        "What the vectors know": (2, qualities(runs)),
        "A stage left out, or another plan": (1, stages(runs)),
        "compute-sanitizer": (4, sanitizers(runs)),
    }
    settings = document["settings"]
    card = settings["gpu"]
    text = f"{card['name']}, {card['multiprocessors']} multiprocessors, driver for CUDA {card['driver']}. "
    shown = [text + f"{text_name(settings)}, subsampling {settings['sample']:g}."]
    for title, (left, found) in parts.items():
        columns, *rows = found
        if rows:
            shown += [f"**{title}**", table(columns, rows, left)]
    return "\n\n".join(shown)


def _of(runs: list[Run], **asked: Any) -> list[Run]:
    return [run for run in runs if all(run["asked"].get(name) == value for name, value in asked.items())]


def speeds(runs: list[Run]) -> Iterator[list[str]]:
    """The GPU beside the CPU; what word2vec.c's arithmetic would take at this speed."""
    yield ["variant", "dim", "GPU, words/s", "CPU, words/s", "CPU threads", "ratio", "useful TFLOP/s", "rows, GB/s, uncached"]
    for run in _of(runs, kind="speed", device="cuda", without=""):
        variant, dim = run["asked"]["variant"], run["asked"]["dim"]
        others = _of(runs, kind="speed", device="cpu", variant=variant, dim=dim)
        cpu = others[0] if others else {}
        speed, other = run["words_per_second"], cpu.get("words_per_second")
        used = [number(speed * run["operations"] / 1e12, 1), number(speed * run["row_bytes"] / 1e9, 1)]
        yield [variant, str(dim), number(speed), number(other), str(cpu.get("threads", NONE)), ratio(speed, other), *used]


def qualities(runs: list[Run]) -> Iterator[list[str]]:
    """A row for each training, a column for each score."""
    found = _of(runs, kind="quality")
    names = list(dict.fromkeys(name for run in found for name in run["scores"]))
    yield ["variant", "trained by", "epochs", "words/s", "loss", *names]
    for run in found:
        asked = run["asked"]
        name = "CPU" if asked["device"] == "cpu" else f"GPU, {run.get('streams') or NONE} streams"
        figures = [number(run["words_per_second"]), number(run["loss"], 3)]
        yield [asked["variant"], name, str(asked["epochs"]), *figures, *(number(run["scores"].get(each), 1) for each in names)]


def stages(runs: list[Run]) -> Iterator[list[str]]:
    """A row for each stage that is left out."""
    yield ["left out, or changed", "words/s", "time saved"]
    changed = [run for run in _of(runs, kind="speed", device="cuda") if run["asked"]["without"]]
    whole = _of(runs, **{**changed[0]["asked"], "without": ""}) if changed else []
    for run in whole + changed:
        saved = 100 - 100 * whole[0]["words_per_second"] / run["words_per_second"] if whole else None
        yield [run["asked"]["without"] or "nothing", number(run["words_per_second"]), number(saved, 0, " %")]


def sanitizers(runs: list[Run]) -> Iterator[list[str]]:
    """A row for each tool."""
    yield ["variant", "tool", "says", "first"]
    for run in _of(runs, kind="sanitizer"):
        yield [run["asked"]["variant"], run["asked"]["tool"], run["said"], " / ".join(run["first"]) or NONE]
