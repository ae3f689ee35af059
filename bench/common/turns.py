"""Runs in turn: each case once, then each once more, so that a busy moment of the machine hits all alike."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from bench.common.processes import Failure
from bench.common.results import Results


class Case(NamedTuple):
    """What is measured.

    asked : what tells it from the other cases
    measure : takes the number of the run, from 1
    code : of the program that runs; a run of other code does not count
    """

    asked: dict[str, Any]
    measure: Callable[[int], dict[str, Any]]
    code: str = ""


def in_turn(results: Results, cases: Iterable[Case], runs: int) -> None:
    """Measure what the results do not hold yet. A case that fails is skipped, with a line that says why."""
    cases = list(cases)
    for number in range(1, runs + 1):
        for case in cases:
            asked = case.asked | {"run": number}
            run = results.find(asked, case.code)
            if run is None:
                try:
                    run = results.add(asked, case.measure(number), case.code)
                except Failure as failure:
                    tell(asked, {"failed": str(failure)})
                    continue
            tell(asked, run)


def tell(asked: Mapping[str, Any], run: Mapping[str, Any]) -> None:
    """One line on standard error for a run."""
    named = ", ".join(f"{name} {value}" if isinstance(value, (int, float)) else str(value) for name, value in asked.items())
    numbers = [f"{name} {value:,.4g}" for name, value in run.items() if isinstance(value, float)]
    print(f"{named}: {run.get('failed') or ', '.join(numbers)}", file=sys.stderr, flush=True)
