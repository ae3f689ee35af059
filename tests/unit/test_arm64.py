"""Kernels on ARM64: what is compiled for it works on whole vectors, in registers."""

import importlib.util
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import HELPERS
from llvmlite import binding as llvm
from numba import njit

from fastw2v._jit.simd import store
from fastw2v.kernels import products
from fastw2v.model.matrices import aligned_zeros

pytestmark = pytest.mark.slow

PROGRAM = HELPERS / "cross_compiled.py"


@pytest.fixture
def compiled(tmp_path: Path) -> Any:
    """A function that compiles a kernel for ARM64, and returns what its loops are made of, by processor."""
    llvm.initialize_all_targets()
    try:
        llvm.Target.from_triple("aarch64-unknown-linux-gnu")
    except RuntimeError:
        pytest.skip("llvmlite was built without the AArch64 target")

    def compile_kernel(settings: str) -> dict[str, Any]:
        command = [sys.executable, PROGRAM, settings]
        environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    return compile_kernel


@pytest.mark.parametrize(
    "settings",
    [{}, {"window": 15}, {"model": "cbow"}, {"hs": True, "negative": 0}, {"model": "cbow", "hs": True, "negative": 0}],
    ids=["near", "wide", "cbow", "paths", "cbow-paths"],
)
def test_vectors_stay_in_the_registers(compiled: Any, settings: dict[str, Any]) -> None:
    # Of some forty compilations of the same code one kept vectors on the stack: then once more.
    found = faults(compiled(json.dumps(settings))) and faults(compiled(json.dumps(settings)))
    assert found == {}


def faults(processors: dict[str, Any]) -> dict[str, Any]:
    """The processors where the kernel is not all that it should be, and how it is there."""
    found = {}
    for processor, loops in processors.items():
        count, on_stack = loops["elsewhere"]
        whole = len([count for count, _ in loops["innermost"] if count >= 8]) >= 2
        if not whole or any(on_stack for _, on_stack in loops["innermost"]) or on_stack > count / 5:
            found[processor] = loops
    return found


def test_more_vectors_than_registers_would_be_seen(compiled: Any) -> None:
    for loops in compiled("crowded").values():
        ((_, on_stack),) = loops["innermost"]
        assert on_stack > 0


def test_pairs_of_rows_are_multiplied_by_eights_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    found = importlib.util.spec_from_file_location("products_on_arm64", products.__file__)
    assert found
    assert found.loader
    on_arm64 = importlib.util.module_from_spec(found)
    found.loader.exec_module(on_arm64)
    assert on_arm64.PAIR_LANES == 8

    dots_of_pairs = on_arm64.dots_of_pairs
    rows, others = np.array([0, 1, 2, 4]), np.array([3, 3, 0, 1])

    @njit
    def multiply(a: Any, b: Any, found: Any) -> None:
        store(found, 0, 0, dots_of_pairs(a, (0, 1, 2, 4), b, (3, 3, 0, 1)))

    random = np.random.default_rng(1)
    a, b, four = aligned_zeros(5, 48), aligned_zeros(5, 48), aligned_zeros(1, 4)
    a[:], b[:] = random.normal(size=a.shape), random.normal(size=b.shape)
    multiply(a, b, four)
    np.testing.assert_allclose(four[0], (a[rows] * b[others]).sum(axis=1), rtol=1e-5)
