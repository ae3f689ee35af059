"""Runs of several ranks under mpiexec, and their processes."""

import importlib.util
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fastw2v.distributed.supervisor import LAUNCHERS, WITNESS
from helpers.processes import ENDS_WITHIN

BESIDE = Path(sys.executable).with_name("mpiexec")
MPIEXEC = str(BESIDE) if BESIDE.exists() else shutil.which("mpiexec")
needs_mpi = pytest.mark.skipif(
    MPIEXEC is None or importlib.util.find_spec("mpi4py") is None, reason="needs the extra mpi and an MPI: mpiexec, mpi4py"
)


def start(ranks: int, *arguments: object, **more: Any) -> subprocess.Popen[str]:
    command = [MPIEXEC, "-n", ranks, sys.executable, "-m", "fastw2v", *arguments]
    return subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True, **more)


def ran(ranks: int, *arguments: object) -> tuple[int, str]:
    process = start(ranks, *arguments)
    _, err = process.communicate(timeout=ENDS_WITHIN)
    return process.returncode, err


def our_lines(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("fastw2v:")]


def has_checkpoint(folder: Path) -> bool:
    return any(folder.glob("[0-9]*"))


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])


def working_processes(argument: str) -> list[int]:
    """The processes of ranks, and not those that wait for them or for these, with an argument."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().split(b"\0")
            launcher = str(MPIEXEC).encode() in command or Path(command[0].decode()).name in LAUNCHERS
            witness = (folder / "comm").read_bytes().strip() == WITNESS
            if argument.encode() in command and b"fastw2v" in command and not launcher and not witness:
                found[int(folder.name)] = parent(int(folder.name))
    return [process for process, parent in found.items() if parent in found]
