"""What Linux and macOS do each in its own way; and Windows, on which this does not run."""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

from fastw2v.errors import Fastw2vError

try:
    import fcntl
except ImportError:  # Windows, which `check_system` refuses
    fcntl = None  # type: ignore[assignment]

AT_WORKING_FOLDER, EXCHANGE = -100, 2  # of Linux: AT_FDCWD, RENAME_EXCHANGE
SWAP = 2  # of macOS: RENAME_SWAP


def check_system() -> None:
    """Refuse Windows. Raises Fastw2vError."""
    if sys.platform == "win32":
        raise Fastw2vError("fastw2v runs on Linux and macOS: on Windows, install and run it in WSL (wsl --install)")


def core_numbers() -> set[int]:
    """The cores that this process may run on; all of them where the system binds no process to some, as macOS."""
    try:
        return os.sched_getaffinity(0)
    except AttributeError:
        return set(range(os.cpu_count() or 1))


def sync(handle: int) -> None:
    """Wait until a file or folder is on the disk. Raises OSError."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:  # macOS, where fsync leaves what was written in the disk's own cache
        with suppress(OSError):  # not every file system has it
            fcntl.fcntl(handle, full)
            return
    os.fsync(handle)


def exchange_atomically(first: Path, second: Path) -> bool:
    """Let two names change places in one step; whether the system can."""
    one, other = bytes(first.resolve()), bytes(second.resolve())
    ways = {"renameat2": (AT_WORKING_FOLDER, one, AT_WORKING_FOLDER, other, EXCHANGE), "renamex_np": (one, other, SWAP)}
    libc = ctypes.CDLL(None)
    for name, arguments in ways.items():
        call = getattr(libc, name, None)
        if call is not None and call(*arguments) == 0:
            return True
    return False
