"""Ctrl-C and SIGTERM at any moment: one line, the signal's exit code, no process left behind, the last checkpoint whole."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from helpers.processes import ENDS_WITHIN, one_line, sleeps, start, wait_for

import fastw2v
from fastw2v._system.files import TEMPORARY
from fastw2v.checkpoints.store import Store

# From the last checkpoint of a stopped run on, the disk stands still after each array.
SLOW_DISK = """
import time
from fastw2v.checkpoints import store, periodic
write_last, write = periodic.CheckpointWriter.write_last, store.write_array
def slowly(path, array):
    write(path, array)
    open({sign!r}, "w").close()
    time.sleep(1000)
def write_last_slowly(self, arrays):
    store.write_array = slowly
    return write_last(self, arrays)
periodic.CheckpointWriter.write_last = write_last_slowly
"""
# A signal when the text is opened or has been read for the so-manieth time: by counting first, then by encoding.
AT_THE_TEXT = """
import os
from fastw2v.corpus.sources import Source
calls, check = [], Source.check_unchanged
def checked(self, raw):
    calls.append(1)
    if len(calls) == {call}:
        os.kill(os.getpid(), {number})
    check(self, raw)
Source.check_unchanged = checked
"""
# A signal while an object is cleaned up, where Python drops what is raised: in the midst of importing, or at the text.
AT_A_CLEANING = """
import os, sys, time, weakref
from fastw2v.compression.reading import Reader
class Cleaned:
    pass
def clean():
    cleaned = Cleaned()
    watched = weakref.ref(cleaned, lambda _: (os.kill(os.getpid(), {number}), [None for _ in range(9)]))
    del cleaned
class Importing:
    def find_spec(self, name, path, target=None):
        if name == "{module}":
            clean()
sys.meta_path.insert(0, Importing())
read = Reader.read
def cleaning(self, size):
    clean()
    time.sleep(1000)  # the reading is not over before the signal is raised once more
    return read(self, size)
if not "{module}":
    Reader.read = cleaning
"""


def of_session(session: int) -> list[str]:
    """The processes of a session that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


def test_a_second_ctrl_c_in_the_last_checkpoint_ends_at_once_and_leaves_the_one_before(long_text: Path, tmp_path: Path) -> None:
    state, sign = tmp_path / "state", tmp_path / "sign"
    more = ("--checkpoint", state, "--checkpoint-every", "0s", "--save-on-interrupt", "--quiet")
    command = ("train", long_text, "-o", tmp_path / "v.bin", "--dim", 50, "--epochs", 1000, *more)
    process = start(*command, code=SLOW_DISK.format(sign=str(sign)))
    wait_for(lambda: state.exists() and Store(state).numbers())
    process.send_signal(signal.SIGINT)
    wait_for(sign.exists)
    assert any(state.glob(f"{TEMPORARY}*"))
    process.send_signal(signal.SIGINT)
    err = one_line(process, ENDS_WITHIN)
    assert process.returncode == 130
    assert f"fastw2v resume {state} continues the run from the previous checkpoint" in err
    assert "(stopped again); no vectors were written" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sign", "state"]
    assert len(list(state.iterdir())) == 1
    checkpoint = Store(state).read()
    assert len(checkpoint.arrays["input"]) == len(checkpoint.words)
    assert all(np.isfinite(array).all() for array in checkpoint.arrays.values() if array.dtype.kind == "f")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_a_signal_in_counting_and_in_encoding(call: int, number: int, code: int, text: Path, tmp_path: Path) -> None:
    command = ("train", text, "-o", tmp_path / "v.bin", "--dim", 16, "--quiet", "--checkpoint", tmp_path / "state")
    process = start(*command, code=AT_THE_TEXT.format(call=call, number=int(number)))
    assert one_line(process) == "fastw2v: stopped; no vectors were written\n"
    assert process.returncode == code
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_in_compiling_ends_the_processes_that_compile(number: int, text: Path, tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = ("train", text, "-o", tmp_path / "v.bin")
    process = start(*command, env=environment, start_new_session=True)
    wait_for(lambda: len(of_session(process.pid)) == 3)
    process.send_signal(number)
    err = process.communicate(timeout=ENDS_WITHIN)[1]
    assert process.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in err
    if number == signal.SIGINT:
        assert err.splitlines()[-1] == "fastw2v: stopped; no vectors were written"
    wait_for(lambda: not of_session(process.pid))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_only_commands_that_write_vectors_speak_of_them(number: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(1000)\n")
    process = start("info", tmp_path / "v.bin", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert one_line(process, ENDS_WITHIN) == "fastw2v: stopped\n"
    assert process.returncode == code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_in_importing(number: int, code: int, text: Path, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(1000)\n")
    process = start("train", text, "-o", tmp_path / "v.bin", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert one_line(process, ENDS_WITHIN) == "fastw2v: stopped; no vectors were written\n"
    assert process.returncode == code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("module", ["numba", "fastw2v.training.threads", ""])
def test_a_signal_is_not_lost_where_what_is_raised_is_dropped(
    module: str, number: int, code: int, text: Path, tmp_path: Path
) -> None:
    more = ("--dim", 16, "--epochs", 1000, "--quiet", "--checkpoint", tmp_path / "state")
    process = start(
        "train", text, "-o", tmp_path / "v.bin", *more, code=AT_A_CLEANING.format(module=module, number=int(number))
    )
    assert one_line(process) == "fastw2v: stopped; no vectors were written\n"
    assert process.returncode == code
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["pipe", "named pipe"])
def test_a_signal_while_a_pipe_is_waited_for(kind: str, tmp_path: Path) -> None:
    name = "-"
    if kind == "named pipe":
        os.mkfifo(tmp_path / "text")
        name = str(tmp_path / "text")
    reading, writing = os.pipe()
    process = start("train", name, "-o", tmp_path / "v.bin", "--quiet", stdin=reading)
    wait_for(lambda: "numba" in Path(f"/proc/{process.pid}/maps").read_text() or process.poll() is not None)
    wait_for(lambda: sleeps(process.pid) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    assert one_line(process, ENDS_WITHIN) == "fastw2v: stopped; no vectors were written\n"
    assert process.returncode == 130
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_streams_that_are_closed_from_the_start_do_not_end_a_run(closed: tuple[int, ...], text: Path, tmp_path: Path) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    process = start("train", text, "-o", tmp_path / "v.bin", "--dim", 16, preexec_fn=close)
    process.communicate(timeout=200)
    assert process.returncode == 0
    assert fastw2v.load(tmp_path / "v.bin").dim == 16
    assert start("train", tmp_path / "none", "-o", tmp_path / "x", preexec_fn=close).wait(ENDS_WITHIN) == 2


@pytest.mark.parametrize("style", [(), ("--tsv",), ("--json",)])
def test_a_full_disk_under_standard_output_is_one_line(style: tuple[str, ...], text: Path, tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        process = start("vocab", text, "-o", "/dev/stdout", stdout=full)
        assert "cannot write /dev/stdout: No space left on device" in one_line(process)
        vectors = tmp_path / "v.txt"
        vectors.write_text("2 2\na 1 0\nb 0 1\n")
        process = start("similar", vectors, "a", *style, stdout=full)
        assert one_line(process) == "fastw2v: cannot write to standard output: No space left on device\n"
        assert process.returncode == 1
