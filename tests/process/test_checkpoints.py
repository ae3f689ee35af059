"""Runs that stop and go on: by themselves, by Ctrl-C, by being killed at any moment; and checkpoints that are not ours."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.checkpoint_files import newest
from helpers.command_line import Outcome
from helpers.listeners import StopAt
from helpers.processes import ENDS_WITHIN, start, wait_for
from helpers.texts import zipf_text

import fastw2v
from fastw2v._system.files import TEMPORARY, remove_leftovers, temporary_beside
from fastw2v.checkpoints import periodic
from fastw2v.checkpoints import store as store_module
from fastw2v.checkpoints.periodic import CheckpointWriter, parse_interval
from fastw2v.checkpoints.store import Checkpoint, Store
from fastw2v.checkpoints.text_description import changes
from fastw2v.errors import Fastw2vError, Interrupted, UsageError
from fastw2v.reporting.listener import Listener
from fastw2v.reporting.log import JsonLog
from fastw2v.run.pipeline import Files, resume, run
from fastw2v.settings import Settings

CLI = Callable[..., Outcome]
VARIANTS = [
    {"kernel": "blocked"},
    {"kernel": "blocked", "model": "cbow", "hs": True, "negative": 0},
    {"kernel": "reference", "hs": True},
    {"noise_exponent": -0.5, "min_alpha": 0.01},
]


def started(text: Path, output: Path, *more: object, code: str | None = None) -> subprocess.Popen[str]:
    return start("train", text, "-o", output, "--dim", 50, "--epochs", 20, *more, code=code)


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_thread_stopped_and_resumed_gives_the_same_bytes(
    long_text: Path, tmp_path: Path, variant: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Settings(dim=16, epochs=6, threads=1, **variant)  # type: ignore[arg-type]
    whole = run(str(long_text), options, Files(output=tmp_path / "whole.bin"), Listener())
    files = Files(output=tmp_path / "resumed.bin", checkpoint=tmp_path / "state", checkpoint_every=0)
    monkeypatch.setattr(periodic, "MAX_TIME_FRACTION", 1e9)  # a checkpoint at every look
    with pytest.raises(Interrupted, match="resume"):
        run(str(long_text), options, files, StopAt(0.2))
    assert not (tmp_path / "resumed.bin").exists()
    with pytest.raises(Interrupted):
        resume(tmp_path / "state", listener=StopAt(0.6))
    listener = StopAt(2)
    found = resume(tmp_path / "state", listener=listener)
    assert any("resuming at" in note for note in listener.notes)
    assert found.vectors.tobytes() == whole.vectors.tobytes()
    assert (tmp_path / "resumed.bin").read_bytes() == (tmp_path / "whole.bin").read_bytes()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_checkpoint_and_the_vectors_so_far(long_text: Path, tmp_path: Path, number: int, code: int) -> None:
    process = started(
        long_text, tmp_path / "v.bin", "--checkpoint", tmp_path / "state", "--save-on-interrupt", "--log", tmp_path / "log"
    )
    wait_for(lambda: (tmp_path / "log").exists() and (tmp_path / "log").read_text())
    process.send_signal(number)
    err = process.communicate(timeout=ENDS_WITHIN)[1]
    assert process.returncode == code
    assert err.splitlines()[-1].startswith("fastw2v: stopped at ")
    assert "fastw2v resume" in err
    assert fastw2v.load(tmp_path / "v.bin").dim == 50
    assert len(Store(tmp_path / "state").numbers()) == 1
    assert resume(tmp_path / "state").dim == 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "v.bin"]
    events = [json.loads(line)["event"] for line in (tmp_path / "log").read_text().splitlines()]
    assert events.count("end") == 1


@pytest.mark.parametrize("wanted", [True, False])
def test_python_too_gets_the_vectors_so_far_where_they_are_wanted(
    long_text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    monkeypatch.setattr("fastw2v.api.python_listener", lambda *, progress: StopAt(0.2))
    options = {"dim": 8, "epochs": 20, "output": tmp_path / "v.bin", "save_on_interrupt": wanted}
    with pytest.raises(Interrupted, match="the vectors so far are in" if wanted else "no vectors were written"):
        fastw2v.train(long_text, **options)
    assert (tmp_path / "v.bin").exists() == wanted
    if wanted:
        assert fastw2v.load(tmp_path / "v.bin").dim == 8


# The process is killed when it touches a file for the so-manieth time: between two of these times nothing on the disk changes.
KILLED_AT_A_FILE = """
import os, sys
touched, own = 0, os.getpid()
def count(event, about):
    global touched
    if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"):
        if event == "open" and not str(about[0]).startswith({folder!r}):
            return
        touched += 1
        if touched == {number}:
            os.kill(own, 9)
