"""The lookup tables of the kernels, derived from the counts of the vocabulary."""

from typing import NamedTuple

import numpy as np

from fastw2v.model.huffman import HuffmanTree, huffman_tree, no_tree, tree_bytes
from fastw2v.model.noise import CELLS, NoiseTable, alias_table, no_alias, no_noise, noise_table
from fastw2v.model.sigmoid import SIGMOID_ENTRIES, sigmoid_table
from fastw2v.settings import Settings


class Tables(NamedTuple):
    """The lookup tables of one training run.

    frequency : (vocabulary,) float32, each word's relative frequency in the text trained on
    keep : (vocabulary,) float32, the probability of keeping an occurrence of each word
    sigmoid : (1000,) float32
    noise, alias : the noise distribution in two forms (model.noise), empty without negative sampling
    tree : the Huffman tree, empty without hierarchical softmax
    """

    frequency: np.ndarray
    keep: np.ndarray
    sigmoid: np.ndarray
    noise: NoiseTable
    alias: np.ndarray
    tree: HuffmanTree


def tables(counts: np.ndarray, settings: Settings, text_counts: np.ndarray | None = None) -> Tables:
    """Build the tables of a run from the counts of its words.

    counts : (vocabulary,) int64, `</s>` first; noise words and the tree follow them
    text_counts : (vocabulary,) int64, counts of this text alone, if `counts` include a warm start's; subsampling uses these,
        as in gensim, because it limits the words that are frequent in the text trained on
    """
    in_text = counts if text_counts is None else text_counts
    noise = noise_table(counts, settings.noise_exponent) if settings.negative else no_noise()
    return Tables(
        frequency=(in_text / max(1, in_text.sum())).astype(np.float32),
        keep=keep_probabilities(in_text, settings.sample),
        sigmoid=sigmoid_table(),
        noise=noise,
        alias=alias_table(noise.ends) if settings.negative else no_alias(),
        tree=huffman_tree(counts) if settings.hs else no_tree(),
    )


def tables_bytes(counts: np.ndarray, settings: Settings) -> int:
    """The memory of the tables of (vocabulary,) int64 counts in bytes."""
    noise = 4 * CELLS + (4 + 8) * len(counts) if settings.negative else 0
    tree = tree_bytes(counts) if settings.hs else sum(array.nbytes for array in no_tree())
    return 4 * (2 * len(counts) + SIGMOID_ENTRIES) + noise + tree


def keep_probabilities(counts: np.ndarray, sample: float) -> np.ndarray:
    """The probability of keeping an occurrence of each word: (sqrt(f/t) + 1) · t/f.

    This is subsampling (Mikolov et al. 2013, section 2.3) with the formula of word2vec.c; f is the word's relative frequency, t
    is `sample`. Single and double precision alternate as in the C expression: one bit of difference could keep a word that the
    original skips, and shift the random stream from there on.

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
