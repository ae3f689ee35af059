"""Subsampling of frequent words (Mikolov et al. 2013, section 2.3, in the form of word2vec.c)."""

import numpy as np


def keep_probabilities(counts: np.ndarray, sample: float) -> np.ndarray:
    """The probability of keeping an occurrence of each word: (sqrt(f/t) + 1) · t/f, f its relative frequency, t `sample`.

    Takes (vocabulary,) int64 counts, returns (vocabulary,) float32; a value of 1 or more always keeps. Single and double
    precision alternate as in the C expression: a last bit of difference would some day let one program skip a word that
    the other keeps, and from there on their random streams would differ.
    """
    if sample == 0:
        return np.full(len(counts), np.inf, dtype=np.float32)
    threshold = np.float32(sample) * np.float32(counts.sum())  # the count of a word of relative frequency t
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (counts.astype(np.float32) / threshold).astype(np.float64)
        keep = ((np.sqrt(ratio) + 1) * np.float64(threshold) / counts).astype(np.float32)
    keep[counts == 0] = np.inf
    return keep
