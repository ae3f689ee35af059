"""Reading and writing elements by an index that is never negative.

Numba's own indexing tests the sign of each index; in the innermost loops that took 20 instructions for each multiplication.
`far` bypasses L1, which may hold an old value: other multiprocessors write to the same rows.
"""

from fastw2v.kernels.cuda.toolkit import SIMULATED, device_function

if SIMULATED:

    @device_function
    def get(array, i):
        """array[i]."""
        return array[i]

    @device_function
    def put(array, i, value):
        """array[i] = value."""
        array[i] = value

    @device_function
    def far(matrix, row, column):
        """matrix[row, column] as it is in L2."""
        return matrix[row, column]

    @device_function
    def put_far(matrix, row, column, value):
        """matrix[row, column] = value."""
        matrix[row, column] = value

else:
    from llvmlite import ir
    from numba.cuda import cgutils, types
    from numba.cuda.extending import intrinsic

    def _pointer(context, builder, kind, array, indices):
        made = context.make_array(kind)(context, builder, value=array)
        return cgutils.get_item_pointer(context, builder, kind, made, indices, wraparound=False)

    def _integers(context, builder, kinds, values):
        return [context.cast(builder, value, kind, types.intp) for value, kind in zip(values, kinds)]

    @intrinsic
    def get(typingctx, array, i):
        """array[i]."""

        def generate(context, builder, signature, arguments):
            indices = _integers(context, builder, signature.args[1:], arguments[1:])
            return builder.load(_pointer(context, builder, signature.args[0], arguments[0], indices))

        return array.dtype(array, i), generate

    @intrinsic
    def put(typingctx, array, i, value):
        """array[i] = value."""

        def generate(context, builder, signature, arguments):
            indices = _integers(context, builder, signature.args[1:2], arguments[1:2])
            stored = context.cast(builder, arguments[2], signature.args[2], signature.args[0].dtype)
            builder.store(stored, _pointer(context, builder, signature.args[0], arguments[0], indices))
            return context.get_dummy_value()

        return types.void(array, i, value), generate

    @intrinsic
    def far(typingctx, matrix, row, column):
        """matrix[row, column], a float32, as it is in L2."""

        def generate(context, builder, signature, arguments):
            indices = _integers(context, builder, signature.args[1:], arguments[1:])
            pointer = _pointer(context, builder, signature.args[0], arguments[0], indices)
            kind = ir.FunctionType(ir.FloatType(), [ir.FloatType().as_pointer()])
            return builder.call(ir.InlineAsm(kind, "ld.global.cg.f32 $0, [$1];", "=f,l", side_effect=True), [pointer])

        return types.float32(matrix, row, column), generate

    @intrinsic
    def put_far(typingctx, matrix, row, column, value):
        """matrix[row, column] = value."""

        def generate(context, builder, signature, arguments):
            indices = _integers(context, builder, signature.args[1:3], arguments[1:3])
            stored = context.cast(builder, arguments[3], signature.args[3], signature.args[0].dtype)
            builder.store(stored, _pointer(context, builder, signature.args[0], arguments[0], indices))
            return context.get_dummy_value()

        return types.void(matrix, row, column, value), generate
