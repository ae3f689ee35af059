"""Kernels compiled for ARM64 on any machine; test_arm64.py runs this in its own process, for it changes the compiler.

Numba makes a kernel's LLVM code as ever; it is then optimised, and turned into machine code, for other processors. Printed
as JSON, for each of them: what the innermost loops that work on vectors do, and how often others have vectors on the stack.
"""

import json
import platform
import re
import sys
from typing import Any

platform.machine = lambda: "aarch64"  # before the kernels are imported, which ask

import llvmlite.binding as llvm  # noqa: E402
import numba  # noqa: E402
import numpy as np  # noqa: E402
from numba.core.codegen import JITCodeLibrary  # noqa: E402

from fastw2v._jit.compiling import COMMON, MATH, leave_loops_rolled  # noqa: E402
from fastw2v._jit.simd import load, store, zero  # noqa: E402
from fastw2v.run import warmup  # noqa: E402
from fastw2v.settings import Settings  # noqa: E402

PROCESSORS = {
    "neoverse-n1": "aarch64-unknown-linux-gnu",
    "neoverse-v2": "aarch64-unknown-linux-gnu",
    "apple-m1": "arm64-apple-macosx",
}

_optimise = JITCodeLibrary._optimize_final_module


class Stopped(Exception):
    """The code is there, not optimised yet."""


def crowded(rows, sums):
    """Nine sums of 16 lanes: more than the registers hold."""
    s0, s1, s2, s3, s4, s5, s6, s7, s8 = zero(), zero(), zero(), zero(), zero(), zero(), zero(), zero(), zero()
    for row in range(len(rows)):
        s0, s1, s2 = s0 + load(rows, row, 0), s1 + load(rows, row, 16), s2 + load(rows, row, 32)
        s3, s4, s5 = s3 + load(rows, row, 48), s4 + load(rows, row, 64), s5 + load(rows, row, 80)
        s6, s7, s8 = s6 + load(rows, row, 96), s7 + load(rows, row, 112), s8 + load(rows, row, 128)
    store(sums, 0, 0, s0 * s1 + s2 * s3 + s4 * s5 + s6 * s7 + s8)


def not_optimised(function: Any, arguments: tuple[Any, ...]) -> JITCodeLibrary:
    """A function's code as Numba hands it to the optimiser."""
    found = []

    def stop(library: JITCodeLibrary) -> None:
        if library.name != function.__name__:
            _optimise(library)
            return
        found.append(library)
        raise Stopped

    JITCodeLibrary._optimize_final_module = stop
    try:
        numba.njit(**MATH, **COMMON)(function).compile(tuple(map(numba.typeof, arguments)))
    except Stopped:
        return found[0]
    finally:
        JITCodeLibrary._optimize_final_module = _optimise
    raise AssertionError("nothing was compiled")


def assembly(library: JITCodeLibrary, code: str, processor: str) -> str:
    """The machine code for a processor, with LLVM's remarks on loops."""
    triple = PROCESSORS[processor]
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=processor, opt=3)
    machine.set_asm_verbosity(True)
    code = re.sub("target triple = .*", f'target triple = "{triple}"', code)
    code = re.sub("target datalayout = .*", f'target datalayout = "{machine.target_data}"', code)
    library._final_module, library._codegen._tm = llvm.parse_assembly(code), machine
    _optimise(library)
    return machine.emit_assembly(library._final_module)


def loops(code: str) -> dict[str, Any]:
    """innermost : of each innermost loop with arithmetic on vectors how many such instructions, and how many reach the stack
    elsewhere : the same of all other loops, but only what loads or stores a vector counts as reaching the stack
    """
    innermost: dict[str, list[str]] = {}
    elsewhere: list[str] = []
    # A block is a label or its remark, remarks that say which loop it is in, and instructions.
    for block in re.split(r"\n(?=\.?L?BB\d+_\d+:|(?://|;) %bb)", code)[1:]:
        instructions = re.findall(r"^\t([a-z].*)", block.split("\n\t.")[0], re.M)
        header = re.match(r"\.?L?(BB\d+_\d+):", block)
        around = re.search(r"in Loop: Header=L?(BB\d+_\d+)", block)
        if header and "This Inner Loop Header" in block:
            innermost[header[1]] = instructions
        elif around and around[1] in innermost:
            innermost[around[1]] += instructions
        elif around or "This Loop Header" in block:
            elsewhere += instructions
    counted = [[*map(arithmetic, body)] for body in innermost.values()]
    return {
        "innermost": [
            (sum(count), sum("[sp" in line for line in body)) for count, body in zip(counted, innermost.values()) if any(count)
        ],
        "elsewhere": (
            sum(map(arithmetic, elsewhere)),
            sum("[sp" in line and bool(re.search(r"\b[qv]\d", line)) for line in elsewhere),
        ),
    }


def arithmetic(line: str) -> bool:
    """Whether it works on four float32 at a time."""
    return line.startswith("f") and ".4s" in line


def main(settings: str) -> None:
    """Compile the kernel for some settings, JSON, or with "crowded" what cannot fit."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    leave_loops_rolled()
    if settings == "crowded":
        rows = np.zeros((1, 144), np.float32)
        function, arguments = crowded, (rows, rows)
    else:
        (entry,) = warmup._kernel_entries(Settings(**json.loads(settings)))
        function, arguments = entry.function.py_func, entry.arguments
    library = not_optimised(function, arguments)
    code = str(library._final_module)
    print(json.dumps({processor: loops(assembly(library, code, processor)) for processor in PROCESSORS}))


main(sys.argv[1])
