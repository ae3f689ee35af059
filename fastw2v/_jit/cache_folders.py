"""The folders of the cache of compiled code: several to read, one to write."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

NAME = "fastw2v-compiled-"
MAX_FOLDERS = 8


class Folders(NamedTuple):
    """The folders for one state of the sources and of the compiler.

    read : in the order of search
    write : one of them, for new code; None if no folder can be written
    """

    read: tuple[Path, ...]
    write: Path | None


def cache_folders(state: str, chosen: str, package: Path) -> Folders:
    """The folders of a state: in $NUMBA_CACHE_DIR alone if set, else beside the package, in the user's cache, or in a private
    temporary folder. A folder that cannot be written is still read.

    state : names the state of the sources and of the compiler
    chosen : $NUMBA_CACHE_DIR, or ""
    """
    read = []
    for parent in [Path(chosen)] if chosen else _usual_parents(package):
        with suppress(OSError, RuntimeError):  # RuntimeError for a user without a home
            own = parent.expanduser() / (NAME + state)
            writable = _create_folder(own)
            read.append(own)
            if writable:
                return Folders(tuple(read), own)
    return Folders(tuple(read), None)


def is_trusted(folder: Path) -> bool:
    """Whether only this user can still write to a folder of `cache_folders`.

    Check before each use: the system removes old temporary folders, and another user may then take the name.
    """
    return folder.parent != _private_folder() or is_private(folder.parent)


def is_private(folder: Path) -> bool:
    """Whether a path is a folder, not a link, that this user owns and nobody else can write to."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    others = stat.S_IWGRP | stat.S_IWOTH
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & others


def _usual_parents(package: Path) -> Iterator[Path]:
    yield package / "__pycache__"
    yield Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    private = _private_folder()
    if private is not None:
        with suppress(OSError):  # it probably exists
            private.mkdir(0o700)
        if is_private(private):
            yield private


def _private_folder() -> Path | None:
    """This user's folder among the temporary files; None on systems without a temporary folder or user ids."""
    with suppress(OSError):
        return Path(tempfile.gettempdir()) / f"fastw2v-{os.geteuid()}" if hasattr(os, "geteuid") else None
    return None


def _create_folder(own: Path) -> bool:
    """Create a folder unless it exists. Returns whether it can be written. Raises OSError if it cannot be created."""
    if own.is_dir():
        with suppress(OSError):
            os.utime(own)  # _delete_oldest removes the least recently used
    else:
        own.mkdir(parents=True, exist_ok=True)
        _delete_oldest(own.parent)
    return os.access(own, os.W_OK)


def _delete_oldest(parent: Path) -> None:
    """Remove all but the MAX_FOLDERS most recently used; a process that still uses a removed one creates it again."""

    def last_used(folder: Path) -> float:
        try:
            return folder.stat().st_mtime
        except OSError:  # another process has just deleted it
            return 0.0

    for folder in sorted(parent.glob(f"{NAME}*"), key=last_used)[:-MAX_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)
