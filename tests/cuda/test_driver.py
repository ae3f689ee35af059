"""The computer's side of the GPU path, on a driver without a card (fake_driver.c).

The kernels are compiled and loaded as for a card, all calls are made and checked, and nothing is learned.
"""

import ctypes
import gc
import json
import os
from pathlib import Path

import pytest

pytest.importorskip("numba_cuda", reason="needs numba-cuda")

from helpers.cuda_compiler import needs_the_compiler
from helpers.texts import zipf_text
from numba.cuda.cudadrv.driver import Event

import fastw2v
from fastw2v.errors import Fastw2vError
from fastw2v.training import gpu

pytestmark = pytest.mark.driver
WIDE = {"dim": 300, "epochs": 2, "device": "cuda", "streams": 3, "threads": 1}  # more shared memory than 48 KB


@pytest.fixture(autouse=True, scope="module")
def compiler() -> None:
    """The kernels are compiled."""
    needs_the_compiler()


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_bytes(zipf_text(60_000, 500))
    return path


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids pass through the GPU."""
    monkeypatch.setattr(gpu.Gpu, "_fits", lambda engine, card: False)


def test_shared_memory_past_48_kb_that_was_not_asked_for_would_be_refused(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comes first: a kernel keeps what it was once allowed."""
    monkeypatch.setattr(gpu, "allow_shared", lambda *arguments: None)
    with pytest.raises(Fastw2vError, match=r"the GPU failed: .* parameters"):
        fastw2v.train(words, **WIDE)


def test_a_run_keeps_the_drivers_rules_and_takes_the_memory_that_it_says(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[gpu.Memory] = []
    original = gpu.memory_needed

    def needed(*arguments: object) -> gpu.Memory:
        said.append(original(*arguments))  # type: ignore[arg-type]
        return said[-1]

    monkeypatch.setattr(gpu, "memory_needed", needed)
    taken = ctypes.c_uint64.in_dll(ctypes.CDLL("libcuda.so.1"), "most_allocated")
    gc.collect()
    gpu.the_card()  # gives back what the run before has taken
    taken.value = 0
    fastw2v.train(words, log=tmp_path / "log", checkpoint=tmp_path / "state", **WIDE)
    assert capfd.readouterr().err == ""
    (memory,) = said
    assert taken.value == pytest.approx(memory.model + memory.work + memory.ids, rel=0.01)
    end = json.loads((tmp_path / "log").read_text().splitlines()[-1])
    assert end["settings"]["device"] == "cuda"


@pytest.mark.usefixtures("passing")
def test_ids_that_pass_through_are_not_overwritten_while_copied(words: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fastw2v.train(words, **WIDE)
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("passing")
@pytest.mark.parametrize(
    ("call", "breach"),
    [("wait", "a launch does not wait for a copy"), ("synchronize", "a pinned array changed while it was copied")],
)
def test_a_wait_that_is_left_out_is_found(
    call: str, breach: str, words: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Event, call, lambda *arguments: None)
    with pytest.raises(Fastw2vError, match="the GPU failed"):
        fastw2v.train(words, **WIDE)
    assert breach in capfd.readouterr().err


def test_a_thread_without_a_context_is_found(
    words: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu, "use_card", lambda number: number)
    with pytest.raises(Fastw2vError, match="the GPU failed"):
        fastw2v.train(words, **WIDE)
    assert "no current context in this thread" in capfd.readouterr().err


def test_a_launch_that_fails_and_a_model_that_does_not_fit_are_one_line(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "FAKE_LAUNCH", "700")
    with pytest.raises(Fastw2vError, match=r"^the GPU failed: CUDAError: .*[^\n]*$"):
        fastw2v.train(words, **WIDE)
    monkeypatch.setitem(os.environ, "FAKE_FREE", "5000000")
    with pytest.raises(Fastw2vError, match=r"the GPU \(Fake GPU\) has 5.0 MB free, and training needs .* MB, 1.2 MB"):
        fastw2v.train(words, **WIDE)
