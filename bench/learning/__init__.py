"""What the kernels learn on inputs that are no text."""
