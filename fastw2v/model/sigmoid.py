"""The logistic function by table, as word2vec.c has it."""

import numpy as np

from fastw2v._jit.compiling import inlined

ENTRIES = 1000
LIMIT = 6  # scores at or past ±6 count as saturated
# The original computes ENTRIES / LIMIT / 2 in integers: 83, not 83.3, so the table is read a little to the left of the score.
STEPS_PER_UNIT = ENTRIES // LIMIT // 2


def sigmoid_table() -> np.ndarray:
    """σ over [-6, 6) in 1,000 steps, (1000,) float32."""
    scores = (np.arange(ENTRIES, dtype=np.float32) / np.float32(ENTRIES) * 2 - 1) * np.float32(LIMIT)
    exponentials = np.exp(scores.astype(np.float64)).astype(np.float32)
    return exponentials / (exponentials + np.float32(1))


@inlined
def sigmoid(score, table):
    """σ of a score inside (-6, 6), by table."""
    return table[np.int64((score + np.float32(LIMIT)) * np.float32(STEPS_PER_UNIT))]
