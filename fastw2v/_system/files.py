"""Files and folders that appear whole or not at all, and temporary files that never stay behind."""

import errno
import io
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from fastw2v._system.direct_file import DirectFile
from fastw2v._system.platforms import exchange_atomically, sync
from fastw2v.errors import Fastw2vError, UsageError, reason

try:
    import fcntl
except ImportError:  # not on this system: leftovers stay
    fcntl = None  # type: ignore[assignment]

OPEN_ALREADY = "/dev/fd/"
SMALL_WRITES = 1 << 16  # bytes gathered before a write
TEMPORARY = ".fastw2v-"  # prefix of files and folders that are being written


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Write a temporary file beside `path`, and rename it once all of it is on disk.

    An existing file keeps its permissions; a link is followed. A pipe or device such as /dev/stdout is written directly. Raises
    Fastw2vError, with the name of the file, if it cannot be written; the temporary file is then removed.
    """
    try:
        mode = _mode(path)
        if mode is not None and not _is_replaced(path, mode):
            with open(path, "wb") as file:
                yield file
            return
        target = Path(os.path.realpath(path))
        remove_leftovers(target.parent)
        temporary, handle = _made_and_held(target, lambda path: os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            with DirectFile(handle) as direct:
                file = io.BufferedWriter(direct, SMALL_WRITES)
                yield file
                file.flush()
                direct.finish()
                if mode is not None:
                    os.chmod(temporary, stat.S_IMODE(mode))
                os.replace(temporary, target)  # while locked, so that no other process takes it for a leftover
            sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except Fastw2vError:
        raise
    except (OSError, ValueError) as error:
        raise Fastw2vError(f"cannot write {path}: {reason(error)}; {_unchanged(path)}") from error


def _unchanged(path: Path) -> str:
    """What has become of a file or folder that could not be written anew."""
    return "it was left as it was" if os.path.exists(path) else "it was not created"


def temporary_beside(target: Path) -> Path:
    """A new temporary name beside `target`."""
    return target.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}.tmp")


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files and folders of killed processes; those that a living process has locked stay."""
    if fcntl is None:
        return
    with suppress(OSError):
        for path in folder.glob(f"{TEMPORARY}*.tmp"):
            with suppress(OSError):
                handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if path.is_dir():
                        shutil.rmtree(path, ignore_errors=True)
                    else:
                        path.unlink(missing_ok=True)
                finally:
                    os.close(handle)


@contextmanager
def folder_written_whole(target: Path) -> Iterator[Path]:
    """Write a temporary folder beside `target`, and rename it once all of it is on disk.

    An existing folder is exchanged for it, and then removed. Raises Fastw2vError, with the name of the folder, if it cannot be
    written; the temporary folder is then removed.
    """
    temporary, handle = None, None
    try:
        remove_leftovers(target.parent)
        temporary, handle = _made_and_held(target, _new_folder)
        yield temporary
        for path in temporary.iterdir():
            with open(path, "rb") as file:
                sync(file.fileno())
        sync(handle)
        if target.exists():
            _exchange(temporary, target)
        else:
            temporary.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise Fastw2vError(f"cannot write {target}: {reason(error)}; {_unchanged(target)}") from error
    finally:
        if handle is not None:
            os.close(handle)
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _exchange(first: Path, second: Path) -> None:
    """Exchange two names, atomically if the system can. After an error both are as before."""
    if exchange_atomically(first, second):
        return
    aside = second.with_name(f"{second.name}.old-{secrets.token_hex(4)}")
    try:
        second.rename(aside)
        first.rename(second)
    finally:
        if aside.exists():
            aside.rename(first if second.exists() else second)


def _new_folder(path: Path) -> int:
    path.mkdir()
    return os.open(path, os.O_RDONLY)


def _made_and_held(target: Path, make: Callable[[Path], int]) -> tuple[Path, int]:
    """Create a temporary file or folder beside `target`. Returns it, and a handle that locks it while open.

    Between creation and locking another process may take it for a leftover and remove it; it is then created again.
    """
    while True:
        temporary = temporary_beside(target)
        handle = None
        with suppress(FileNotFoundError):
            handle = make(temporary)
            if hold(handle) and os.path.samestat(os.fstat(handle), os.stat(temporary)):
                return temporary, handle
        if handle is not None:
            os.close(handle)
        if not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def hold(handle: int) -> bool:
    """Lock a file or folder for as long as it is open. Returns False if another process has locked it."""
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks on this file system, so no process removes leftovers either
        return True
    return True


def sync_folder(folder: Path) -> None:
    """Wait until new names in a folder are on disk."""
    with suppress(OSError):  # some file systems cannot sync folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            sync(handle)
        finally:
            os.close(handle)


def check_writable(path: Path, role: str) -> None:
    """Raise UsageError, before any work, if an output file cannot be written.

    role : what the file is, for messages, such as "the output"
    """
    try:
        mode = _mode(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{role} {str(path)!r} cannot be written: {reason(error)}") from error
    if mode is not None and stat.S_ISDIR(mode):
        raise UsageError(f"{role} {path} is a folder: give the name of a file")
    if mode is None or _is_replaced(path, mode):
        check_folder_around(path, f"{role} {path}")


def check_folder_around(path: Path, named: str) -> None:
    """Raise UsageError if the folder around a new file does not exist or cannot be written.

    named : the file and its role, for messages
    """
    try:
        around = Path(os.path.realpath(path)).parent
        is_there = around.is_dir()
    except (OSError, ValueError) as error:
        raise UsageError(f"{named!r} cannot be written: {reason(error)}") from error
    if not is_there:
        raise UsageError(f"{named}: the folder {around} does not exist")
    if not os.access(around, os.W_OK):
        raise UsageError(f"{named}: no permission to write in {around}")


def check_not_an_input(path: Path, role: str, inputs: Iterable[Path]) -> None:
    """Raise UsageError if an output is also one of the input files."""
    if path.is_file() and any(other.exists() and path.samefile(other) for other in inputs):
        raise UsageError(f"{role} {path} is also an input: it would be overwritten; give another name")


def is_file_name(value: object) -> bool:
    """Whether a value is a str that can name a file."""
    try:
        return isinstance(value, str) and value != "" and b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        return False


def _mode(path: Path) -> int | None:
    """The st_mode of what a path leads to; None if nothing is there."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _is_replaced(path: Path, mode: int) -> bool:
    """Whether a new file replaces what is there: not a pipe or a device, nor a file that is already open.

    With standard output redirected to a file, /dev/stdout leads to that file on Linux, and to /dev/fd/1 on macOS.
    """
    return stat.S_ISREG(mode) and not os.path.realpath(path).startswith(OPEN_ALREADY)


def spool_folder(output: Path | None) -> Path | None:
    """The folder for a run's temporary files: the one around its output; None if that is a pipe or a device."""
    if output is None or (output.exists() and not output.is_dir() and not _is_replaced(output, output.stat().st_mode)):
        return None
    return Path(os.path.realpath(output)).parent


def unnamed_temporary_file(folder: Path | None) -> IO[bytes]:
    """A temporary file without a name, which the system frees when the process ends, even if it is killed.

    It is in $TMPDIR if that is set, else in `folder`, else in the system's temporary folder. Raises Fastw2vError.
    """
    chosen = os.environ.get("TMPDIR") or (str(folder) if folder else None)
    try:
        return tempfile.TemporaryFile(dir=chosen)
    except OSError as error:
        where = chosen or tempfile.gettempdir()
        raise Fastw2vError(f"cannot make a temporary file in {where}: {reason(error)}; set TMPDIR to another folder") from error
