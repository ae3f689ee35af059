"""The environment in which figures are measured: date, processor, cores, system, versions."""

import platform
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import fastw2v
from fastw2v._system.resources import usable_cores


def environment(*packages: str) -> dict[str, Any]:
    """The environment by name.

    packages : further packages whose versions to include; None for one that is not installed
    """
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "processor": processor(),
        "cores": usable_cores(),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {
            "fastw2v": fastw2v.__version__,
            "python": platform.python_version(),
            **{name: package_version(name) for name in ("numpy", "numba", *packages)},
        },
    }


def environment_line(found: dict[str, Any]) -> str:
    """The environment as one line."""
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items() if number)
    return f"{found['date'][:10]}, {found['processor']}, {found['cores']} cores, {found['system']}; {versions}"


def processor() -> str:
    """The model name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def package_version(name: str) -> str | None:
    """The version of a package, None if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
