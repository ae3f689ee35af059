"""How kernels' pieces are compiled: with steps of Numba's left out, or plainly where Numba does not have those steps."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import numpy as np
from fastw2v import pieces
if {plain}:
    pieces.PIECE.clear()
from fastw2v.compiling import compiled_math, inlined

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
"""


@pytest.mark.parametrize("plain", [False, True])
def test_pieces_become_part_of_what_calls_them(plain: bool, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(plain=plain))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    assert done.stdout == "[2.0, 6.0, 10.0]\n"


def test_this_numba_has_the_steps_that_are_left_out() -> None:
    import numba

    from fastw2v.pieces import PIECE

    assert PIECE or numba.version_info.short < (0, 62)
