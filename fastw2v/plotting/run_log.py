"""Reader of the log that `fastw2v train --log` writes."""

import json
import math
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v._system.text_lines import byte_lines
from fastw2v.errors import UsageError

PROGRESS_EVENT, END_EVENT = "progress", "end"
LARGEST_DRAWN = 1e30  # matplotlib cannot compute axes for far larger numbers
MOST_EPOCHS = 10**9


class Sample(NamedTuple):
    """The state of a run at one time; NaN for what was not measured.

    progress : completed fraction of the run, 0 to 1
    loss : nats per pair
    words_per_second : throughput
    """

    progress: float
    loss: float
    words_per_second: float


class RunLog(NamedTuple):
    """The log of a run.

    samples : in the order of the log
    epochs : of the run; None if it is not complete
    end : loss of the last epoch and throughput of the whole run; None if it is not complete
    """

    path: Path
    samples: list[Sample]
    epochs: int | None
    end: Sample | None


def read_log(path: str | PathLike[str]) -> RunLog:
    """Read a log; unknown events are ignored.

    Raises UsageError, with file and line, for a file that is not a log of a run, and for one that ends before any progress.
    """
    path = Path(path)
    samples: list[Sample] = []
    epochs, end = None, None
    last = 0
    for last, event in _events(path):
        place = f"{path}, line {last}"
        if end is not None:
            raise UsageError(f"{place}: the run ended on a line above; were two logs concatenated?")
        if event["event"] == PROGRESS_EVENT:
            samples.append(_sample(place, event))
        elif event["event"] == END_EVENT:
            epochs, end = _epochs(place, event), _sample(place, {**event, "progress": 1})
    if not samples and end is None:
        raise UsageError(f"{path}, line {last + 1}: the log ends before any progress; is this a log of fastw2v train?")
    return RunLog(path, samples, epochs, end)


def _events(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers, from 1, and the events on the lines."""
    for number, line in byte_lines(path, "a log of fastw2v train"):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            wrong = "this is not JSON; the log is damaged, or the file is not a log"
            raise UsageError(f"{path}, line {number}: {wrong}") from None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise UsageError(f"{path}, line {number}: this is not an event of a run; is this a log of fastw2v train?")
        yield number, event


def _sample(place: str, event: dict[str, Any]) -> Sample:
    progress = _number(place, event, "progress")
    if not 0 <= progress <= 1:
        raise UsageError(f"{place}: progress is {event['progress']}: it must be from 0 to 1")
    return Sample(progress, _number(place, event, "loss"), _number(place, event, "words_per_second"))


def _epochs(place: str, event: dict[str, Any]) -> int:
    settings = event.get("settings")
    epochs = settings.get("epochs") if isinstance(settings, dict) else None
    if not isinstance(epochs, int) or isinstance(epochs, bool) or not 1 <= epochs <= MOST_EPOCHS:
        raise UsageError(f"{place}: the settings have no valid number of epochs")
    return epochs


def _number(place: str, event: dict[str, Any], name: str) -> float:
    """A number of an event; NaN for null (not measured) and for values too large to draw. Raises UsageError otherwise."""
    value = event.get(name, "missing")
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{place}: {name} is missing, or not a number")
    return float(value) if -LARGEST_DRAWN <= value <= LARGEST_DRAWN else math.nan
