"""Where the tests of the GPU's path run: in the CUDA simulator, on a driver without a card, or here."""

import os
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from helpers import HELPERS
from helpers.own_process import Environment, OwnProcessItem, is_own_process, write_outcome


def simulator() -> Environment:
    """An environment in which Numba runs kernels in its CUDA simulator."""
    return os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}


@cache
def driver_folder() -> "TemporaryDirectory[str]":
    """A folder with an NVIDIA driver that has no card behind it: fake_driver.c."""
    folder = TemporaryDirectory(prefix="driver-")
    library = Path(folder.name, "libcuda.so.1")
    subprocess.run(["cc", "-w", "-shared", "-fPIC", HELPERS / "fake_driver.c", "-o", library, "-lpthread"], check=True)
    library.with_name("libcuda.so").symlink_to(library.name)
    return folder


def driver() -> Environment:
    """An environment in which that driver is found."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_ENABLE_CUDASIM", "CUDA_VISIBLE_DEVICES")}
    return kept | {"LD_LIBRARY_PATH": driver_folder().name}


ENVIRONMENTS = {"simulator": simulator, "driver": driver}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that need another environment run in a process that has it."""
    if is_own_process():
        return
    for number, item in enumerate(items):
        for name, environment in ENVIRONMENTS.items():
            if item.get_closest_marker(name):
                items[number] = OwnProcessItem.from_parent(item.parent, name=item.name, item=item, environment=environment)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In such a process: tell what became of a test."""
    if is_own_process():
        write_outcome(report)


@pytest.fixture
def fake_driver() -> Environment:
    """The environment in which an NVIDIA driver is found that has no card behind it."""
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    return driver()
