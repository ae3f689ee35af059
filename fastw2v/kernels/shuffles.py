"""Lanes taken apart and put together in another order: transposing, and sums within vectors."""

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastw2v.kernels.lanes import FLAGS, HALF, INT32_IR, LANES, lanes, loaded, quarter_lanes, stored


def _taken(builder: Any, first: Any, second: Any, places: Iterable[int]) -> Any:
    """A vector of what lies in these places of two, one behind the other."""
    chosen = list(places)
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(INT32_IR, len(chosen)), chosen))


def _transposing(count: int) -> Callable[..., Any]:
    """Generate the transposition of so many rows' 16 columns.

    Each round takes pairs of vectors apart into the even and the odd ones of their blocks of 1, 2, 4 ... lanes.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, row, column, target, target_row, target_column = arguments
        rows = []
        for place in range(count):
            here = builder.add(row, row.type(place)), column
            rows.append(loaded(context, builder, signature.args[0], source, here, lanes))
        block = 1
        while block < count:
            low = [lane if not lane & block else LANES + lane - block for lane in range(LANES)]
            high = [lane + block if not lane & block else LANES + lane for lane in range(LANES)]
            for place in range(count):
                if not place & block:
                    one, other = rows[place], rows[place + block]
                    rows[place], rows[place + block] = (_taken(builder, one, other, order) for order in (low, high))
            block *= 2
        for place in range(LANES):
            there = builder.add(target_row, row.type(place)), target_column
            start = place // count * count
            column = _taken(builder, rows[place % count], rows[place % count], range(start, start + count))
            stored(context, builder, signature.args[3], target, there, column)
        return context.get_dummy_value()

    return generate


@intrinsic
def transpose(typingctx, source, row, column, target, target_row, target_column):
    """target[target_row + i, target_column + j] = source[row + j, column + i], i and j from 0 to 15."""
    index = types.intp
    return types.void(source, index, index, target, index, index), _transposing(LANES)


@intrinsic
def transpose_half(typingctx, source, row, column, target, target_row, target_column):
    """The same, j from 0 to 7."""
    index = types.intp
    return types.void(source, index, index, target, index, index), _transposing(HALF)


@intrinsic
def totals(typingctx, first, second, third, fourth):
    """The sum of the 16 of each, as 4 lanes."""

    def generate(context, builder, signature, arguments):
        pairs = (_sums_within_fours(builder, *arguments[begin : begin + 2]) for begin in (0, 2))
        sums = _sums_within_fours(builder, *pairs)
        for width in (LANES // 2, LANES // 4):
            halves = (_taken(builder, sums, sums, range(start, start + width)) for start in (0, width))
            sums = builder.fadd(*halves, flags=FLAGS)
        return sums

    return quarter_lanes(lanes, lanes, lanes, lanes), generate


def _sums_within_fours(builder: Any, first: Any, second: Any) -> Any:
    """Of every four lanes of two vectors the sums of both pairs, the first vector's before the second's."""
    places = [LANES * number + four + pair for four in range(0, LANES, 4) for number in (0, 1) for pair in (0, 2)]
    even, odd = (_taken(builder, first, second, [place + b for place in places]) for b in (0, 1))
    return builder.fadd(even, odd, flags=FLAGS)
