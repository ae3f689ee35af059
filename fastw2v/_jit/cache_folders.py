"""Where compiled code is kept: folders to take it from, and one to put it in."""

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
    """For one state of the sources and of the compiler.

    read : those to look into, the first first
    write : where new code goes, one of them; None where no folder can be written
    """

    read: tuple[Path, ...]
    write: Path | None


def cache_folders(state: str, chosen: str, package: Path) -> Folders:
    """The folders of a state: in the one that the user chose, else the package's own, the user's, or a private temporary one.

    A folder that cannot be written is read all the same, for the code may be there. Where the user chose one, that is all.

    state : a name for all that every file in the folder has in common
    chosen : $NUMBA_CACHE_DIR, or ""
    """
    read = []
    for parent in [Path(chosen)] if chosen else _usual_parents(package):
        with suppress(OSError, RuntimeError):  # the latter from a user without a home
            own = parent.expanduser() / (NAME + state)
            writable = _create_folder(own)
            read.append(own)
            if writable:
                return Folders(tuple(read), own)
    return Folders(tuple(read), None)


def is_trusted(folder: Path) -> bool:
    """Whether a folder of `cache_folders` is still one that nobody else writes in.

    To be asked before each use: among the temporary files what is old is removed, and then any user can take its name.
    """
    return folder.parent != _private_folder() or is_private(folder.parent)


def is_private(folder: Path) -> bool:
    """Whether it is a real folder, no link, that belongs to this user and that nobody else can write in."""
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
        with suppress(OSError):  # it is there already, most likely
            private.mkdir(0o700)
        if is_private(private):
            yield private


def _private_folder() -> Path | None:
    """This user's folder among the temporary files; None where there is no place for these, or no users."""
    with suppress(OSError):
        return Path(tempfile.gettempdir()) / f"fastw2v-{os.geteuid()}" if hasattr(os, "geteuid") else None
    return None


def _create_folder(own: Path) -> bool:
    """Make a folder unless it is there; whether it can be written. Raises OSError where it is not there and cannot be made."""
    if own.is_dir():
        with suppress(OSError):
            os.utime(own)  # for what is deleted is what was not used for longest
    else:
        own.mkdir(parents=True, exist_ok=True)
        _delete_oldest(own.parent)
    return os.access(own, os.W_OK)


def _delete_oldest(parent: Path) -> None:
    """Of the folders of other states keep a few, for other installations. One that a process still uses is made anew by it."""

    def last_used(folder: Path) -> float:
        try:
            return folder.stat().st_mtime
        except OSError:  # another process has just deleted it
            return 0.0

    for folder in sorted(parent.glob(f"{NAME}*"), key=last_used)[:-MAX_FOLDERS]:
        shutil.rmtree(folder, ignore_errors=True)
