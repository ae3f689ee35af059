"""Products of rows, four at a time, whose sums stay in registers over all columns; and the logistic function of vectors."""

import platform

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import HALF, LANES, clamp, load, load_half, totals, zero, zero_half

# A vector of 16 takes four of ARM64's 32 registers: a Neoverse N1 kept a part of four pairs' rows on the stack, and does not
# with vectors of 8 (tests/unit/test_arm64.py).
ARM64 = platform.machine() in ("aarch64", "arm64")
PAIR_LANES, load_of_pair, zero_of_pair = (HALF, load_half, zero_half) if ARM64 else (LANES, load, zero)
TILE = 4  # products that are taken together; arrays have room for that many more


@inlined
def rounded_up(rows, step):
    """The next multiple of `step`."""
    return (rows + step - 1) // step * step


@inlined
def dots(a, rows, b, j):
    """a[row] · b[j] of four rows, as 4 lanes."""
    first, second, third, fourth = rows
    s0, s1, s2, s3 = zero(), zero(), zero(), zero()
    for d in range(0, a.shape[1], LANES):
        other = load(b, j, d)
        s0 += load(a, first, d) * other
        s1 += load(a, second, d) * other
        s2 += load(a, third, d) * other
        s3 += load(a, fourth, d) * other
    return totals(s0, s1, s2, s3)


@inlined
def dots_of_pairs(a, rows, b, others):
    """a[row] · b[other] of four pairs of rows, as 4 lanes."""
    s0, s1, s2, s3 = zero_of_pair(), zero_of_pair(), zero_of_pair(), zero_of_pair()
    for d in range(0, a.shape[1], PAIR_LANES):
        s0 += load_of_pair(a, rows[0], d) * load_of_pair(b, others[0], d)
        s1 += load_of_pair(a, rows[1], d) * load_of_pair(b, others[1], d)
        s2 += load_of_pair(a, rows[2], d) * load_of_pair(b, others[2], d)
        s3 += load_of_pair(a, rows[3], d) * load_of_pair(b, others[3], d)
    return totals(s0, s1, s2, s3)


@inlined
def sigmoid(scores):
    """σ(x) = (1 + tanh(x/2)) / 2, with the first seven terms of Lambert's continued fraction for tanh.

    The error is below 1e-6 for scores within ±6 and below 5e-5 anywhere; at ±9.94, where they are held, this σ reaches 0 and 1.
    """
    x = clamp(scores * 0.5, 4.97)
    xx = x * x
    above = 135135 + xx * (17325 + xx * (378 + xx))
    below = 135135 + xx * (62370 + xx * (3150 + xx * 28))
    return 0.5 + 0.5 * x * above / below
