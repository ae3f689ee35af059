"""Compiler options of inlined functions: optimisation and machine code are left to their callers.

Numba optimises each function together with all that it calls, generates machine code, and does all of it again in each caller.
An inlined function needs neither: it is linked unoptimised, and becomes machine code once, as part of the function that Python
calls. The blocked kernel compiles in 4.7 seconds instead of 7.3 (skip-gram, negative sampling). The skipped steps are private
methods of Numba; if one of them is missing, nothing is skipped, and compiling takes longer.
"""

import copy
from collections.abc import Callable
from typing import Any

import numba

try:
    from numba.core.codegen import JITCodeLibrary
    from numba.core.compiler import Compiler
    from numba.core.cpu import CPUContext
except ImportError:
    JITCodeLibrary = Compiler = CPUContext = object


class _LinkedLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The unoptimised code of one inlined function, for its callers to link."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True


class _InlinedCompiler(Compiler):  # type: ignore[misc]
    """Numba's compiler, without machine code and without an address for the function."""

    def compile_extra(self, function: Callable[..., Any]) -> Any:
        context = copy.copy(self.state.targetctx)
        context.get_executable = lambda *arguments: object()  # identifies the function in place of its address
        self.state.targetctx = context
        self.state.library = _LinkedLibrary(context.codegen(), function.__qualname__)
        return super().compile_extra(function)


_STEPS = (JITCodeLibrary, "_optimize_final_module"), (JITCodeLibrary, "_finalize_final_module"), (CPUContext, "get_executable")

# Before Numba 0.62 only functions optimised on their own are vectorised: the reference kernel ran at a quarter of its speed.
_KNOWN = numba.version_info.short >= (0, 62) and all(hasattr(*step) for step in _STEPS)

INLINED_OPTIONS = {"forceinline": True} | ({"pipeline_class": _InlinedCompiler} if _KNOWN else {})
