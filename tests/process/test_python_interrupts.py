"""Ctrl-C for who calls from Python: a KeyboardInterrupt, after which the process can go on."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import fastw2v
from fastw2v._system.signals import signals_held
from fastw2v.reporting.listener import Listener
from fastw2v.run.files import Files
from fastw2v.run.pipeline import run
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress

# Ctrl-C when the so-manieth module of a library begins to be imported; then the same once more.
INTERRUPTED_IMPORT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
library, number = sys.argv[1], int(sys.argv[2])
begun = 0
def count(event, about):
    global begun
    if event == "import" and str(about[0]).split(".")[0] == library:
        begun += 1
        if begun == number:
            signal.raise_signal(signal.SIGINT)
sys.addaudithook(count)

import fastw2v
def ask():
    vectors = fastw2v.train([["a", "b", "c", "d"]] * 9, dim=4, min_count=1, epochs=1, threads=1)
    return vectors.evaluate_similarity(sys.argv[3]).known

try:
    ask()
except KeyboardInterrupt:
    print(ask())
"""


@pytest.mark.parametrize(("library", "number"), [("numba", 7), ("numba", 60), ("numba", 120), ("scipy", 60)])
def test_ctrl_c_while_a_library_is_imported_leaves_it_whole(library: str, number: int, tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text("a b 1\nc d 2\na c 3\n")
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, library, str(number), str(tmp_path / "pairs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.stdout == "3\n", done.stderr


class Pressed(Listener):
    """Presses Ctrl-C in training."""

    def training(self, progress: Progress) -> None:
        signal.raise_signal(signal.SIGINT)


def test_a_stopped_run_raises_what_is_a_keyboard_interrupt_and_no_exception(text: Path) -> None:
    settings = Settings(dim=8, epochs=10_000, threads=1)
    with pytest.raises(KeyboardInterrupt, match=r"stopped at .* of the training; no vectors were written") as stopped:
        run(str(text), settings, Files(), Pressed())
    assert isinstance(stopped.value, fastw2v.Interrupted)
    assert not isinstance(stopped.value, Exception)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_is_held_comes_after_the_block(number: int) -> None:
    def hear(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def press() -> None:
        with signals_held():
            signal.raise_signal(number)
            done.append(number)

    before, done = signal.signal(number, hear), []
    try:
        with pytest.raises(KeyboardInterrupt):
            press()
        assert done == [number]
        assert signal.getsignal(number) is hear
    finally:
        signal.signal(number, before)


def test_a_signal_that_ends_a_process_ends_it_after_the_block() -> None:
    program = """import os, signal
from fastw2v._system.signals import signals_held
with signals_held():
    os.kill(os.getpid(), 15)
    print('done', flush=True)
print('more')"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, b"done\n")


def test_what_a_callback_of_llvm_drops_comes_after_it() -> None:
    program = """
import signal, fastw2v
from numba.core.codegen import CPUCodeLibrary
signal.signal(signal.SIGINT, signal.default_int_handler)
getbuffer = CPUCodeLibrary._object_getbuffer_hook.__func__
def press(library, module):
    signal.raise_signal(signal.SIGINT)
    return getbuffer(library, module)
CPUCodeLibrary._object_getbuffer_hook = classmethod(press)
try:
    fastw2v.train([["a", "b"]] * 9, dim=4, min_count=1, threads=1)
except KeyboardInterrupt:
    print("stopped")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


def test_other_threads_hold_no_signals() -> None:
    def hold() -> None:
        with signals_held():
            seen.append(signal.getsignal(signal.SIGINT))

    seen: list[object] = []
    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


@pytest.mark.parametrize("streams", ["sys.stderr", "sys.stderr = sys.stdout = sys.stdin"])
def test_training_needs_no_console(streams: str, text: Path, tmp_path: Path) -> None:
    program = (
        f"import sys, fastw2v\n{streams} = None\nfastw2v.train({str(text)!r}, output='v.bin', log='log', dim=8, progress=True)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=os.environ, capture_output=True, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert fastw2v.load(tmp_path / "v.bin").dim == 8
