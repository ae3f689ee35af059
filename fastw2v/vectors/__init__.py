"""Word vectors: the files they live in, and asking them."""
