"""Systems other than Linux: what macOS lacks is not needed, and Windows is told of in one line."""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from helpers import HELPERS
from helpers.mpi_processes import MPIEXEC, needs_mpi
from helpers.processes import ENDS_WITHIN

from fastw2v._system import platforms
from fastw2v._system.files import check_writable, folder_written_whole, spool_folder, written_whole


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """The environment of processes without what macOS lacks."""
    prelude = tmp_path / "prelude"
    prelude.mkdir()
    shutil.copy(HELPERS / "without_linux.py", prelude / "sitecustomize.py")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(prelude), *sys.path])}


def ran(environment: dict[str, str], *command: object) -> tuple[int, str]:
    """The exit code, and all that was said."""
    done = subprocess.run([*map(str, command)], env=environment, text=True, stdout=-1, stderr=-2, timeout=200, check=False)
    return done.returncode, done.stdout


FASTW2V = sys.executable, "-m", "fastw2v"
SMALL = "--dim", 16, "--epochs", 2, "--min-count", 1


def test_what_macos_lacks_is_taken_away(elsewhere: dict[str, str]) -> None:
    program = (
        "import ctypes, os, signal; from pathlib import Path\n"
        "print(hasattr(os, 'O_DIRECT'), hasattr(signal, 'sigtimedwait'), hasattr(ctypes.CDLL(None), 'renameat2'))\n"
        "Path('/proc/meminfo').read_text()"
    )
    code, said = ran(elsewhere, sys.executable, "-c", program)
    assert code == 1
    assert said.startswith("False False False\n")
    assert "FileNotFoundError" in said


def test_a_run_needs_nothing_of_linux_alone(elsewhere: dict[str, str], text: Path, tmp_path: Path) -> None:
    vectors, folder, joined = tmp_path / "vectors.bin", tmp_path / "folder", tmp_path / "joined.txt"
    convert = "convert", vectors, folder, "--format", "folder"
    for command in (
        ("train", text, "-o", vectors, *SMALL, "--checkpoint", tmp_path / "state"),
        convert,
        convert,  # the second folder changes places with the first
        ("similar", folder, "w1"),
        ("phrases", text, "-o", joined),
    ):
        code, said = ran(elsewhere, *FASTW2V, *command)
        assert code == 0, said
        assert "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "joined.txt", "prelude", "vectors.bin"]


@needs_mpi
def test_ranks_need_nothing_of_linux_alone(elsewhere: dict[str, str], text: Path, tmp_path: Path) -> None:
    command = MPIEXEC, "-n", 2, *FASTW2V, "train", text, *SMALL, "--threads", 1, "-o"
    code, said = ran(elsewhere, *command, tmp_path / "vectors.bin")
    assert code == 0, said
    assert (tmp_path / "vectors.bin").exists()
    code, said = ran(elsewhere, *command, tmp_path / "nowhere" / "vectors.bin")
    assert code != 0
    assert said.count("fastw2v: ") == 1, said


def test_a_rank_dies_with_the_process_above_it_where_the_system_does_not_see_to_it(elsewhere: dict[str, str]) -> None:
    program = (
        "import os, signal, time; from fastw2v.distributed import supervisor; outer = os.getpid()\n"
        "supervisor.supervise(); print('here', flush=True); os.kill(outer, signal.SIGKILL); time.sleep(1000)"
    )
    environment = elsewhere | {"PMI_SIZE": "2", "PMI_RANK": "0"}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline()
    begun = time.monotonic()
    assert process.stdout.read() == b""  # which ends with the last process that could write
    assert time.monotonic() - begun < ENDS_WITHIN
    assert process.wait() == -signal.SIGKILL


def test_a_folder_that_cannot_change_places_at_once_does_so_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastw2v._system.files.exchange_atomically", lambda first, second: False)
    target = tmp_path / "folder"
    for content in ("old", "new"):
        with folder_written_whole(target) as folder:
            (folder / "file").write_text(content)
    assert (target / "file").read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_stays_where_a_step_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastw2v._system.files.exchange_atomically", lambda first, second: False)
    target, rename = tmp_path / "folder", Path.rename
    target.mkdir()
    (target / "file").write_text("old")

    def refuse(path: Path, new: Path) -> Path:
        if new == target and ".old-" not in path.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, new)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(Exception, match="it was left as it was"), folder_written_whole(target) as folder:
        (folder / "file").write_text("new")
    assert (target / "file").read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


class LibraryOfMacos:
    """The C library, with the one call that macOS changes names by."""

    def __init__(self, name: None) -> None:
        pass

    @staticmethod
    def renamex_np(first: bytes, second: bytes, flags: int) -> int:
        assert flags == 2
        aside = second + b".aside"
        os.rename(second, aside)
        os.rename(first, second)
        os.rename(aside, first)
        return 0


def test_names_change_places_by_the_call_of_macos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", LibraryOfMacos)
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.write_text("2")
    assert platforms.exchange_atomically(one, other)
    assert (one.read_text(), other.read_text()) == ("2", "1")


@pytest.mark.parametrize("file_system_has_it", [True, False])
def test_macos_is_asked_to_empty_the_disk_s_cache(
    file_system_has_it: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def control(handle: int, command: int) -> int:
        asked.append(command)
        if not file_system_has_it:
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
        return 0

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "fsync", lambda handle: asked.append("fsync"))
    with open(tmp_path / "file", "wb") as file:
        platforms.sync(file.fileno())
    assert asked == [51] + ["fsync"] * (not file_system_has_it)


def test_standard_output_is_written_to_itself_where_its_name_leads_to_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(tmp_path / "file", "wb") as file:
        output = Path(f"/dev/fd/{file.fileno()}")
        monkeypatch.setattr(os.path, "realpath", str)  # on macOS this is no link
        check_writable(output, "the output")
        assert spool_folder(output) is None
        with written_whole(output) as written:
            written.write(b"all")
    assert (tmp_path / "file").read_bytes() == b"all"
    assert len(list(tmp_path.iterdir())) == 1


ON_WINDOWS = """
import importlib, os, signal, sys
sys.argv = ["program", "train", "text.txt"]
sys.platform = "win32"
for name in ("SIGHUP", "SIGALRM", "SIGKILL", "SIGCHLD", "setitimer", "pthread_sigmask"):
    delattr(signal, name)
for name in ("fork", "geteuid", "sched_getaffinity", "sysconf", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY"):
    delattr(os, name)
sys.modules |= dict.fromkeys(("fcntl", "resource", "numba"))
"""


@pytest.mark.parametrize(
    "program",
    ["__main__", *(f"original.{name}" for name in ("word2vec", "word2phrase", "distance", "word_analogy", "compute_accuracy"))],
)
def test_windows_is_told_of_wsl_in_one_line(program: str) -> None:
    code, said = ran(
        dict(os.environ), sys.executable, "-c", f"{ON_WINDOWS}\nimportlib.import_module('fastw2v.{program}').main()"
    )
    assert code == 1
    assert said.count("\n") == 1, said
    assert "WSL" in said


def test_windows_is_told_of_wsl_by_what_python_calls() -> None:
    program = (
        f"{ON_WINDOWS}\nimport fastw2v\n"
        "try:\n    fastw2v.train('text.txt')\n"
        "except fastw2v.Fastw2vError as error:\n    print(error)"
    )
    code, said = ran(dict(os.environ), sys.executable, "-c", program)
    assert code == 0
    assert "WSL" in said
