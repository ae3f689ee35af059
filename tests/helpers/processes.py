"""The command line as processes, for tests that limit, stop and kill them."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENDS_WITHIN = 150  # seconds, in which a process that was told to end has ended even on a busy machine


def start(
    *command: object, limit: tuple[int, int] | None = None, code: str | None = None, **more: Any
) -> subprocess.Popen[str]:
    """The command line as a process, with a limit on what it may take, or after some code of a test's own."""
    program = ["-c", f"{code}\nfrom fastw2v.cli import main\nmain()"] if code else ["-m", "fastw2v"]
    if limit:
        more["preexec_fn"] = lambda: resource.setrlimit(limit[0], (limit[1], limit[1]))
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, *program, *map(str, command)], text=True, **streams | more)


def one_line(process: subprocess.Popen[str], seconds: float = 200) -> str:
    """The one line with which a process ends."""
    err = process.communicate(timeout=seconds)[1]
    assert err.count("\n") == 1, err
    assert err.startswith("fastw2v: ")
    return err


def sleeps(process: int) -> bool:
    """Whether a process waits: all its threads sleep, twenty times one after the other."""
    for _ in range(20):
        try:
            stats = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/stat")]
        except OSError:  # a thread has just ended
            return False
        if any(stat.rpartition(")")[2].split()[0] != "S" for stat in stats):
            return False
        time.sleep(0.025)
    return True


def wait_for(condition: Callable[[], object], seconds: float = 200) -> None:
    """Wait until it holds; fail where it does not."""
    deadline = time.monotonic() + seconds
    while not condition():  # what holds once may not hold a moment later: a newest checkpoint takes the place of another
        assert time.monotonic() < deadline
        time.sleep(0.01)
