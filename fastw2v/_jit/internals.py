"""What the SIMD vectors and prefetching take from inside Numba and cannot do without, imported in one place."""

import numba

from fastw2v.errors import Fastw2vError

TRIED = "0.60 to 0.68"

try:
    from numba.core import cgutils as cgutils
    from numba.core.typing.templates import AbstractTemplate as AbstractTemplate
    from numba.core.typing.templates import infer_global as infer_global
    from numba.core.typing.templates import signature as signature
except ImportError as error:
    raise Fastw2vError(
        f"numba {numba.__version__} is without a part that fastw2v's kernels are built with ({error}): "
        f"install one that they were tried with, {TRIED}"
    ) from error
