"""A small vocabulary, and the variants of the model: CBOW or skip-gram, negative sampling, the tree or both."""

import numpy as np
import pytest

COUNTS = np.array([9, 30, 24, 20, 17, 15, 13, 11, 9, 8, 7, 6, 5, 4, 3, 2], np.int64)
VARIANTS = [(cbow, negative, hs) for cbow in (False, True) for negative, hs in ((5, False), (0, True), (7, True))]
QUICK = [(False, 5, False), (True, 5, False), (False, 0, True)]  # of the others the first compilation takes long


def marks(variant: tuple[bool, int, bool]) -> list[pytest.MarkDecorator]:
    """For a test of a variant: whether it is in the quick part."""
    return [] if variant in QUICK else [pytest.mark.slow]
