"""All that is about compiling: the decorators, and the warm-up.

Kernels are compiled by Numba for the machine they run on and kept on disk (cache.py), so that only the first run waits
for the compiler.
"""

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from fastw2v._system.resources import address_space_left, readable_bytes
from fastw2v._system.signals import held_while_importing, raising_dropped_interrupts
from fastw2v.errors import Fastw2vError

# Bytes of address space: to load the compiler, which spins where it finds less, and then to compile, where it would abort.
# Compiling a kernel took 131 MB, of 461 that were taken before.
BYTES_TO_LOAD, BYTES_TO_COMPILE = 400_000_000, 250_000_000


def _check_address_space(needed: int) -> None:
    """Refuse to begin what would end in no error that can be caught. Raises Fastw2vError."""
    left = address_space_left()
    if left is not None and left < needed:
        raise Fastw2vError(
            f"the compiler needs {readable_bytes(needed)} of address space and {readable_bytes(left)} are left: "
            "raise the limit (ulimit -v)"
        )


if "numba" not in sys.modules:
    _check_address_space(BYTES_TO_LOAD)

with held_while_importing():
    import numba
    from llvmlite.binding import set_option
    from numba.core.cpu import CPUTargetOptions

    from fastw2v._jit.cache import CACHE_FOLDER as CACHE_FOLDER
    from fastw2v._jit.cache import CompiledCache, llvm_options
    from fastw2v._jit.inlining import INLINED_OPTIONS

if numba.config.DISABLE_JIT:
    raise Fastw2vError("NUMBA_DISABLE_JIT is set, and without the compiler nothing here would end: unset it")

# Reassociation, contraction to fused multiply-add, reciprocals: what the vectoriser needs. NaN and infinity keep their
# meaning ("nnan" and "ninf" are left out), so that a check for a diverged model is not compiled away.
MATH = {"fastmath": {"reassoc", "contract", "nsz", "arcp", "afn"}, "error_model": "numpy"}

# References to arrays are not counted: no function here keeps an array longer than its caller does, or makes one, which Numba
# then refuses to compile. The reference kernel runs 1.9 times as fast (skip-gram, negative sampling: 1.17 instead of 2.30 µs a
# word), and the blocked one compiles in 3.8 seconds instead of 4.7. The option is not a public one; where it is missing they
# are counted.
COMMON = {"nogil": True, "no_cfunc_wrapper": True} | ({"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {})

ROLLED = "-unroll-runtime=false"


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a loop without the GIL, kept in the on-disk cache. Integer and exact code."""
    return _cached(numba.njit(**COMMON)(function))


def compiled_math(function: Callable[..., Any]) -> Any:
    """The same for floating-point loops whose sums may be reordered."""
    return _cached(numba.njit(**MATH, **COMMON)(function))


def compiled_kernel(function: Callable[..., Any]) -> Any:
    """The same for a kernel: code that was compiled after `leave_loops_rolled` is taken from the cache before other code."""
    return _cached(numba.njit(**MATH, **COMMON)(function), ROLLED)


def inlined(function: Callable[..., Any]) -> Any:
    """The same for the pieces of a kernel: always made part of their caller; only compiled code can call them.

    A call that stays a call passes each array as seven numbers, and the blocked kernel's worker as 160.
    """
    made = numba.njit(no_cpython_wrapper=True, **MATH, **COMMON, **INLINED_OPTIONS)(function)

    def refuse(*arguments: Any) -> None:
        raise TypeError(f"{function.__name__} is a piece of compiled functions: it cannot be called from Python")

    made._insert = lambda *arguments, **more: None  # Numba would let Python call it, and crash
    made._compile_for_args = refuse
    made.get_call_template = partial(_typed_by_kind, made.get_call_template)
    return made


def _typed_by_kind(get_call_template: Callable[..., Any], arguments: Iterable[Any], keywords: dict[str, Any]) -> Any:
    """To Numba a written 0 has a type of its own, and a piece called with it is compiled once more: 0.5 s of a kernel's 5."""
    return get_call_template([numba.types.unliteral(argument) for argument in arguments], keywords)


def leave_loops_rolled() -> None:
    """From now on, in this process, compile loops whose length is unknown once, not eight times over and the rest.

    Without so many copies skip-gram trains 1.04 times as fast, on lines of 8 words 1.1 times, CBOW 1.08 times: most likely
    because they fill a core's first instruction cache. It holds for a whole process: do it in one that does nothing else.
    """
    if ROLLED not in llvm_options:  # LLVM ends the process at an option that is given twice
        llvm_options.append(ROLLED)
        set_option("fastw2v", ROLLED)


def _cached(function: Any, *wanted: str) -> Any:
    """Keep a function's code in the on-disk cache; best what was compiled with these options of LLVM's."""
    function._cache = CompiledCache(function, wanted, _recheck_cache)
    return function


def compiling_note(duration: str) -> str:
    """What to tell the user before compiling: once, unless no code can be kept.

    duration : how long it will take, in words
    """
    if CACHE_FOLDER is None:
        return f"compiling for this machine ({duration}; each run does: set NUMBA_CACHE_DIR to a folder that can be written)"
    return f"compiling for this machine (the first run only; {duration})"


class Entry(NamedTuple):
    """A compiled function and example arguments: what a run is about to call."""

    function: Any
    arguments: tuple[Any, ...]


_on_first_miss: Callable[[], None] | None = None


def prepare(entries: Iterable[Entry], before_compiling: Callable[[], None] = lambda: None) -> float:
    """Load each entry from the cache or compile it now; returns the seconds spent if any was compiled, else 0.0.

    `before_compiling` is called once, as soon as a function turns out not to be in the cache, which is then looked at again.
    """
    global _on_first_miss
    start = time.perf_counter()
    missed = False

    def note_miss() -> None:
        nonlocal missed
        missed = True
        _check_address_space(BYTES_TO_COMPILE)
        before_compiling()

    _on_first_miss = note_miss
    try:
        for function, arguments in entries:
            with raising_dropped_interrupts():
                function.compile(tuple(numba.typeof(argument) for argument in arguments))
    finally:
        _on_first_miss = None
    return time.perf_counter() - start if missed else 0.0


def _recheck_cache() -> bool:
    """What to do where a function is not in the cache; whether it may be there now."""
    global _on_first_miss
    if _on_first_miss is None:
        return False
    have_made, _on_first_miss = _on_first_miss, None
    have_made()
    return True
