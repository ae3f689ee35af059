"""The demonstration: a generated text with planted relations, and the questions asked of vectors trained on it."""
