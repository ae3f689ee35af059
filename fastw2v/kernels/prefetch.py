"""Asking for rows of a matrix before they are needed."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastw2v.compiling import inlined

FLOATS_PER_LINE = 16  # of 64 bytes
FOR_WRITING, KEEP, DATA = 1, 3, 1  # arguments of LLVM's prefetch


@intrinsic
def _prefetch_line(typingctx, matrix, row, column):
    """Fetch the cache line of matrix[row, column], to be written to; neither waits nor faults."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = cgutils.get_item_pointer(context, builder, signature.args[0], array, arguments[1:], wraparound=False)
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        flags = [ir.Constant(number, value) for value in (FOR_WRITING, KEEP, DATA)]
        builder.call(function, [builder.bitcast(pointer, byte), *flags])
        return context.get_dummy_value()

    return types.void(matrix, types.intp, types.intp), generate


@inlined
def prefetch_row(matrix, row):
    """Fetch all cache lines of matrix[row]."""
    for column in range(0, matrix.shape[1], FLOATS_PER_LINE):
        _prefetch_line(matrix, row, column)
