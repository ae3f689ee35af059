"""Differences between Linux and macOS; Windows is refused."""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

from fastw2v.errors import Fastw2vError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

AT_WORKING_FOLDER, EXCHANGE = -100, 2  # of Linux: AT_FDCWD, RENAME_EXCHANGE
SWAP = 2  # of macOS: RENAME_SWAP


def check_system() -> None:
    """Raise Fastw2vError on Windows."""
    if sys.platform == "win32":
        raise Fastw2vError("fastw2v runs on Linux and macOS: on Windows, install and run it in WSL (wsl --install)")


def core_numbers() -> set[int]:
    """The cores that this process may run on: its affinity, or all cores on systems without affinity such as macOS."""
    try:
        return os.sched_getaffinity(0)
    except AttributeError:
        return set(range(os.cpu_count() or 1))


def sync(handle: int) -> None:
    """Wait until a file or folder is on disk. Raises OSError."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:  # macOS, where fsync does not flush the disk's own cache
        with suppress(OSError):  # not on every file system
            fcntl.fcntl(handle, full)
            return
    os.fsync(handle)


def exchange_atomically(first: Path, second: Path) -> bool:
    """Exchange two names in one step. Returns False, with nothing changed, if the system cannot."""
    one, other = bytes(first.resolve()), bytes(second.resolve())
    ways = {"renameat2": (AT_WORKING_FOLDER, one, AT_WORKING_FOLDER, other, EXCHANGE), "renamex_np": (one, other, SWAP)}
    libc = ctypes.CDLL(None)
    for name, arguments in ways.items():
        call = getattr(libc, name, None)
        if call is not None and call(*arguments) == 0:
            return True
    return False
