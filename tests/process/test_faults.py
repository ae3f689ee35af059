"""What goes wrong in the night, made to happen to real processes: each ends in one line, and leaves old or new files, whole."""

import errno
import itertools
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from helpers.processes import ENDS_WITHIN, one_line, start, wait_for
from hypothesis import given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v._system import direct_file
from fastw2v._system import files as files_module
from fastw2v._system.array_folder import read_array, write_array
from fastw2v._system.files import TEMPORARY, remove_leftovers, written_whole
from fastw2v.checkpoints.store import Checkpoint, Store
from fastw2v.corpus.id_stream import IdStream
from fastw2v.errors import Interrupted, UsageError
from fastw2v.model.matrices import aligned_zeros, new_model
from fastw2v.model.tables import tables
from fastw2v.reporting.listener import Listener
from fastw2v.reporting.log import JsonLog
from fastw2v.run.pipeline import Files, resume, run
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress
from fastw2v.training.state import captured
from fastw2v.training.threads import Threads
from fastw2v.training.trainer import Trainer

SMALL = ("--dim", 50, "--epochs", 20)
ALWAYS = ("--checkpoint-every", "0s")


def test_a_disk_that_fills_in_saving_leaves_the_old_file_and_a_checkpoint(long_text: Path, tmp_path: Path) -> None:
    output = tmp_path / "v.bin"
    output.write_bytes(b"old")
    limit = (resource.RLIMIT_FSIZE, 300_000)
    process = start("train", long_text, "-o", output, "--dim", 50, "--epochs", 1, "--quiet", limit=limit)
    assert "cannot write" in (err := one_line(process))
    assert "File too large; it was left as it was" in err
    assert process.returncode == 1
    assert output.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["v.bin"]


def test_a_disk_that_fills_in_encoding_is_named(long_text: Path, tmp_path: Path) -> None:
    limit = (resource.RLIMIT_FSIZE, 300_000)
    command = ("train", long_text, "-o", tmp_path / "v.bin", *SMALL, "--quiet", "--memory", "1M")
    process = start(*command, limit=limit)
    assert "word ids in a temporary file (File too large after" in one_line(process)
    assert os.listdir(tmp_path) == []


def test_a_disk_that_fills_in_checkpointing_does_not_end_the_run(long_text: Path, tmp_path: Path) -> None:
    limit = (resource.RLIMIT_FSIZE, 300_000)
    more = ("--checkpoint", tmp_path / "state", "--checkpoint-every", "0s")
    process = start("train", long_text, "-o", "/dev/null", "--dim", 50, "--epochs", 5, *more, limit=limit)
    err = process.communicate(timeout=200)[1]
    assert process.returncode == 0
    assert "training continues without a new checkpoint: cannot write" in err
    assert "File too large" in err


def test_an_output_folder_that_disappears_costs_nothing_where_there_are_checkpoints(long_text: Path, tmp_path: Path) -> None:
    folder, state = tmp_path / "out", tmp_path / "state"
    folder.mkdir()
    log = tmp_path / "log"
    command = ("train", long_text, "-o", folder / "v.bin", *SMALL, "--quiet", "--checkpoint", state, "--log", log)
    process = start(*command)
    wait_for(lambda: log.exists() and log.read_text())
    folder.rmdir()
    err = one_line(process)
    assert f"cannot write {folder / 'v.bin'}: No such file or directory" in err
    assert f"fastw2v resume {state} continues the run" in err
    folder.mkdir()
    resumed: list[float] = []

    class Shares(Listener):
        def training(self, progress: Progress) -> None:
            resumed.append(progress.share)

    resume(state, listener=Shares())
    assert min(resumed) == 1
    assert fastw2v.load(folder / "v.bin").dim == 50


