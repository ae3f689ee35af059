"""Texts that change, end or fail while a real process reads them: one line that names the file, and nothing is left."""

import bz2
import gzip
import lzma
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.processes import one_line, start, wait_for
from helpers.texts import zipf_text

import fastw2v
from fastw2v.checkpoints.store import Store
from fastw2v.compression.zstd import zstd
from fastw2v.errors import UsageError
from fastw2v.run.pipeline import resume

# A change to the text when it is opened or has been read for the so-manieth time: by counting first, then by encoding.
CHANGED = """
from pathlib import Path
from fastw2v.corpus.sources import Source
calls, check = [], Source.check_unchanged
def checked(self, raw):
    calls.append(1)
    if len(calls) == {call}:
        path = Path(self.path)
        path.write_bytes({change})
    check(self, raw)
Source.check_unchanged = checked
"""
# The disk fails when a piece of the text is read for the so-manieth time.
FAILING_DISK = """
import errno, os
from fastw2v.compression import reading
from fastw2v.corpus import buffers
reads, init = [], reading.Reader.__init__
buffers.text_buffers.__defaults__ = (*buffers.text_buffers.__defaults__[:1], 1 << 16, True)
class Failing:
    def __init__(self, stream):
        self.stream = stream
    def read(self, size):
        reads.append(1)
        if len(reads) == {read}:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self.stream.read(size)
reading.Reader.__init__ = lambda self, stream, *more: init(self, Failing(stream), *more)
"""


@pytest.mark.parametrize(
    ("change", "call"),
    [("path.read_bytes()[:1000]", 2), ("path.read_bytes()[:1000]", 4), ("path.read_bytes().replace(b'w1 ', b'w9 ')", 3)],
)
def test_a_text_that_changes_while_it_is_read_is_refused(change: str, call: int, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(zipf_text(20_000, 300))
    command = ("train", tmp_path / "text.txt", "-o", tmp_path / "v.bin", "--quiet", "--checkpoint", tmp_path / "state")
    process = start(*command, code=CHANGED.format(call=call, change=change))
    assert "text.txt changed while it was being read: it " in one_line(process)
    assert process.returncode == 1
    assert os.listdir(tmp_path) == ["text.txt"]


def test_a_text_that_is_cut_short_in_training_is_no_longer_needed_but_for_going_on(tmp_path: Path) -> None:
    text, state, log = tmp_path / "text.txt", tmp_path / "state", tmp_path / "log"
    text.write_bytes(zipf_text(400_000, 300))
    command = ("train", text, "-o", tmp_path / "v.bin", "--dim", 16, "--quiet", "--checkpoint", state, "--log", log)
    process = start(*command, "--epochs", 1000)
    wait_for(lambda: log.exists() and log.read_text())
    os.truncate(text, 1000)
    process.terminate()
    assert "continues the run" in one_line(process)
    assert process.returncode == 143
    with pytest.raises(
        UsageError, match=r"the text has changed since the checkpoint: .*text\.txt had [0-9,]+ bytes and now has 1,000"
    ):
        resume(state)
    assert Store(state).numbers() == [1]


@pytest.mark.parametrize(
    ("compress", "name", "cut"),
    [
        (gzip.compress, "gzip", 8),
        (bz2.compress, "bzip2", 50_000),
        (lzma.compress, "xz", 8),
        (zstd.compress, "zstd", 50_000),
    ],
)
def test_a_compressed_file_that_ends_early_is_named(
    compress: Callable[[bytes], bytes], name: str, cut: int, long_text: Path, tmp_path: Path
) -> None:
    (tmp_path / "cut").write_bytes(compress(long_text.read_bytes())[:-cut])
    process = start("train", tmp_path / "cut", "-o", tmp_path / "v.bin", "--quiet")
    assert f"cut: the {name} data are damaged or cut short" in one_line(process)
    assert process.returncode == 1
    assert os.listdir(tmp_path) == ["cut"]


@pytest.mark.parametrize("read", [5, 40])
def test_a_read_error_in_the_middle_is_named(read: int, long_text: Path, tmp_path: Path) -> None:
    assert long_text.stat().st_size > 10 << 16
    process = start("train", long_text, "-o", tmp_path / "v.bin", "--quiet", code=FAILING_DISK.format(read=read))
    assert f"cannot read {long_text}: Input/output error" in one_line(process)
    assert process.returncode == 1
    assert os.listdir(tmp_path) == []


def test_a_read_error_of_the_system_is_named(tmp_path: Path) -> None:
    process = start("train", "/proc/self/mem", "-o", tmp_path / "v.bin", "--quiet")
    assert "cannot read /proc/self/mem: Input/output error" in one_line(process)
    assert process.returncode == 1


def test_a_disk_that_fills_while_a_pipe_is_kept_is_named(long_text: Path, tmp_path: Path) -> None:
    limit = (resource.RLIMIT_FSIZE, 300_000)
    cat = subprocess.Popen(["cat", long_text], stdout=subprocess.PIPE)
    process = start("train", "-", "-o", tmp_path / "v.bin", "--quiet", limit=limit, stdin=cat.stdout)
    assert "cannot keep a copy of the text: File too large; set TMPDIR" in one_line(process)
    cat.kill()
    cat.communicate()
    assert process.returncode == 1
    assert os.listdir(tmp_path) == []


def test_a_pipe_in_place_of_a_folder_of_checkpoints_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="Not a directory"):
        resume(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("output", "more", "refusal"),
    [
        ("state", {"checkpoint": "state"}, "the output and the folder of checkpoints have the same name"),
        ("new.f2v", {"checkpoint": "new.f2v"}, "the output and the folder of checkpoints have the same name"),
        ("empty.f2v", {"checkpoint": "empty.f2v/state"}, "the folder of checkpoints .* lies in the output"),
        ("empty.f2v", {"log": "empty.f2v/log"}, "the log .* lies in the output"),
        ("full.f2v", {}, "also holds 'mine', which overwriting the model would remove"),
    ],
)
def test_an_output_that_would_take_other_files_with_it_is_refused(
    output: str, more: dict[str, str], refusal: str, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.f2v").mkdir()
    vectors = fastw2v.train(text, dim=4, epochs=1, output="full.f2v")
    Path("full.f2v", "mine").write_text("dear")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match=refusal):
        fastw2v.train(text, dim=4, epochs=1, output=output, **more)
    with pytest.raises(UsageError, match="which overwriting the model would remove"):
        vectors.save("full.f2v")
    assert sorted(tmp_path.rglob("*")) == before
