"""The compiler for GPUs, which needs no GPU."""

import pytest


def needs_the_compiler() -> None:
    """Skip where a library that compiles for a GPU is missing."""
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

    for library in ("nvvm", "nvrtc"):
        try:
            load_nvidia_dynamic_lib(library)
        except DynamicLibNotFoundError:
            pytest.skip(f"needs {library}: pip install 'fastw2v[cuda]'")
