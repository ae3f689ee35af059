"""Files that appear whole or not at all, and temporary files that go away whatever happens."""

import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Iterator
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
    try:
        mode = _mode(path)
        if mode is not None and not stat.S_ISREG(mode):
            with open(path, "wb") as file:
                yield file
            return
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".fastw2v-{os.getpid()}-{secrets.token_hex(4)}.tmp")
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
    except (OSError, ValueError) as error:
        raise Fastw2vError(f"cannot write {path}: {reason(error)}; it was left as it was") from error


def check_writable(path: Path, role: str) -> None:
    """Refuse, before any work, an output that could not be written: a folder, or a file in a folder that is not there."""
    try:
        mode = _mode(path)
        target = Path(os.path.realpath(path))
        folder_is_there = target.parent.is_dir()
    except (OSError, ValueError) as error:
        raise UsageError(f"{role} {str(path)!r} cannot be written: {reason(error)}") from error
    if mode is not None and stat.S_ISDIR(mode):
        raise UsageError(f"{role} {path} is a folder: give the name of a file")
    if mode is not None and not stat.S_ISREG(mode):
        return  # a pipe or a device, which is written to itself
    if not folder_is_there:
        raise UsageError(f"{role} {path}: the folder {target.parent} does not exist")
    if not os.access(target.parent, os.W_OK):  # a regular file is replaced by renaming, so what counts is its folder
        raise UsageError(f"{role} {path}: no permission to write in {target.parent}")


def check_not_an_input(path: Path, role: str, inputs: Iterable[Path]) -> None:
    """Refuse an output that is also one of the files that are read."""
    if path.is_file() and any(other.exists() and path.samefile(other) for other in inputs):
        raise UsageError(f"{role} {path} is also an input: it would be overwritten; give another name")


def _mode(path: Path) -> int | None:
    """The kind and permissions of what a path leads to, None if there is nothing yet."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


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
