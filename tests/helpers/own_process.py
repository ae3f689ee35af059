"""Tests that need a process of their own, in another environment: collected and reported here, run there.

All tests of a module that were asked for run in one process once the first of them is due, and each has its own outcome.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

OUTCOMES = "FASTW2V_TEST_OUTCOMES"  # the file in which such a process writes what became of its tests
Environment = dict[str, str]


def is_own_process() -> bool:
    """Whether this is a process in which such tests run."""
    return OUTCOMES in os.environ


def write_outcome(report: pytest.TestReport) -> None:
    """Tell the process that waits what became of a test's setup, call or teardown."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    with open(os.environ[OUTCOMES], "a") as file:
        file.write(json.dumps([report.nodeid, report.when, report.outcome, reason]) + "\n")


class Failed(Exception):
    """A test failed in its own process; the message is its traceback there."""


class OwnProcessItem(pytest.Item):
    """Stands for a test that runs in a process of its own."""

    def __init__(self, *, item: pytest.Item, environment: Callable[[], Environment], **more: Any) -> None:
        super().__init__(**more)
        self.item, self.environment = item, environment
        self.own_markers = [*item.own_markers]
        self.keywords.update(item.keywords)
        self.add_marker(pytest.mark.xdist_group(item.path.stem))  # one worker has all tests of a module
        self.add_marker(pytest.mark.timeout(1200))  # the first test waits for all

    def runtest(self) -> None:
        """Ask what became of the test, and run its module if it has yet to."""
        outcomes, output = run_module(self.session, self.path, self.environment)
        found = outcomes.get(self.item.nodeid, {})
        for outcome, reason in found.values():
            if outcome == "failed":
                raise Failed(reason)
            if outcome == "skipped":
                pytest.skip(reason.removeprefix("Skipped: "))
        if "teardown" not in found:
            raise Failed(f"the process ended before this test did:\n{output}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The traceback of the other process alone."""
        return str(excinfo.value) if isinstance(excinfo.value, Failed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> Any:
        """Where the test stands."""
        return self.item.reportinfo()


@cache
def run_module(
    session: pytest.Session, path: Path, environment: Callable[[], Environment]
) -> tuple[dict[str, dict[str, tuple[str, str]]], str]:
    """Run the tests of a module that were asked for.

    Returns for each test its outcome and the reason, by "setup", "call" and "teardown", and the end of the output.
    """
    asked = [item.item.nodeid for item in session.items if isinstance(item, OwnProcessItem) and item.path == path]
    root = session.config.rootpath
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={root}", *asked]
    outcomes: dict[str, dict[str, tuple[str, str]]] = {}
    with TemporaryDirectory() as folder:
        file = Path(folder, "outcomes")
        file.touch()
        made = environment() | {OUTCOMES: str(file)}
        done = subprocess.run(command, env=made, cwd=root, capture_output=True, text=True, check=False)
        for line in file.read_text().splitlines():
            test, when, outcome, reason = json.loads(line)
            outcomes.setdefault(test, {})[when] = outcome, reason
    return outcomes, (done.stdout + done.stderr)[-5000:]
