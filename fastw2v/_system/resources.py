"""The cores and the memory that this process may use, after affinity, control groups and limits."""

import math
import os
from pathlib import Path

from fastw2v._system.platforms import core_numbers

CGROUP = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


def usable_cores() -> int:
    """The number of cores that this process may use: its affinity, limited by its control group's quota."""
    cores = len(core_numbers())
    quota = _cgroup_cores()
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def available_memory() -> int:
    """The bytes that this process may still allocate under the limits of the system, its control group and its own."""
    candidates = [limit for limit in (_system_memory(), _cgroup_memory(), address_space_left()) if limit is not None]
    return min(candidates, default=2**33)


def readable_bytes(size: float) -> str:
    """A size in decimal units, such as "36.5 MB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def _cgroup_folders(controller: str) -> list[Path]:
    """The folders of the control groups that limit a controller ("cpu", "memory") for this process, and of their parents.

    /proc gives paths from the root of the hierarchy: one for version 2, and one for each hierarchy of version 1. Inside a
    container the paths may not exist; the container's own group is then the root.
    """
    try:
        lines = OWN_CGROUPS.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, own = line.split(":", 2)
        roots = [CGROUP / controller] if controllers else [CGROUP, CGROUP / "unified"]
        if not controllers or controller in controllers.split(","):
            for root in roots:
                folder = root / own.lstrip("/")
                found += [path for path in (folder, *folder.parents) if path.is_relative_to(root)]
    return found


def _numbers(path: Path) -> list[int] | None:
    """The whole numbers in a one-line system file; None if it is missing or holds "max"."""
    try:
        return [int(word) for word in path.read_text().split()]
    except (OSError, ValueError):
        return None


def _cgroup_cores() -> float | None:
    quotas = []
    for folder in _cgroup_folders("cpu"):
        new = _numbers(folder / "cpu.max")  # quota and period
        old = (_numbers(folder / "cpu.cfs_quota_us") or []) + (_numbers(folder / "cpu.cfs_period_us") or [])
        quotas += [pair[0] / pair[1] for pair in (new, old) if pair and len(pair) == 2 and min(pair) > 0]
    return min(quotas, default=None)


def _cgroup_memory() -> int | None:
    left = []
    for folder in _cgroup_folders("memory"):
        for limit_name, used_name in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            limit, used = _numbers(folder / limit_name), _numbers(folder / used_name)
            if limit and used:
                left.append(max(0, limit[0] - used[0] + _file_cache(folder / "memory.stat")))
    return min(left, default=None)


def _file_cache(stat_file: Path) -> int:
    """Bytes of file cache that the control group counts as used, but can reclaim."""
    try:
        table = dict(line.split() for line in stat_file.read_text().splitlines())
        return int(table.get("inactive_file", table.get("total_inactive_file", 0)))
    except (OSError, ValueError):
        return 0


def _system_memory() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def address_space_left() -> int | None:
    """Bytes left under the limit on address space (ulimit -v)."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return None
        pages = _numbers(Path("/proc/self/statm"))
        return max(0, limit - (pages[0] * resource.getpagesize() if pages else 0))
    except (ImportError, AttributeError, OSError, ValueError):
        return None
