"""A GPU beside the CPU of the same machine."""
