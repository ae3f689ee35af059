"""zstd: the standard library's module from Python 3.14 on, its backport before."""

import sys
from typing import Any

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZstdError = zstd.ZstdError
# Files of `zstd --ultra` and `--long` may need larger windows than the 128 MB that a decompressor allows by default.
WINDOW_LOG = zstd.DecompressionParameter.window_log_max
LARGEST_WINDOW: dict[int, int] = {WINDOW_LOG: WINDOW_LOG.bounds()[1]}
WITH_CHECKSUM: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}


def new_decompressor() -> Any:
    """A decompressor of one frame."""
    return zstd.ZstdDecompressor(options=LARGEST_WINDOW)


def compressing(file: Any) -> Any:
    """A compressing stream into an open file, which stays open; it ends with a checksum, as in files of the zstd program."""
    return zstd.ZstdFile(file, "wb", options=WITH_CHECKSUM)
