"""What this process may use of the machine: cores and memory, after affinity, control groups and limits."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """The cores that this process may use: its affinity, and no more than its control group's quota."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        cores = os.cpu_count() or 1
    quota = _cgroup_cores()
    return max(1, min(cores, math.ceil(quota))) if quota else cores


def available_memory() -> int:
    """Bytes that this process may still take before the system, its control group or its own limits say no."""
    candidates = [limit for limit in (_system_memory(), _cgroup_memory(), address_space_left()) if limit is not None]
    return min(candidates, default=2**33)


def readable_bytes(size: float) -> str:
    """A size as a person would write it: 36.5 MB (decimal units)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def _cgroup_folders() -> list[Path]:
    """The control group of this process and those above it (version 2), or the root alone."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    own = next((line.split("::", 1)[1] for line in lines if line.startswith("0::")), "/")
    folder = CGROUP / own.lstrip("/")
    return [path for path in (folder, *folder.parents) if path.is_relative_to(CGROUP)]


def _numbers(path: Path) -> list[int] | None:
    """The whole numbers in a one-line system file; None where it is missing or says "max"."""
    try:
        return [int(word) for word in path.read_text().split()]
    except (OSError, ValueError):
        return None


def _cgroup_cores() -> float | None:
    quotas = [n for folder in _cgroup_folders() if (n := _numbers(folder / "cpu.max"))]
    shares = [quota / period for quota, period in quotas if period > 0]
    old_quota, old_period = _numbers(CGROUP / "cpu/cpu.cfs_quota_us"), _numbers(CGROUP / "cpu/cpu.cfs_period_us")
    if old_quota and old_period and old_quota[0] > 0:
        shares.append(old_quota[0] / old_period[0])
    return min(shares, default=None)


def _cgroup_memory() -> int | None:
    pairs = [(folder / "memory.max", folder / "memory.current", folder / "memory.stat") for folder in _cgroup_folders()]
    old = CGROUP / "memory"
    pairs.append((old / "memory.limit_in_bytes", old / "memory.usage_in_bytes", old / "memory.stat"))
    left = []
    for limit_file, used_file, stat_file in pairs:
        limit, used = _numbers(limit_file), _numbers(used_file)
        if limit and used:
            left.append(max(0, limit[0] - used[0] + _file_cache(stat_file)))
    return min(left, default=None)


def _file_cache(stat_file: Path) -> int:
    """Bytes of file cache that the control group counts as used but would give back."""
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
    except (ImportError, OSError, ValueError):
        return None
