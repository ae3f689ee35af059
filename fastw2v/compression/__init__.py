"""Compressed files, detected from content: gzip, bzip2, xz and zstd streams, zip archives of one file, tar archives."""
