"""Files that appear whole or not at all, and temporary files that go away whatever happens."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from fastw2v.errors import Fastw2vError, UsageError, reason


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside `path`, and give it that name only once all of it is on the disk.

    An existing file keeps its permissions; a link is followed. What is no regular file (a pipe, /dev/stdout) is written
    directly. Raises Fastw2vError, naming the file, when it cannot be written; nothing is then left behind.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = None
    except OSError as error:
        raise Fastw2vError(f"cannot write {path}: {reason(error)}") from error
    try:
        if mode is not None and not stat.S_ISREG(mode):
            with open(path, "wb") as file:
                yield file
            return
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with open(temporary, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise Fastw2vError(f"cannot write {path}: {reason(error)}; nothing was written") from error


def check_writable(path: Path, role: str) -> None:
    """Refuse, before any work, an output that could not be written: a folder, or a file in a folder that is not there."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UsageError(f"{role} {path} is a folder: give the name of a file")
    if not target.parent.is_dir():
        raise UsageError(f"{role} {path}: the folder {target.parent} does not exist")
    # A regular file is replaced by renaming, so what counts is its folder; a pipe or a device is written to itself.
    written = target if target.exists() and not target.is_file() else target.parent
    if not os.access(written, os.W_OK):
        raise UsageError(f"{role} {path}: no permission to write to {written}")


def vanishing_file(folder: Path | None) -> IO[bytes]:
    """A temporary file without a name: the system frees it when the process ends, however it ends.

    It lies in $TMPDIR if that is set, else in `folder`, else where the system keeps temporary files.
    """
    chosen = os.environ.get("TMPDIR") or (str(folder) if folder else None)
    try:
        return tempfile.TemporaryFile(dir=chosen)
    except OSError as error:
        where = chosen or tempfile.gettempdir()
        raise Fastw2vError(f"cannot make a temporary file in {where}: {reason(error)}; set TMPDIR to another folder") from error
