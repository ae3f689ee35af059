"""The decorators of compiled functions, and the warm-up.

Numba compiles kernels for the machine they run on. The code is cached on disk (cache.py), so that only the first run waits for
the compiler.
"""

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from fastw2v._system.resources import address_space_left, readable_bytes
from fastw2v._system.signals import held_while_importing, raising_dropped_interrupts
from fastw2v.errors import Fastw2vError

# Bytes of address space to load the compiler, which loops forever with less, and to compile, which aborts with less.
# Compiling a kernel took 221 MB, SciPy's import among them, after 334 MB for the process before.
BYTES_TO_LOAD, BYTES_TO_COMPILE = 400_000_000, 250_000_000


def _check_address_space(needed: int) -> None:
    """Raise Fastw2vError before the compiler fails in a way that cannot be caught."""
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

    from fastw2v._jit.cache import CACHE_FOLDER as CACHE_FOLDER
    from fastw2v._jit.cache import CompiledCache, llvm_options
    from fastw2v._jit.inlining import INLINED_OPTIONS

if numba.config.DISABLE_JIT:
    raise Fastw2vError("NUMBA_DISABLE_JIT is set: fastw2v needs the compiler; unset it")

# Reassociation, contraction to fused multiply-add, reciprocals: the vectoriser needs them. NaN and infinity keep their meaning
# (no "nnan", no "ninf"), so that checks for a diverged model are not compiled away.
MATH = {"fastmath": {"reassoc", "contract", "nsz", "arcp", "afn"}, "error_model": "numpy"}

# No reference counting of arrays: no function here keeps an array longer than its caller, or allocates one, which Numba then
# refuses to compile. The reference kernel takes 1.17 instead of 2.30 µs a word (skip-gram, negative sampling), and the blocked
# kernel compiles in 3.8 seconds instead of 4.7. The option "_nrt" is private to Numba; without it references are counted.
_TARGET_OPTIONS = getattr(getattr(numba.core, "cpu", None), "CPUTargetOptions", None)
COMMON = {"nogil": True, "no_cfunc_wrapper": True} | ({"_nrt": False} if hasattr(_TARGET_OPTIONS, "_nrt") else {})

ROLLED = "-unroll-runtime=false"


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that releases the GIL, with exact arithmetic, and cache its code on disk."""
    return _cached(numba.njit(**COMMON)(function))


def compiled_math(function: Callable[..., Any]) -> Any:
    """As `compiled`, for floating-point loops whose sums may be reordered."""
    return _cached(numba.njit(**MATH, **COMMON)(function))


def compiled_kernel(function: Callable[..., Any]) -> Any:
    """As `compiled_math`, for a kernel: code compiled after `leave_loops_rolled` is preferred in the cache."""
    return _cached(numba.njit(**MATH, **COMMON)(function), ROLLED)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a part of a kernel that is always inlined in its callers; only compiled code can call it.

    A call that is not inlined passes each array as seven numbers, and the blocked kernel's worker as 160.
    """
    made = numba.njit(no_cpython_wrapper=True, **MATH, **COMMON, **INLINED_OPTIONS)(function)

    def refuse(*arguments: Any) -> None:
        raise TypeError(f"{function.__name__} is inlined in compiled functions: it cannot be called from Python")

    # All three are private to Numba. Without the first two, a call from Python crashes where it should be refused; without the
    # third, a literal argument compiles the function once more.
    made._insert = lambda *arguments, **more: None
    made._compile_for_args = refuse
    if hasattr(made, "get_call_template"):
        made.get_call_template = partial(_typed_by_kind, made.get_call_template)
    return made


def _typed_by_kind(get_call_template: Callable[..., Any], arguments: Iterable[Any], keywords: dict[str, Any]) -> Any:
    """Type literal arguments by their kind: Numba compiles a function again for a literal 0, 0.5 s of a kernel's 5."""
    return get_call_template([numba.types.unliteral(argument) for argument in arguments], keywords)


def leave_loops_rolled() -> None:
    """Turn off runtime unrolling of loops in this process, which copies them eight times.

    Without the copies skip-gram trains 1.04 times as fast, on lines of 8 words 1.1 times, CBOW 1.08 times, probably because the
    copies fill a core's first instruction cache. It affects the whole process: call it in one that does nothing else.
    """
    if ROLLED not in llvm_options:  # LLVM ends the process if an option is given twice
        llvm_options.append(ROLLED)
        set_option("fastw2v", ROLLED)


def _cached(function: Any, *wanted: str) -> Any:
    """Cache a function's code on disk; code compiled with the LLVM options `wanted` is preferred."""
    if hasattr(function, "_cache"):  # private to Numba; without it each run compiles
        function._cache = CompiledCache(function, wanted, _recheck_cache)
    return function


def compiling_note(duration: str) -> str:
    """The note to show before compiling.

    duration : of compiling, such as "a few seconds"
    """
    if CACHE_FOLDER is None:
        return f"compiling for this machine ({duration}, each run; set NUMBA_CACHE_DIR to a writable folder to keep the code)"
    return f"compiling for this machine ({duration}); later runs use the result"


class Entry(NamedTuple):
    """A compiled function that a run will call, with example arguments for the types."""

    function: Any
    arguments: tuple[Any, ...]


_on_first_miss: Callable[[], None] | None = None


def warm_up(entries: Iterable[Entry], before_compiling: Callable[[], None] = lambda: None) -> float:
    """Load each entry from the cache, or compile it. Returns the seconds spent if any was compiled, else 0.0.

    before_compiling : called once, before the first entry that is not in the cache is compiled; the cache is then searched
        again

    Raises Fastw2vError if there is too little address space to compile.
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
    """Call the hook of `warm_up` at the first function that is not in the cache. Returns whether to search the cache again."""
    global _on_first_miss
    if _on_first_miss is None:
        return False
    hook, _on_first_miss = _on_first_miss, None
    hook()
    return True
