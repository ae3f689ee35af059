"""Lanes taken apart and put together in another order: transposing, and sums within vectors."""

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastw2v.kernels.lanes import BYTES, FLAGS, INT32_IR, LANES, LANES_IR, element_pointer, lanes

PAIRS = LANES // 2


def _taken(builder: Any, first: Any, second: Any, places: Iterable[int]) -> Any:
    """A vector of what lies in these places of two, one behind the other."""
    chosen = list(places)
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(INT32_IR, len(chosen)), chosen))


def _stored(context: Any, builder: Any, matrix_type: Any, matrix: Any, place: tuple[Any, Any], value: Any) -> None:
    """Store a vector of 16 or fewer, which lies at a multiple of its own size."""
    pointer = builder.bitcast(element_pointer(context, builder, matrix_type, matrix, place), value.type.as_pointer())
    builder.store(value, pointer, align=4 * value.type.count)


def _transposing(grain: int) -> Callable[..., Any]:
    """Generate a square transposition of so many floats as one: a vector's 16 lanes are 16 / grain rows' worth.

    Each round takes pairs of vectors apart into the even and the odd ones of their blocks of 1, 2, 4 ... grains.
    """
    count = LANES // grain

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, row, column, target, target_row, target_column = arguments
        rows = []
        for place in range(count):
            start = element_pointer(context, builder, signature.args[0], source, (builder.add(row, row.type(place)), column))
            rows.append(builder.load(builder.bitcast(start, LANES_IR.as_pointer()), align=BYTES))
        half = 1
        while half < count:
            block = half * grain
            low = [lane if not lane & block else LANES + lane - block for lane in range(LANES)]
            high = [lane + block if not lane & block else LANES + lane for lane in range(LANES)]
            for place in range(count):
                if not place & half:
                    one, other = rows[place], rows[place + half]
                    rows[place], rows[place + half] = (_taken(builder, one, other, order) for order in (low, high))
            half *= 2
        for place in range(count):
            there = builder.add(target_row, row.type(place)), target_column
            _stored(context, builder, signature.args[3], target, there, rows[place])
        return context.get_dummy_value()

    return generate


@intrinsic
def transpose(typingctx, source, row, column, target, target_row, target_column):
    """target[target_row + i, target_column + j] = source[row + j, column + i], i and j from 0 to 15."""
    index = types.intp
    return types.void(source, index, index, target, index, index), _transposing(1)


@intrinsic
def transpose_pairs(typingctx, source, row, column, target, target_row, target_column):
    """target[target_row + i, target_column + 2 j + b] = source[row + j, column + 2 i + b], i and j from 0 to 7, b 0 or 1."""
    index = types.intp
    return types.void(source, index, index, target, index, index), _transposing(2)


@intrinsic
def pick_two(typingctx, matrix, row, column):
    """matrix[row, column] in the even places, matrix[row, column + 1] in the odd ones; column is even."""

    def generate(context, builder, signature, arguments):
        pointer = element_pointer(context, builder, signature.args[0], arguments[0], arguments[1:])
        both = builder.load(builder.bitcast(pointer, ir.DoubleType().as_pointer()), align=8)
        nobody = ir.Constant(ir.VectorType(ir.DoubleType(), PAIRS), ir.Undefined)
        first = builder.insert_element(nobody, both, INT32_IR(0))
        return builder.bitcast(_taken(builder, first, nobody, [0] * PAIRS), LANES_IR)

    return lanes(matrix, types.intp, types.intp), generate


@intrinsic
def store_sums_of_pairs(typingctx, matrix, row, column, first, second):
    """matrix[row, column : column + 8] = the sums of the 8 pairs of `first`, and in the next row those of `second`."""

    def generate(context, builder, signature, arguments):
        matrix, row, column, first, second = arguments
        even, odd = (_taken(builder, first, second, range(b, 2 * LANES, 2)) for b in (0, 1))
        sums = builder.fadd(even, odd, flags=FLAGS)
        for number in range(2):
            half = _taken(builder, sums, sums, range(number * PAIRS, (number + 1) * PAIRS))
            _stored(context, builder, signature.args[0], matrix, (builder.add(row, row.type(number)), column), half)
        return context.get_dummy_value()

    return types.void(matrix, types.intp, types.intp, lanes, lanes), generate


@intrinsic
def store_totals(typingctx, matrix, row, column, first, second, third, fourth):
    """matrix[row, column : column + 4] = the sum of the 16 of each; column is a multiple of 4."""

    def generate(context, builder, signature, arguments):
        matrix, row, column, *four = arguments
        sums = _sums_within_fours(builder, _sums_within_fours(builder, *four[:2]), _sums_within_fours(builder, *four[2:]))
        for width in (LANES // 2, LANES // 4):
            halves = (_taken(builder, sums, sums, range(start, start + width)) for start in (0, width))
            sums = builder.fadd(*halves, flags=FLAGS)
        _stored(context, builder, signature.args[0], matrix, (row, column), sums)
        return context.get_dummy_value()

    return types.void(matrix, types.intp, types.intp, lanes, lanes, lanes, lanes), generate


def _sums_within_fours(builder: Any, first: Any, second: Any) -> Any:
    """Of every four lanes of two vectors the sums of both pairs, the first vector's before the second's."""
    places = [LANES * number + four + pair for four in range(0, LANES, 4) for number in (0, 1) for pair in (0, 2)]
    even, odd = (_taken(builder, first, second, [place + b for place in places]) for b in (0, 1))
    return builder.fadd(even, odd, flags=FLAGS)
