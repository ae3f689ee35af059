"""From files to word ids: sources, blocks of bytes, words, the two passes, the id stream."""
