"""zstd: Python's own module from 3.14 on, before that its backport, which has the same names."""

import sys
from typing import Any

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZstdError = zstd.ZstdError
# Files of `zstd --ultra` and `--long` have windows of more than the 128 MB that a decompressor takes unasked.
WINDOW_LOG = zstd.DecompressionParameter.window_log_max
LARGEST_WINDOW: dict[int, int] = {WINDOW_LOG: WINDOW_LOG.bounds()[1]}
WITH_CHECKSUM: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}


def new_decompressor() -> Any:
    """A decompressor of one frame."""
    return zstd.ZstdDecompressor(options=LARGEST_WINDOW)


def compressing(file: Any) -> Any:
    """A stream into an open file, which stays open; a checksum ends it, as in a file of the zstd program."""
    return zstd.ZstdFile(file, "wb", options=WITH_CHECKSUM)
