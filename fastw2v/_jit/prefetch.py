"""Software prefetch of matrix rows and of elements."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastw2v._jit.internals import cgutils
from fastw2v._jit.simd import element_pointer

LINE = 64  # bytes
# Arguments of llvm.prefetch. It fills the second cache only: the first holds the current block, and with the next block's rows
# there 300 dimensions took 1.15 times as long, CBOW 1.03 times.
FOR_READING, SECOND_CACHE, DATA = 0, 2, 1

BYTE_POINTER = ir.IntType(8).as_pointer()


def _fetch(builder: Any, pointer: Any) -> None:
    """Prefetch the cache line that a pointer to bytes is in."""
    number = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    builder.call(function, [pointer, *(ir.Constant(number, value) for value in (FOR_READING, SECOND_CACHE, DATA))])


@intrinsic
def prefetch_element(typingctx, array, index):
    """Prefetch the cache line of array[index], without waiting and without faults."""

    def generate(context, builder, signature, arguments):
        element = element_pointer(context, builder, signature.args[0], arguments[0], arguments[1:])
        _fetch(builder, builder.bitcast(element, BYTE_POINTER))
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


@intrinsic
def prefetch_row(typingctx, matrix, row):
    """Prefetch all cache lines of matrix[row], without waiting and without faults."""

    def generate(context, builder, signature, arguments):
        matrix, row = arguments
        first = element_pointer(context, builder, signature.args[0], matrix, (row, context.get_constant(types.intp, 0)))
        start = builder.bitcast(first, BYTE_POINTER)
        shape = context.make_array(signature.args[0])(context, builder, matrix).shape
        item = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
        bytes_of_row = builder.mul(builder.extract_value(shape, 1), context.get_constant(types.intp, item))
        with cgutils.for_range_slice(builder, bytes_of_row.type(0), bytes_of_row, bytes_of_row.type(LINE)) as (offset, _):
            _fetch(builder, builder.gep(start, [offset]))
        return context.get_dummy_value()

    return types.void(matrix, types.intp), generate
