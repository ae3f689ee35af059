"""SIMD vectors: Numba types for 16, 8 and 4 float32, and the operations that the blocked kernel needs.

Operations on them compile to vector instructions without the compiler's vectoriser: 16 floats are one register with AVX-512,
two with AVX2, four with SSE. Matrix rows are aligned and padded to a multiple of 16, so there is no remainder. Load a value
with the width of its store: a core forwards a store to a load within it, but any wider load waits until the store has reached
the cache.
"""

import operator
from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, lower_builtin, models, register_model

from fastw2v._jit.internals import AbstractTemplate, cgutils, infer_global, signature

LANES, HALF, QUARTER = 16, 8, 4
# Sums may be reordered and fused (FMA); NaN and infinity keep their meaning.
FLAGS = ("reassoc", "contract", "nsz", "arcp", "afn")

INT32_IR = ir.IntType(32)


class Lanes(types.Type):  # type: ignore[misc]
    """The Numba type of a vector of `count` float32."""

    def __init__(self, count: int) -> None:
        super().__init__(name=f"Lanes{count}")
        self.vector = ir.VectorType(ir.FloatType(), count)


lanes, half_lanes, quarter_lanes = LANE_TYPES = Lanes(LANES), Lanes(HALF), Lanes(QUARTER)


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    """A value of this type is an LLVM vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, kind.vector)


def _arithmetic(operation: Any, instruction: str) -> None:
    """Define an operator on two vectors, and on a vector and a number, which is converted to float32 and broadcast."""

    @infer_global(operation)
    class Operation(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            kinds = {kind for kind in args if not isinstance(types.unliteral(kind), types.Number)}
            if len(kinds) != 1 or not kinds <= set(LANE_TYPES):
                return None
            return signature(*kinds, *(kind if kind in LANE_TYPES else types.float32 for kind in args))

    @lower_builtin(operation, Lanes, Lanes)
    @lower_builtin(operation, Lanes, types.float32)
    @lower_builtin(operation, types.float32, Lanes)
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pairs = zip(arguments, signature.args)
        spread = (value if kind in LANE_TYPES else _broadcast(builder, value, signature.return_type) for value, kind in pairs)
        return getattr(builder, instruction)(*spread, flags=FLAGS)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.iadd, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_operation, _instruction)


def element_pointer(context: Any, builder: Any, array_type: Any, array: Any, indices: Any) -> Any:
    """A pointer to an element of an array; negative indices are not supported."""
    made = context.make_array(array_type)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, array_type, made, indices, wraparound=False)


def loaded(context: Any, builder: Any, array_type: Any, array: Any, indices: Any, kind: Lanes) -> Any:
    """Load a vector from an element's address, which is a multiple of the vector's size."""
    pointer = builder.bitcast(element_pointer(context, builder, array_type, array, indices), kind.vector.as_pointer())
    return builder.load(pointer, align=4 * kind.vector.count)


def stored(context: Any, builder: Any, array_type: Any, array: Any, indices: Any, value: Any) -> None:
    """Store a vector of any width at an element's address, which is a multiple of the vector's size."""
    pointer = builder.bitcast(element_pointer(context, builder, array_type, array, indices), value.type.as_pointer())
    builder.store(value, pointer, align=4 * value.type.count)


def _loading(kind: Lanes) -> Callable[..., Any]:
    @intrinsic
    def load(typingctx, matrix, row, column):
        """matrix[row, column : column + width], for the width 16, 8 or 4; column is a multiple of it."""

        def generate(context, builder, signature, arguments):
            return loaded(context, builder, signature.args[0], arguments[0], arguments[1:], kind)

        return kind(matrix, types.intp, types.intp), generate

    return load


def _picking(kind: Lanes) -> Callable[..., Any]:
    @intrinsic
    def pick(typingctx, matrix, row, column):
        """matrix[row, column] in all lanes."""

        def generate(context, builder, signature, arguments):
            pointer = element_pointer(context, builder, signature.args[0], arguments[0], arguments[1:])
            return _broadcast(builder, builder.load(pointer), kind)

        return kind(matrix, types.intp, types.intp), generate

    return pick


def _zero(kind: Lanes) -> Callable[..., Any]:
    @intrinsic
    def zero(typingctx):
        """A vector of zeros."""

        def generate(context, builder, signature, arguments):
            return ir.Constant(kind.vector, [0.0] * kind.vector.count)

        return kind(), generate

    return zero


load, load_half, load_quarter = _loading(lanes), _loading(half_lanes), _loading(quarter_lanes)
pick, pick_half = _picking(lanes), _picking(half_lanes)
zero, zero_half = _zero(lanes), _zero(half_lanes)


def _broadcast(builder: Any, number: Any, kind: Lanes) -> Any:
    """A vector with one number in all lanes."""
    undefined, count = ir.Constant(kind.vector, ir.Undefined), kind.vector.count
    first = builder.insert_element(undefined, number, INT32_IR(0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(INT32_IR, count), [0] * count))


@intrinsic
def store(typingctx, matrix, row, column, value):
    """matrix[row, column : column + width] = value, for the width of the value; column is a multiple of it."""

    def generate(context, builder, signature, arguments):
        stored(context, builder, signature.args[0], arguments[0], arguments[1:3], arguments[3])
        return context.get_dummy_value()

    return types.void(matrix, types.intp, types.intp, value), generate


@intrinsic
def clamp(typingctx, value, limit):
    """The vector with each lane clamped to ±limit."""

    def generate(context, builder, signature, arguments):
        value, limit = arguments[0], _broadcast(builder, arguments[1], signature.return_type)
        negated = builder.fneg(limit)
        value = builder.select(builder.fcmp_ordered("<", value, limit), value, limit)
        return builder.select(builder.fcmp_ordered(">", value, negated), value, negated)

    return value(value, types.float32), generate


@intrinsic
def kept_within(typingctx, value, score, limit):
    """The vector's lanes where `score` lies between ±limit, exclusive, and 0 elsewhere."""

    def generate(context, builder, signature, arguments):
        value, score = arguments[:2]
        limit = _broadcast(builder, arguments[2], signature.return_type)
        within = builder.and_(builder.fcmp_ordered("<", score, limit), builder.fcmp_ordered(">", score, builder.fneg(limit)))
        return builder.select(within, value, ir.Constant(value.type, [0.0] * value.type.count))

    return value(value, value, types.float32), generate


