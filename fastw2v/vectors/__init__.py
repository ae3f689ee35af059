"""Word vectors: their files, queries, evaluation and clusters."""
