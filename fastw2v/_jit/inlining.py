"""How a piece of a kernel is compiled: as far as it goes without its callers.

Numba optimises each function with all that it calls and makes machine code of it, and then does all of this again in each of
its callers. A piece has no use for either: it is linked as it is, and becomes machine code once, as a part of what Python
calls. The blocked kernel compiles in 4.7 seconds instead of 7.3 (skip-gram, negative sampling). The steps that are left out
are methods of Numba's with no public name; where one of them is missing, nothing is left out.
"""

import copy
from collections.abc import Callable
from typing import Any

import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.cpu import CPUContext


class _LinkedLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of one piece, for others to link."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True


class _InlinedCompiler(Compiler):  # type: ignore[misc]
    """Numba's own compiler, except that what it makes has no address."""

    def compile_extra(self, function: Callable[..., Any]) -> Any:
        context = copy.copy(self.state.targetctx)
        context.get_executable = lambda *piece: object()  # what callers know the piece by, instead of its address
        self.state.targetctx = context
        self.state.library = _LinkedLibrary(context.codegen(), function.__qualname__)
        return super().compile_extra(function)


_STEPS = (JITCodeLibrary, "_optimize_final_module"), (JITCodeLibrary, "_finalize_final_module"), (CPUContext, "get_executable")

# Before 0.62 loops are vectorised only in functions optimised alone: the reference kernel ran at a quarter of its speed.
_KNOWN = numba.version_info.short >= (0, 62) and all(hasattr(*step) for step in _STEPS)

INLINED_OPTIONS = {"forceinline": True} | ({"pipeline_class": _InlinedCompiler} if _KNOWN else {})
