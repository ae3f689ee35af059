"""The GPU path without a GPU: ranks in the simulator, kernels through the compiler, and what is said where there is no GPU."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from helpers.command_line import Outcome
from helpers.cuda_compiler import needs_the_compiler
from helpers.mpi_processes import MPIEXEC, needs_mpi
from helpers.texts import zipf_text

import fastw2v
from fastw2v.errors import UsageError
from fastw2v.kernels.worker import Variant
from fastw2v.settings import Settings
from fastw2v.training import devices

CLI = Callable[..., Outcome]
HOPPER, VOLTA = (9, 0), (7, 0)
# Between them all parts of the kernels.
VARIANTS = [(False, 5, False, HOPPER), (True, 5, True, HOPPER), (False, 5, True, VOLTA)]


@needs_mpi
def test_several_ranks_in_the_simulator_train_one_model(tmp_path: Path) -> None:
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    text, output, log = tmp_path / "text.txt", tmp_path / "vectors.bin", tmp_path / "log"
    text.write_bytes(zipf_text(80, 12))
    tiny = "--dim 4 --window 2 --negative 1 --alpha 0.004 --min-count 1 --sample 0 --streams 1 --sync-words 20 --epochs 2"
    command = [MPIEXEC, "-n", "2", sys.executable, "-m", "fastw2v", "train", text, "-o", output, "--log", log, *tiny.split()]
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run(
        [*map(str, command), "--device", "cuda"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-5000:]
    end = json.loads(log.read_text().splitlines()[-1])
    assert end["settings"]["device"] == "cuda"
    assert len(end["rank_words_per_second"]) == 2
    assert all(rate > 0 for rate in end["rank_words_per_second"])
    assert 0.5 < end["loss"] < 2 * np.log(2) + 0.05
    assert np.isfinite(fastw2v.load(output).vectors).all()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FAKE_INIT", 100, "an NVIDIA GPU, and the driver finds none"),
        ("FAKE_INIT", 803, "an NVIDIA GPU that works; the driver says: .*MISMATCH.*"),
        ("FAKE_DRIVER", 11040, "a driver for CUDA 12 or newer, and this one is for 11.4"),
        ("FAKE_CONTEXT", 46, "an NVIDIA GPU that can be used: .*unavailable.*"),
    ],
)
def test_what_is_wrong_with_a_driver_or_a_card_is_said_in_one_line(
    fake_driver: dict[str, str], name: str, value: int, says: str
) -> None:
    command = [sys.executable, "-c", "from fastw2v.training.devices import missing; print(missing())"]
    done = subprocess.run(command, env=fake_driver | {name: str(value)}, capture_output=True, text=True, check=False)
    assert re.fullmatch(says + "\n", done.stdout), done.stdout + done.stderr


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Any:
    """numba.cuda, compiling for a GPU that is not there."""
    needs_the_compiler()
    from numba import cuda
    from numba.cuda import dispatcher

    monkeypatch.setattr(dispatcher, "get_current_device", lambda: SimpleNamespace(compute_capability=VOLTA))
    return cuda


def signatures() -> Iterator[tuple[str, Any]]:
    """What each kernel is called with."""
    from numba.cuda import types

    from fastw2v.kernels.cuda.batch import Batch
    from fastw2v.model.huffman import HuffmanTree
    from fastw2v.model.matrices import Model
    from fastw2v.model.noise import NoiseTable

    floats, rows, ints, int_rows = types.float32[::1], types.float32[:, ::1], types.int32[::1], types.int32[:, ::1]
    model = types.NamedTuple((rows, rows, rows), Model)
    batch = types.NamedTuple((int_rows, int_rows, int_rows, int_rows, int_rows, ints), Batch)
    noise = types.NamedTuple((ints, ints), NoiseTable)
    tree = types.NamedTuple((types.int64[::1], ints, types.uint8[::1]), HuffmanTree)
    chunks, key = types.int64[:, ::1], types.uint64
    yield "draw", types.void(ints, chunks, floats, noise, batch, key)
    yield "measure", types.void(model, batch, chunks, noise, tree, key, types.float64[:, ::1])
    yield "train", types.void(model, batch, tree, rows, types.float32)


def assembler() -> str | None:
    """ptxas, of the extra or of a CUDA toolkit, which may be too new for old cards."""
    nvidia = find_spec("nvidia")
    folders = [f"{folder}/cuda_nvcc/bin" for folder in (nvidia and nvidia.submodule_search_locations) or []]
    return shutil.which("ptxas", path=os.pathsep.join([*folders, os.environ["PATH"]]))


@pytest.mark.parametrize(("cbow", "negative", "hs", "capability"), VARIANTS)
def test_the_kernels_compile_for_a_gpu_and_spill_no_register(
    compiler: Any, tmp_path: Path, cbow: bool, negative: int, hs: bool, capability: tuple[int, int]
) -> None:
    from fastw2v.kernels.cuda.batch import drawing_kernel
    from fastw2v.kernels.cuda.loss import loss_kernel
    from fastw2v.kernels.cuda.plan import Plan
    from fastw2v.kernels.cuda.training import training_kernel

    plan = Plan(Variant(cbow, hs, negative, 5), 100, 16, 16, 30 if hs else 0)
    kernels = {"draw": drawing_kernel(plan), "measure": loss_kernel(plan), "train": training_kernel(plan)}
    for name, signature in signatures():
        if name != "train" and not cbow:
            continue  # once is enough
        code, _ = compiler.compile_ptx(kernels[name].py_func, signature, device=False, fastmath=True, cc=capability)
        if name == "train":
            assert "ld.global.cg" in code  # rows are read past L1
            assert "ld.shared.f32" in code
            assert not re.search(r"\bld\.f32", code)  # the compiler knows what lies in shared memory
        if ptxas := assembler():
            path = tmp_path / f"{name}.ptx"
            path.write_text(code)
            command = [ptxas, f"-arch=sm_{capability[0]}{capability[1]}", "-v", str(path), "-o", str(tmp_path / "out")]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
            assert "0 bytes spill stores" in said
            registers = int(re.findall(r"Used (\d+) registers", said)[0])
            threads = plan.lanes * plan.warps if name == "train" else plan.drawing
            assert registers * threads <= 65_536


def without_a_gpu(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line where no GPU can be seen."""
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_ENABLE_CUDASIM"}
    command = [sys.executable, "-m", "fastw2v", *map(str, arguments)]
    return subprocess.run(
        command, env=environment | {"CUDA_VISIBLE_DEVICES": "-1"}, capture_output=True, text=True, check=False
    )


