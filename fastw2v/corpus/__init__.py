"""From files to word ids: sources, buffers of text, words, the vocabulary, the id stream."""
