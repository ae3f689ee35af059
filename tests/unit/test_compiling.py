"""How kernels' pieces are compiled: with steps of Numba's left out, or plainly where Numba does not have those steps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import numpy as np
from fastw2v._jit import inlining
if {plain}:
    del inlining.INLINED_OPTIONS["pipeline_class"]
from fastw2v._jit.compiling import compiled_math, inlined

@inlined
def doubled(row, place):
    return 2 * row[place]

@inlined
def added(row, place):
    return doubled(row, place) + doubled(row, place + 1)

@compiled_math
def pairs(row, sums):
    for place in range(len(sums)):
        sums[place] = added(row, place)

sums = np.zeros(3)
pairs(np.arange(4.0), sums)
print(sums.tolist())
(code,) = pairs.inspect_asm().values()
defined = [line for line in code.splitlines() if line.endswith(":") and not line.startswith(".")]
print([name for name in ("doubled", "added") if any(name in line for line in defined)])
"""


@pytest.mark.parametrize("plain", [False, True])
def test_pieces_become_part_of_what_calls_them(plain: bool, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(plain=plain))
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True, env=environment)
    sums, functions = done.stdout.splitlines()
    assert sums == "[2.0, 6.0, 10.0]"
    if not plain:
        assert functions == "[]"


def test_this_numba_has_the_steps_that_are_left_out() -> None:
    import numba

    from fastw2v._jit.inlining import INLINED_OPTIONS

    assert "pipeline_class" in INLINED_OPTIONS or numba.version_info.short < (0, 62)


LOOP = """
import sys
import numpy as np
from fastw2v._jit.compiling import compiled, leave_loops_rolled
if sys.argv[1] == "rolled":
    leave_loops_rolled()

FACTOR = 123_456_789

@compiled
def hashed(data):
    found = 1
    for place in range(len(data)):
        found = found * FACTOR ^ data[place]
    return found

assert hashed(np.arange(2)) == FACTOR**2 ^ 1
(code,) = hashed.inspect_asm().values()
print(code.count("imul"))
"""


def test_loops_left_rolled_are_there_once(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(LOOP)
    copies = {}
    for how in ("rolled", "unrolled"):
        environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / how)}
        done = subprocess.run([sys.executable, program, how], capture_output=True, text=True, check=True, env=environment)
        copies[how] = int(done.stdout)
    assert copies["rolled"] < copies["unrolled"]
