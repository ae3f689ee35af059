"""Where and from what code figures come: commit, code, machine, versions."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

import fastw2v
from fastw2v.benchmark.environment import environment

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("llvmlite",)  # beside those that `surroundings` names
TRAINING = ("_jit", "corpus", "kernels", "model", "training")  # folders whose code training runs
NOT_MEASURED = (":!bench/results", ":!docs", ":!*.md")  # what a measurement or its tables write


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in this checkout; it fails too where git is not installed."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", f"git: {error.strerror}")


def commit() -> str:
    """The short hash of HEAD, with `+` where the checkout differs from it.

    Without git, as where a copy of the checkout is measured on another machine: $BENCH_COMMIT, or "unknown".
    """
    found = git("rev-parse", "--short", "HEAD")
    if found.returncode:
        return os.environ.get("BENCH_COMMIT", "unknown")
    changed = git("status", "--porcelain", "--", ".", *NOT_MEASURED).stdout.strip()
    return found.stdout.strip() + ("+" if changed else "")


def code_version(package: Path = Path(fastw2v.__file__).parent) -> str:
    """A short name for the code that trains, the same on every machine."""
    found = hashlib.sha256()
    for folder in TRAINING:
        for path in sorted((package / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


def machine() -> dict[str, Any]:
    """Processor, usable cores, memory in bytes, system."""
    found = environment()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": found["processor"], "cores": found["cores"], "memory": memory, "system": found["system"]}


def versions(packages: tuple[str, ...] = ()) -> dict[str, str]:
    """Of Python, fastw2v, what it needs, and other packages that are installed."""
    found: dict[str, str | None] = environment(*PACKAGES, *packages)["versions"]
    return {name: number for name, number in found.items() if number}
