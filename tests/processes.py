"""The command line as processes, for tests that limit, stop and kill them."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


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


def wait_for(condition: Callable[[], object], seconds: float = 200) -> None:
    """Wait until it holds; fail where it does not."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()