def test_a_folder_of_checkpoints_that_disappears_does_not_end_the_run(long_text: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    log = tmp_path / "log"
    more = ("--checkpoint", tmp_path / "a" / "state", "--checkpoint-every", "0.1s", "--log", log)
    process = start("train", long_text, "-o", tmp_path / "v.bin", *SMALL, *more)
    wait_for(lambda: log.exists() and log.read_text())
    (tmp_path / "a").rename(tmp_path / "b")
    err = process.communicate(timeout=200)[1]
    assert process.returncode == 0
    assert "training continues without a new checkpoint" in err
    assert fastw2v.load(tmp_path / "v.bin").dim == 50


@pytest.mark.parametrize("size", [200_000_000, 500_000_000])
def test_memory_that_runs_out_ends_in_one_line_that_says_what_was_needed(long_text: Path, tmp_path: Path, size: int) -> None:
    command = ("train", long_text, "-o", tmp_path / "v.bin", "--quiet", "--dim", 60_000)
    err = one_line(start(*command, limit=(resource.RLIMIT_AS, size)))
    assert "the compiler needs" in err or "the model needs" in err or "Unable to allocate" in err
    assert os.listdir(tmp_path) == []


def test_too_little_memory_to_compile_in_is_one_line(text: Path, tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = ("train", text, "-o", tmp_path / "v.bin", "--quiet", "--threads", 2)
    err = one_line(start(*command, limit=(resource.RLIMIT_AS, 575_000_000), env=environment))
    assert re.search(r"the compiler needs \d+\.0 MB of address space and \d+\.\d MB are left", err)
    assert not (tmp_path / "v.bin").exists()


@pytest.mark.parametrize("alpha", ["nan", "inf", "-1", "1e300"])
def test_a_learning_rate_that_is_none_is_refused(long_text: Path, tmp_path: Path, alpha: str) -> None:
    assert "alpha is" in one_line(start("train", long_text, "-o", tmp_path / "v.bin", f"--alpha={alpha}"))


def test_two_runs_cannot_share_a_folder_of_checkpoints(long_text: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = start(
        "train", long_text, "-o", tmp_path / "a.bin", *SMALL, "--epochs", 1000, "--quiet", "--checkpoint", state, *ALWAYS
    )
    wait_for(lambda: state.exists() and Store(state).numbers())
    assert "another run has its checkpoints in" in one_line(
        start("train", long_text, "-o", tmp_path / "b.bin", "--checkpoint", state, "--force", "--quiet")
    )
    assert "another run has its checkpoints in" in one_line(start("resume", state))
    first.kill()
    first.communicate(timeout=ENDS_WITHIN)


def test_a_signal_while_saving_leaves_a_checkpoint(long_text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    files = Files(output=tmp_path / "v.bin", checkpoint=tmp_path / "state")
    monkeypatch.setattr("fastw2v.run.finish.save", stopped)
    with pytest.raises(
        Interrupted, match=r"stopped while the vectors were being written; fastw2v\.resume\(.*\) continues the run"
    ):
        run(str(long_text), Settings(dim=8, epochs=1), files, Listener())
    monkeypatch.undo()
    resume(tmp_path / "state")
    assert fastw2v.load(tmp_path / "v.bin").dim == 8


def press_ctrl_c(trainer: Trainer) -> None:
    """Once training is on its way."""
    wait_for(lambda: trainer.words_done > 20_000)
    os.kill(os.getpid(), signal.SIGINT)


def test_once_stopped_by_a_signal_no_thread_trains_any_longer() -> None:
    ids = IdStream(memory=2**30)
    ids.append(np.random.default_rng(1).integers(0, 100, 300_000).astype(np.int32))
    ids.finish()
    counts = np.full(100, 3000, np.int64)
    settings = Settings(dim=16, epochs=100_000, threads=2)
    for _ in range(4):
        model = new_model(100, settings)
        trainer = Trainer(Threads(ids, model, tables(counts, settings), settings), settings)
        presses = threading.Thread(target=press_ctrl_c, args=(trainer,))
        presses.start()
        before = set(threading.enumerate())
        with pytest.raises(Interrupted):
            trainer.run(lambda progress: None, every=5)
        then = {name: array.copy() for name, array in captured(trainer).items()}
        for thread in set(threading.enumerate()) - before:
            thread.join()
        for name, array in captured(trainer).items():
            assert array.tobytes() == then[name].tobytes()


def test_what_was_taken_for_a_leftover_before_it_was_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = files_module.hold, []

    def late(handle: int) -> bool:
        calls.append(handle)
        if len(calls) == 1:
            remove_leftovers(tmp_path)
        return original(handle)

    monkeypatch.setattr(files_module, "hold", late)
    with written_whole(tmp_path / "x") as file:
        remove_leftovers(tmp_path)
        file.write(b"all of it")
    assert len(calls) == 2
    assert (tmp_path / "x").read_bytes() == b"all of it"
    assert os.listdir(tmp_path) == ["x"]


def test_leftovers_go_when_the_next_run_starts(tmp_path: Path) -> None:
    (tmp_path / f"{TEMPORARY}1-a.tmp").write_bytes(b"half")
    with pytest.raises(UsageError, match="No such file"):
        run(str(tmp_path / "none"), Settings(), Files(output=tmp_path / "v.bin"), Listener())
    assert os.listdir(tmp_path) == []


def test_the_one_before_stays_where_any_array_of_a_new_checkpoint_is_no_number(long_text: Path, tmp_path: Path) -> None:
    class Spoils(Listener):
        notes: list[str] = []  # noqa: RUF012

        def note(self, text: str) -> None:
            self.notes.append(text)

    store = Store(tmp_path / "state")
    listener = Spoils()
    with pytest.MonkeyPatch.context() as patch:
        original = captured
        patch.setattr(
            "fastw2v.checkpoints.periodic.captured",
            lambda trainer: original(trainer) | {"losses": np.full((2, 8), np.nan)},
        )
        files = Files(checkpoint=tmp_path / "state", checkpoint_every=0)
        run(str(long_text), Settings(dim=8, epochs=3), files, listener)
    assert any("losses holds NaN or infinity" in note for note in listener.notes)
    assert not store.folder.exists()


def test_hostile_names_and_archives_in_a_folder_of_checkpoints_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.prepare()
    store.write(Checkpoint({"n": 1}, [b"</s>"], {"a": np.arange(3)}))
    (store.folder / "²²²²²²").mkdir()
    assert store.numbers() == [1]
    np.savez(tmp_path / "several.npz", a=np.arange(3))
    (tmp_path / "several.npz").rename(store.folder / "000001" / "a.npy")
    with pytest.raises(UsageError, match="it is not what was written there"):
        store.read()
    with pytest.raises(UsageError, match="it is not an array"):
        read_array(store.folder / "000001" / "a.npy")


def test_a_copied_checkpoint_is_refused_with_what_it_would_write(long_text: Path, tmp_path: Path) -> None:
    class Stops(Listener):
        def training(self, progress: Progress) -> None:
            raise KeyboardInterrupt

    files = Files(output=tmp_path / "v.bin", checkpoint=tmp_path / "state")
    with pytest.raises(Interrupted):
        run(str(long_text), Settings(dim=8), files, Stops())
    subprocess.run(["cp", "-r", tmp_path / "state", tmp_path / "copy"], check=True)
    with pytest.raises(
        UsageError, match=r"copied from elsewhere; resuming it reads .*text\.txt and writes .*v\.bin: force=True"
    ):
        resume(tmp_path / "copy")
    assert not (tmp_path / "v.bin").exists()


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (0, 3), (7,), (2**20, 8)])
def test_numpy_reads_the_arrays_that_were_written(
    shape: tuple[int, ...], direct: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not direct:
        monkeypatch.setattr(direct_file, "DIRECT", 0)
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    for form in (array, array[:, :2] if array.ndim == 2 else array[::2]):
        write_array(tmp_path / "a.npy", form)
        found = np.load(tmp_path / "a.npy", mmap_mode="r" if form.size else None)
        assert found.dtype == form.dtype
        assert found.shape == form.shape
        assert found.tobytes() == form.tobytes()


@given(
    sizes=st.lists(st.integers(0, 40_000), max_size=8),
    at_a_block=st.booleans(),
    refused_after=st.none() | st.integers(0, 100_000),
    how=st.sampled_from(["not at all", "cut short"]),
)
@settings(deadline=None)
def test_a_file_holds_what_was_written_to_it_though_the_disk_refuses_direct_writing(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], at_a_block: bool, refused_after: int | None, how: str
) -> None:
    path, write = tmp_path_factory.getbasetemp() / "direct", os.write
    data = aligned_zeros(40_000, 16, 4096 if at_a_block else 64).view(np.uint8).reshape(-1)
    data[:] = np.random.default_rng(1).integers(0, 256, len(data))

    def refusing(handle: int, piece: memoryview) -> int:
        if refused_after is None or not file.direct or file.written < refused_after:
            return write(handle, piece)
        if how == "cut short":
            return write(handle, piece[: len(piece) // 2 // 512 * 512])
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct_file, "BUFFER_BYTES", 8192)
        patch.setattr(os, "write", refusing)
        with direct_file.DirectFile(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)) as file:
            ends = np.cumsum([0, *sizes])
            for start, end in itertools.pairwise(ends):
                file.write(data[start:end].data)
            assert file.tell() == ends[-1]
            file.finish()
    assert path.read_bytes() == data[: ends[-1]].tobytes()


def test_the_disk_is_waited_for_in_pieces_so_that_a_signal_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [0]
    monkeypatch.setattr(direct_file, "DIRECT", 0)
    monkeypatch.setattr(direct_file, "BUFFER_BYTES", 1 << 16)
    monkeypatch.setattr(direct_file, "SYNC_BYTES", 1 << 18)
    monkeypatch.setattr(os, "fsync", lambda handle: sizes.append(os.fstat(handle).st_size))
    write_array(tmp_path / "a.npy", np.zeros((5000, 100), np.float32))
    steps = np.diff([*sizes, (tmp_path / "a.npy").stat().st_size])
    assert len(steps) > 5
    assert steps.max() < 2 * (1 << 18)


def test_a_display_that_cannot_be_written_does_not_end_a_run(long_text: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fastw2v", "train", str(long_text), "-o", str(tmp_path / "v.bin"), "--epochs", "1"]
    with open("/dev/full", "wb", buffering=0) as full:
        assert subprocess.run(command, stderr=full, check=False).returncode == 0
    assert fastw2v.load(tmp_path / "v.bin").dim == 100


def test_a_line_of_the_log_that_was_cut_goes_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('{"event": "progress"}\n{"event": "pro')
    log = JsonLog(path, append=True)
    log.training(Progress(1, 1, 1, 2, 1.0, 1.0, 0.1, 1.0))
    log.close()
    lines = path.read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith('{"event": "progress", "epoch": 1')
