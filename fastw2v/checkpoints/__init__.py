"""Checkpoints: the state of a run on disk, from which it can resume."""