sys.addaudithook(count)
"""


def test_killed_at_any_moment_a_run_can_go_on_and_leaves_nothing_behind(long_text: Path, tmp_path: Path) -> None:
    moments = random.Random(1)
    state, output = tmp_path / "state", tmp_path / "v.bin"
    output.write_bytes(b"old")
    for _ in range(6):
        shutil.rmtree(state, ignore_errors=True)
        code = KILLED_AT_A_FILE.format(folder=str(tmp_path), number=moments.randint(1, 60))
        process = started(long_text, output, "--checkpoint", state, "--checkpoint-every", "0.1s", "--quiet", code=code)
        process.communicate(timeout=ENDS_WITHIN)
        assert output.read_bytes() == b"old" or len(fastw2v.load(output)) > 100
    if not (state.exists() and Store(state).numbers()):
        process = started(long_text, output, "--checkpoint", state, "--checkpoint-every", "0s", "--quiet", "--force")
        wait_for(lambda: state.exists() and Store(state).numbers())
        process.kill()
        process.communicate(timeout=ENDS_WITHIN)
    assert resume(state).dim == 50
    assert len(fastw2v.load(output)) > 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v.bin"]


def test_leftovers_of_the_dead_go_and_files_of_the_living_stay(tmp_path: Path) -> None:
    held = temporary_beside(tmp_path / "x")
    code = (
        f"import sys; from fastw2v._system.files import hold; f = open({str(held)!r}, 'wb'); hold(f.fileno()); print(); input()"
    )
    living = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert living.stdout
    living.stdout.readline()
    (tmp_path / f"{TEMPORARY}dead.tmp").write_bytes(b"half")
    (tmp_path / f"{TEMPORARY}folder.tmp").mkdir()
    (tmp_path / "mine.tmp").write_bytes(b"")
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([held.name, "mine.tmp"])
    living.communicate(b"\n", timeout=ENDS_WITHIN)
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.tmp"]


def stopped(text: Path, folder: Path, **more: object) -> Path:
    """The checkpoints of a run that was stopped half way."""
    files = Files(output=folder / "v.bin", checkpoint=folder / "state")
    options = Settings(**{"dim": 8, "epochs": 10, "threads": 2, "min_count": 1} | more)  # type: ignore[arg-type]
    with pytest.raises(Interrupted):
        run(str(text), options, files, StopAt(0.3))
    return folder / "state"


@pytest.mark.quick
def test_a_text_that_changed_is_refused_with_what_changed_unless_forced(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(zipf_text(300_000, 300))
    state = stopped(text, tmp_path)
    content = text.read_bytes()
    text.write_bytes(content + b"w1 w2 w3\n")
    with pytest.raises(UsageError, match=r"text\.txt had [0-9,]+ bytes and now has 1,\d+,\d+"):
        resume(state)
    text.write_bytes(content.replace(b"w1 ", b"w2 ", 1))
    with pytest.raises(UsageError, match="its words have changed"):
        resume(state)
    text.unlink()
    with pytest.raises(UsageError, match=r"text\.txt"):
        resume(state)
    text.write_bytes(content[: len(content) // 2])
    assert np.isfinite(resume(state, force=True).vectors).all()


def test_a_run_that_takes_the_place_of_another_is_the_only_one_to_go_on_from(long_text: Path, tmp_path: Path) -> None:
    state = stopped(long_text, tmp_path)
    first = newest(state).name
    command = ["train", long_text, "-o", tmp_path / "new.bin", "--checkpoint", state, "--min-count", 1, "--quiet"]
    process = start(*command, "--dim", 8, "--epochs", 1000, "--force")
    wait_for(lambda: not Store(state).numbers())
    process.kill()  # before its first checkpoint
    process.communicate(timeout=ENDS_WITHIN)
    aside = f"mv {state / 'earlier' / first} {state}/ brings that back"
    with pytest.raises(UsageError, match=re.escape(aside)):
        resume(state)
    (state / "earlier" / first).rename(state / first)
    assert resume(state).dim == 8
    assert not state.exists()


def test_what_was_set_aside_goes_with_the_first_checkpoint_or_the_end(text: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.prepare()
    checkpoint = Checkpoint({"n": 1}, [b"</s>"], {"a": np.arange(3)})
    for _ in range(2):
        store.write(checkpoint)
        store.set_aside()
        assert (store.numbers(), os.listdir(store.folder / "earlier")) == ([], ["000001"])
    store.set_aside()  # another run that has none either
    assert os.listdir(store.folder / "earlier") == ["000001"]
    store.write(checkpoint)
    assert os.listdir(store.folder) == ["000001"]
    run(str(text), Settings(dim=8, epochs=1), Files(checkpoint=store.folder), Listener(), force=True)
    assert not store.folder.exists()


def test_a_run_that_is_refused_sets_nothing_aside(text: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    store.prepare()
    store.write(Checkpoint({"n": 1}, [b"</s>"], {"a": np.arange(3)}))
    for corpus, output in ((tmp_path / "none", tmp_path / "v.bin"), (text, tmp_path / "none" / "v.bin"), (text, text)):
        with pytest.raises(UsageError):
            run(str(corpus), Settings(dim=8), Files(output=output, checkpoint=store.folder), Listener(), force=True)
    assert store.numbers() == [1]


@pytest.mark.quick
def test_a_checkpoint_that_is_there_is_not_overwritten_unless_forced(cli: CLI, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(zipf_text(300_000, 300))
    state = stopped(text, tmp_path)
    command = ["train", text, "-o", tmp_path / "new.bin", "--checkpoint", state, "--epochs", 1, "--quiet"]
    done = cli(*command)
    assert (done.code, done.out) == (2, "")
    assert f"there is a checkpoint in {state} of a run whose " in done.err
    assert "epochs was 10 and is 1" in done.err
    assert "dim was 8 and is 100" in done.err
    assert "window" not in done.err
    assert cli(*command, "--force").code == 0
    assert "no checkpoint" in cli("resume", tmp_path / "none").err or "cannot read" in cli("resume", tmp_path / "none").err
    refused = cli("train", "-", "-o", tmp_path / "x", "--checkpoint", tmp_path / "new")
    assert "needs a text that can be read again" in refused.err
    assert "give a time such as" in cli("train", text, "-o", tmp_path / "x", "--checkpoint-every", "soon").err


@pytest.mark.parametrize("corpus", ["none.txt", Path("-"), ["-"]])
def test_a_run_whose_text_is_refused_leaves_no_folder_of_checkpoints(
    corpus: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)  # whoever reads it fails in another way
    with pytest.raises(UsageError, match=r"No such file|needs a text that can be read again"):
        fastw2v.train(corpus, output="v.bin", checkpoint="state")  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["init", "read_vocab", "text"])
@pytest.mark.parametrize("content", [None, b"", b"\x00\xff 1 2 3\n"])
def test_a_run_that_ends_before_training_leaves_no_folder_of_checkpoints_that_it_made(
    text: Path, kind: str, content: bytes | None, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    if content is not None:
        given.write_bytes(content)
    before = os.listdir(tmp_path)
    corpus, more = (given, {}) if kind == "text" else (text, {kind: given})
    with pytest.raises(UsageError):
        fastw2v.train(corpus, dim=8, output=tmp_path / "v.bin", checkpoint=tmp_path / "state", **more)
    assert os.listdir(tmp_path) == before
    (tmp_path / "state").mkdir()
    with pytest.raises(UsageError):
        fastw2v.train(corpus, dim=8, output=tmp_path / "v.bin", checkpoint=tmp_path / "state", **more)
    assert (tmp_path / "state").is_dir()  # for it was there


def test_going_on_closes_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(zipf_text(300_000, 300))
    files = Files(checkpoint=tmp_path / "state", log=tmp_path / "log")
    with pytest.raises(Interrupted):
        run(str(text), Settings(dim=8, epochs=10), files, StopAt(0.3))
    logs: list[JsonLog] = []
    monkeypatch.setattr("fastw2v.run.pipeline.JsonLog", lambda *a, **k: logs.append(JsonLog(*a, **k)) or logs[0])
    resume(tmp_path / "state")
    assert len(logs) == 1
    assert logs[0].file is not None
    assert logs[0].file.closed


@pytest.mark.quick
def test_the_one_before_stays_until_the_new_checkpoint_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "state")
    store.prepare()
    store.write(Checkpoint({"n": 1}, [b"</s>"], {"a": np.arange(3)}))

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module, "write_array", full)
    with pytest.raises(Fastw2vError, match="No space left on device"):
        store.write(Checkpoint({"n": 2}, [b"</s>"], {"a": np.arange(3)}))
    assert store.numbers() == [1]
    assert store.read().run["n"] == 1
    assert os.listdir(tmp_path / "state") == ["000001"]


def test_training_stands_still_for_a_small_part_of_the_time(long_text: Path, tmp_path: Path) -> None:
    costs: list[float] = []
    original, write = CheckpointWriter.write_if_due, CheckpointWriter.write
    now = 0.0

    def later() -> float:
        """Each look at the clock is a tenth of a second after the one before."""
        nonlocal now
        now += 0.1
        return now

    def slowly(self: CheckpointWriter, arrays: dict[str, np.ndarray]) -> None:
        nonlocal now
        now += 2
        write(self, arrays)

    def noting(self: CheckpointWriter, *arguments: object) -> None:
        before = self.last
        original(self, *arguments)  # type: ignore[arg-type]
        if self.last != before:  # one was written
            costs.append(self.cost)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CheckpointWriter, "write_if_due", noting)
        patch.setattr(CheckpointWriter, "write", slowly)
        patch.setattr(periodic, "time", SimpleNamespace(monotonic=later))
        run(str(long_text), Settings(dim=16, epochs=30), Files(checkpoint=tmp_path / "state", checkpoint_every=0), Listener())
    # The first is written at once, and each further one only when it costs less than its part of the time since.
    assert 0 < sum(costs) <= 0.05 * now + 2 * costs[-1]


@pytest.mark.quick
def test_intervals_and_changes_are_told_as_people_do() -> None:
    assert [parse_interval(text) for text in ("90", "90s", "10m", "2h", "0.5m")] == [90, 90, 600, 7200, 30]
    for wrong in ("", "m", "soon", "-1", "nan"):
        with pytest.raises(ValueError):  # noqa: PT011
            parse_interval(wrong)
    then = {"files": [["a", 1], ["b", 2]], "ids": 5, "checksum": 7}
    assert changes(then, {"files": [["a", 3], ["c", 2]], "ids": 5, "checksum": 7}) == [
        "b is gone",
        "c is new",
        "a had 1 bytes and now has 3",
    ]
    assert changes(then, then) == []
