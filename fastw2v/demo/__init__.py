"""The demonstration: a generated text with planted relations, trained on and asked about."""
