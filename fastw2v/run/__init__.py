"""One training run from a corpus to the files of its vectors: prepare, train, finish."""
