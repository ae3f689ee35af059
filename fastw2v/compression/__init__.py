"""Compressed files and archives, told by content: gzip, bzip2, xz and zstd streams, zip archives of one file, tar archives."""
