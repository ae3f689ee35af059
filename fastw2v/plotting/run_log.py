"""The log of a training run, as `fastw2v train --log` writes it, read back."""

import json
import math
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v._system.lines import byte_lines
from fastw2v.errors import UsageError

PROGRESS, END = "progress", "end"
LARGEST = 1e30  # of what is drawn: the axes of far larger numbers cannot be computed
MOST_EPOCHS = 10**9


class Look(NamedTuple):
    """The state of a run at a moment; NaN for what was not measured.

    progress : the part of the run that was done, 0 to 1
    loss : nats a pair
    words_per_second : the speed
    """

    progress: float
    loss: float
    words_per_second: float


class RunLog(NamedTuple):
    """A run.

    path : of its log
    looks : in the order of the log
    epochs : of the run, None where it did not come to its end
    end : the loss of the last epoch and the speed of the whole run, None likewise
    """

    path: Path
    looks: list[Look]
    epochs: int | None
    end: Look | None


def read_log(path: str | PathLike[str]) -> RunLog:
    """Read a log. Raises UsageError that names the file and the line where it is no log of a run, or ends before any progress.

    Events of other names are passed over.
    """
    path = Path(path)
    looks: list[Look] = []
    epochs, end = None, None
    last = 0
    for last, event in _events(path):
        place = f"{path}, line {last}"
        if end is not None:
            raise UsageError(f"{place}: the run had ended on a line above; were two logs put together?")
        if event["event"] == PROGRESS:
            looks.append(_look(place, event))
        elif event["event"] == END:
            epochs, end = _epochs(place, event), _look(place, {**event, "progress": 1})
    if not looks and end is None:
        raise UsageError(f"{path}, line {last + 1}: the log ends before any progress; is it a log of fastw2v train?")
    return RunLog(path, looks, epochs, end)


def _events(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The numbers of the lines, from 1, and the events on them."""
    for number, line in byte_lines(path, "a log of fastw2v train"):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            wrong = "this is no JSON; the log is damaged, or of something else"
            raise UsageError(f"{path}, line {number}: {wrong}") from None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise UsageError(f"{path}, line {number}: this is no event of a run; is it a log of fastw2v train?")
        yield number, event


def _look(place: str, event: dict[str, Any]) -> Look:
    progress = _number(place, event, "progress")
    if not 0 <= progress <= 1:
        raise UsageError(f"{place}: progress is {event['progress']}, it must be from 0 to 1")
    return Look(progress, _number(place, event, "loss"), _number(place, event, "words_per_second"))


def _epochs(place: str, event: dict[str, Any]) -> int:
    settings = event.get("settings")
    epochs = settings.get("epochs") if isinstance(settings, dict) else None
    if not isinstance(epochs, int) or isinstance(epochs, bool) or not 1 <= epochs <= MOST_EPOCHS:
        raise UsageError(f"{place}: the settings name no number of epochs")
    return epochs


def _number(place: str, event: dict[str, Any], name: str) -> float:
    """A number of an event; NaN for null, which stands where nothing was measured, and for what no run can have measured."""
    value = event.get(name, "missing")
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{place}: the event has no number called {name}")
    return float(value) if -LARGEST <= value <= LARGEST else math.nan
