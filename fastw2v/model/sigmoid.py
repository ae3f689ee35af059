"""The logistic function from a table, as in word2vec.c."""

import numpy as np

from fastw2v._jit.compiling import inlined

SIGMOID_ENTRIES = 1000
MAX_SCORE = 6  # scores of ±6 and beyond are saturated
# The original divides in integers, which gives 83 and not 83.3: its lookup is a little to the left of the score.
STEPS_PER_UNIT = SIGMOID_ENTRIES // MAX_SCORE // 2


def sigmoid_table() -> np.ndarray:
    """σ at 1,000 equally spaced scores in [-6, 6), (1000,) float32."""
    scores = (np.arange(SIGMOID_ENTRIES, dtype=np.float32) / np.float32(SIGMOID_ENTRIES) * 2 - 1) * np.float32(MAX_SCORE)
    exponentials = np.exp(scores.astype(np.float64)).astype(np.float32)
    return exponentials / (exponentials + np.float32(1))


@inlined
def sigmoid_from_table(score, table):
    """σ(score) from the (1000,) float32 table, for a score in (-6, 6)."""
    return table[np.int64((score + np.float32(MAX_SCORE)) * np.float32(STEPS_PER_UNIT))]
