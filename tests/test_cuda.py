"""The GPU path without a GPU: its kernels in the simulator and through the compiler, and what is said where there is none."""

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
import test_blocked
from conftest import Outcome
from test_ranks import MPIEXEC
from texts import zipf_text

import fastw2v
from fastw2v.errors import UsageError
from fastw2v.kernels.worker import Variant
from fastw2v.settings import Settings
from fastw2v.training import devices

CLI = Callable[..., Outcome]
TESTS = Path(__file__).parent
HOPPER, VOLTA = (9, 0), (7, 0)
# Between them all parts of the kernels.
VARIANTS = [(False, 5, False, HOPPER), (True, 5, True, HOPPER), (False, 5, True, VOLTA)]


def test_in_the_simulator_the_kernels_do_what_the_formula_says_without_races_and_whole_runs_resume() -> None:
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    files = [str(TESTS / "simulated_cuda.py"), str(TESTS / "simulated_mistakes.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert done.stdout.count(".") >= 60  # none was skipped


def needs_the_compiler() -> None:
    """Skip where a library that compiles for a GPU is missing."""
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

    for library in ("nvvm", "nvrtc"):
        try:
            load_nvidia_dynamic_lib(library)
        except DynamicLibNotFoundError:
            pytest.skip(f"needs {library}: pip install 'fastw2v[cuda]'")


@pytest.mark.skipif(MPIEXEC is None or find_spec("mpi4py") is None, reason="needs the extra mpi and an MPI")
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


@pytest.fixture(scope="session")
def fake_driver(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which an NVIDIA driver is found that has no card behind it."""
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    folder = tmp_path_factory.mktemp("driver")
    command = ["cc", "-w", "-shared", "-fPIC", str(TESTS / "fake_driver.c"), "-o", str(folder / "libcuda.so.1"), "-lpthread"]
    subprocess.run(command, check=True)
    (folder / "libcuda.so").symlink_to("libcuda.so.1")
    before = {name: value for name, value in os.environ.items() if name not in ("NUMBA_ENABLE_CUDASIM", "CUDA_VISIBLE_DEVICES")}
    return before | {"LD_LIBRARY_PATH": str(folder), "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}


def test_on_a_driver_without_a_card_runs_keep_its_rules(fake_driver: dict[str, str]) -> None:
    needs_the_compiler()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TESTS / "driven_cuda.py")]
    done = subprocess.run(command, env=fake_driver, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]


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


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, cli: CLI, text: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    done = cli("train", text, "-o", tmp_path / "v.bin", "--device", "cuda")
    assert done.code == 2
    assert done.err == "fastw2v: --device cuda needs the extra cuda: pip install 'fastw2v[cuda]'\n"


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


@pytest.fixture
def card() -> None:
    """Skip where no GPU can be used."""
    lacking = devices.missing()
    if lacking:
        pytest.skip(f"needs {lacking}")


@pytest.mark.gpu
@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("in_shared", [True, False])
@pytest.mark.parametrize(("cbow", "negative", "hs"), test_blocked.VARIANTS)
def test_on_a_gpu_a_launch_moves_the_model_as_the_formula_says(cbow: bool, negative: int, hs: bool, in_shared: bool) -> None:
    from formula import block_formula
    from launches import Launches, sentences, small_model

    from fastw2v.kernels.cuda.plan import Plan
    from fastw2v.model.tables import tables

    counts, dim, block = test_blocked.COUNTS, 300, 16
    lookup = tables(counts, Settings(sample=0, negative=negative, hs=hs))
    longest = int(np.diff(lookup.tree.starts).max(initial=0))
    plan = Plan(Variant(cbow, hs, negative, 5), dim, block, 16 if negative else 0, longest, in_shared)
    model, ids = small_model(counts, negative, hs, dim), sentences([1, 40, 2, 60, 0, 30], len(counts))
    launch = Launches(plan, lookup, [[0, len(ids), 0]], ids)
    drawn = launch.drawn()
    assert list(drawn.words) == list(ids[ids > 0])
    after = launch.train(model, 0.02)
    expected = block_formula(model, drawn, plan.variant, lookup, 0.02, kind="gpu")
    for found, right, start in zip(after, expected, model):
        if right.size:
            assert np.abs(right - start).max() > 0.02
            assert np.allclose(found, right, rtol=0, atol=2e-4)


@pytest.mark.gpu
@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("cbow", "negative", "hs"), [(c, n, h) for c in (False, True) for n, h in ((5, False), (0, True), (5, True))]
)
def test_on_a_gpu_every_variant_learns_the_planted_relations(cbow: bool, negative: int, hs: bool) -> None:
    from fastw2v.demo.questions import solved_analogies
    from fastw2v.demo.text import sentences

    model = "cbow" if cbow else "skipgram"
    vectors = fastw2v.train(sentences(200_000), dim=32, epochs=8, model=model, negative=negative, hs=hs, device="cuda")
    solved, asked = np.sum(list(solved_analogies(vectors).values()), axis=0)
    assert solved / asked > 0.9
