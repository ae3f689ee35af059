"""Markdown tables, and the cells that figures need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastw2v.benchmark.statistics import spread

Run = dict[str, Any]
VARIANT_NAMES = {
    "skipgram-ns": "skip-gram, negative sampling",
    "skipgram-hs": "skip-gram, hierarchical softmax",
    "skipgram-both": "skip-gram, both",
    "cbow-ns": "CBOW, negative sampling",
    "cbow-hs": "CBOW, hierarchical softmax",
    "cbow-both": "CBOW, both",
}
NONE = "–"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A table whose first `left` columns are text, the others numbers."""
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * left}{' ---: |' * (len(columns) - left)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def grouped(runs: Iterable[Run], *names: str) -> dict[tuple[Any, ...], list[Run]]:
    """Runs by what was asked, in their order."""
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(tuple(run["asked"].get(name) for name in names), []).append(run)
    return groups


def values(runs: Iterable[Run], name: str) -> list[float]:
    """A measured number of each run that has it."""
    return [run[name] for run in runs if run.get(name) is not None]


def middle(runs: Iterable[Run], name: str) -> float | None:
    """The median of a measured number; None where no run has it."""
    found = values(runs, name)
    return spread(found).median if found else None


def number(value: float | None, digits: int = 0, unit: str = "") -> str:
    """For a cell."""
    return NONE if value is None or value != value else f"{value:,.{digits}f}{unit}"


def ends(found: Sequence[float], digits: int = 0, unit: str = "") -> str:
    """The median, and in brackets the least and the most."""
    if not found:
        return NONE
    low, high = (number(value, digits) for value in (min(found), max(found)))
    shown = number(spread(found).median, digits, unit)
    return f"{shown} [{low} to {high}]" if len(found) > 1 else shown


def ratio(one: float | None, other: float | None, digits: int = 1) -> str:
    """One number over another."""
    return number(one / other, digits, " ×") if one and other else NONE


def millions(value: float | None) -> str:
    """Words/s in millions, with about three digits."""
    if value is None:
        return NONE
    return f"{value / 1e6:.{2 if value < 1e7 else 1}f} M"


def scores(runs: Iterable[Run]) -> dict[str, float]:
    """The median of each score."""
    found: dict[str, list[float]] = {}
    for run in runs:
        for name, value in run.get("scores", {}).items():
            if value is not None:
                found.setdefault(name, []).append(value)
    return {name: spread(each).median for name, each in found.items()}


def mean_score(runs: Iterable[Run]) -> float | None:
    """The mean of all scores of all runs."""
    found = [value for run in runs for value in run.get("scores", {}).values() if value is not None]
    return sum(found) / len(found) if found else None


def slashed(found: Mapping[str, float]) -> str:
    """Scores in one cell."""
    return " / ".join(number(value, 1) for value in found.values()) or NONE


def footer(document: Mapping[str, Any]) -> str:
    """Where the figures are from: the file, commits and days of the runs, the machine, versions."""
    runs = document["runs"]
    commits = ", ".join(f"`{name}`" for name in dict.fromkeys(run["commit"] for run in runs))
    machine = document["machine"]
    memory = number(machine["memory"] / 2**30, 0, " GiB")
    ignored = ("fastw2v", "llvmlite")
    versions = ", ".join(f"{name} {found}" for name, found in document["versions"].items() if name not in ignored)
    place = f"`bench/results/{document['name']}.json`: commit {commits}, {days([run['date'] for run in runs])}"
    return f"<sub>{place}; {machine['processor']}, {machine['cores']} cores, {memory}; {versions}.</sub>"


def days(dates: Iterable[str]) -> str:
    """The days from first to last."""
    found = sorted({datetime.fromisoformat(date).date() for date in dates})
    first, last = found[0], found[-1]
    shown = f"{last.day} {last:%B %Y}"
    if first == last:
        return shown
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day}{'' if same_month else f' {first:%B %Y}'} to {shown}"


def text_name(settings: Mapping[str, Any]) -> str:
    """The text of the runs, with its size."""
    return f"{settings['corpus']}, {settings['bytes'] / 1e6:,.1f} MB"


def options(settings: Mapping[str, Any], *names: str) -> str:
    """Settings as a reader knows them."""
    plain: dict[str, Callable[[Any], str]] = {
        "dim": lambda value: f"{value} dimensions",
        "threads": lambda value: f"{value} thread{'s' * (value != 1)}",
        "epochs": lambda value: f"{value} epoch{'s' * (value != 1)}",
        "negative": lambda value: f"{value} noise words",
        "sample": lambda value: f"subsampling {value:g}",
    }
    shown = (plain.get(name, lambda value, name=name: f"{name.replace('_', '-')} {value}")(settings[name]) for name in names)
    return ", ".join(shown)
