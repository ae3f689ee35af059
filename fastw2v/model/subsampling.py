"""Subsampling of frequent words (Mikolov et al. 2013, section 2.3, with the formula of word2vec.c)."""

import numpy as np


def keep_probabilities(counts: np.ndarray, sample: float) -> np.ndarray:
    """The probability of keeping an occurrence of each word: (sqrt(f/t) + 1) · t/f.

    f is the word's relative frequency, t is `sample`. Single and double precision alternate as in the C expression: one bit of
    difference could keep a word that the original skips, and shift the random stream from there on.

    counts : (vocabulary,) int64
    sample : the threshold t; 0 to keep all words

    Returns (vocabulary,) float32; words with 1 or more are always kept.
    """
    if sample == 0:
        return np.full(len(counts), np.inf, dtype=np.float32)
    threshold = np.float32(sample) * np.float32(counts.sum())  # the count of a word of relative frequency t
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (counts.astype(np.float32) / threshold).astype(np.float64)
        keep = ((np.sqrt(ratio) + 1) * np.float64(threshold) / counts).astype(np.float32)
    keep[counts == 0] = np.inf
    return keep
