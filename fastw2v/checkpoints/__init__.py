"""Checkpoints: a run's state on the disk, from which it can go on."""