def _shuffle(builder: Any, first: Any, second: Any, numbers: Iterable[int]) -> Any:
    """The lanes with these numbers of two vectors, concatenated."""
    chosen = list(numbers)
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(INT32_IR, len(chosen)), chosen))


@intrinsic
def totals(typingctx, first, second, third, fourth):
    """The sums of four vectors of 16 or of 8 lanes, as 4 lanes."""

    def generate(context, builder, signature, arguments):
        sums = _sums_of_fours(builder, arguments)
        while (width := sums.type.count // 2) >= QUARTER:
            halves = (_shuffle(builder, sums, sums, range(start, start + width)) for start in (0, width))
            sums = builder.fadd(*halves, flags=FLAGS)
        return sums

    return quarter_lanes(first, first, first, first), generate


@intrinsic
def totals_of_halves(typingctx, v0, v1, v2, v3, v4, v5, v6, v7):
    """The sums of eight vectors of 8 lanes, as 8 lanes."""

    def generate(context, builder, signature, arguments):
        sums = _sums_of_fours(builder, arguments[:4]), _sums_of_fours(builder, arguments[4:])
        halves = (_shuffle(builder, *sums, [*range(start, start + 4), *range(start + 8, start + 12)]) for start in (0, 4))
        return builder.fadd(*halves, flags=FLAGS)

    return half_lanes(*[half_lanes] * 8), generate


def _sums_of_fours(builder: Any, vectors: Any) -> Any:
    """The sums of each four adjacent lanes of four vectors: of the first four lanes of each vector, then of the next four."""
    return _sums_within_fours(builder, *(_sums_within_fours(builder, *vectors[begin : begin + 2]) for begin in (0, 2)))


def _sums_within_fours(builder: Any, first: Any, second: Any) -> Any:
    """The sums of pairs of adjacent lanes of two vectors: for each four lanes, the first vector's two before the second's."""
    count = first.type.count
    numbers = [count * number + four + pair for four in range(0, count, 4) for number in (0, 1) for pair in (0, 2)]
    even, odd = (_shuffle(builder, first, second, [place + b for place in numbers]) for b in (0, 1))
    return builder.fadd(even, odd, flags=FLAGS)
