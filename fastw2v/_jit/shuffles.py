"""Sums within vectors, of several vectors at a time."""

from collections.abc import Iterable
from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from fastw2v._jit.simd import FLAGS, INT32_IR, QUARTER, half_lanes, quarter_lanes


def _taken(builder: Any, first: Any, second: Any, places: Iterable[int]) -> Any:
    """A vector of what lies in these places of two, one behind the other."""
    chosen = list(places)
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(INT32_IR, len(chosen)), chosen))


@intrinsic
def totals(typingctx, first, second, third, fourth):
    """The sum of the 16 of each, or of the 8, as 4 lanes."""

    def generate(context, builder, signature, arguments):
        sums = _sums_of_fours(builder, arguments)
        while (width := sums.type.count // 2) >= QUARTER:
            halves = (_taken(builder, sums, sums, range(start, start + width)) for start in (0, width))
            sums = builder.fadd(*halves, flags=FLAGS)
        return sums

    return quarter_lanes(first, first, first, first), generate


@intrinsic
def totals_of_halves(typingctx, v0, v1, v2, v3, v4, v5, v6, v7):
    """The sum of the 8 of each, as 8 lanes."""

    def generate(context, builder, signature, arguments):
        sums = _sums_of_fours(builder, arguments[:4]), _sums_of_fours(builder, arguments[4:])
        halves = (_taken(builder, *sums, [*range(start, start + 4), *range(start + 8, start + 12)]) for start in (0, 4))
        return builder.fadd(*halves, flags=FLAGS)

    return half_lanes(*[half_lanes] * 8), generate


def _sums_of_fours(builder: Any, vectors: Any) -> Any:
    """Of four vectors the sums of every four lanes: those of the first four lanes of each vector, then of the next four."""
    return _sums_within_fours(builder, *(_sums_within_fours(builder, *vectors[begin : begin + 2]) for begin in (0, 2)))


def _sums_within_fours(builder: Any, first: Any, second: Any) -> Any:
    """Of every four lanes of two vectors the sums of both pairs, the first vector's before the second's."""
    count = first.type.count
    places = [count * number + four + pair for four in range(0, count, 4) for number in (0, 1) for pair in (0, 2)]
    even, odd = (_taken(builder, first, second, [place + b for place in places]) for b in (0, 1))
    return builder.fadd(even, odd, flags=FLAGS)