def test_without_a_gpu_one_line_says_what_is_missing(text: Path, tmp_path: Path) -> None:
    done = without_a_gpu("train", text, "-o", tmp_path / "v.bin", "--device", "cuda")
    assert done.returncode == 2
    assert re.fullmatch(r"fastw2v: --device cuda needs (an NVIDIA GPU|the extra cuda: pip install).*\n", done.stderr)
    assert not list(tmp_path.iterdir())


def test_auto_trains_on_the_cpu_where_there_is_no_gpu_and_says_so(
    monkeypatch: pytest.MonkeyPatch, cli: CLI, text: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(devices, "missing", lambda: "a GPU")
    done = cli("train", text, "-o", tmp_path / "v.bin", "--device", "auto", "--dim", 8, "--epochs", 1)
    assert done.code == 0
    assert "training on the CPU, because --device cuda needs a GPU\n" in done.err
    assert fastw2v.load(tmp_path / "v.bin").dim == 8


@pytest.mark.quick
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, cli: CLI, text: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    done = cli("train", text, "-o", tmp_path / "v.bin", "--device", "cuda")
    assert done.code == 2
    assert done.err == "fastw2v: --device cuda needs the extra cuda: pip install 'fastw2v[cuda]'\n"


@pytest.mark.quick
def test_the_reference_kernel_is_the_cpus_alone() -> None:
    with pytest.raises(UsageError, match="device='cuda' needs kernel='blocked'"):
        devices.with_device(Settings(device="cuda", kernel="reference"), print)
    assert devices.with_device(Settings(device="auto", kernel="reference"), lambda text: None).device == "cpu"


def test_nothing_of_cuda_is_imported_where_no_gpu_is_asked_for(text: Path, tmp_path: Path) -> None:
    program = f"""
import sys, fastw2v
fastw2v.train({str(text)!r}, dim=8, epochs=1)
sys.exit(any(name.startswith(("numba.cuda.", "numba_cuda", "fastw2v.kernels.cuda")) for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
