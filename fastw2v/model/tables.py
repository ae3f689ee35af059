"""The lookup tables of the kernels, derived from the counts of the vocabulary."""

from typing import NamedTuple

import numpy as np

from fastw2v.model.alias import alias_table, no_alias
from fastw2v.model.huffman import HuffmanTree, huffman_tree, no_tree, tree_bytes
from fastw2v.model.noise import CELLS, NoiseTable, no_noise, noise_table
from fastw2v.model.sigmoid import ENTRIES, sigmoid_table
from fastw2v.model.subsampling import keep_probabilities
from fastw2v.settings import Settings


class Tables(NamedTuple):
    """The lookup tables of one training run.

    frequency : (vocabulary,) float32, each word's relative frequency in the text trained on
    keep : (vocabulary,) float32, the probability of keeping an occurrence of each word
    sigmoid : (1000,) float32
    noise, alias : the noise distribution in two forms (model.noise, model.alias), empty without negative sampling
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
    return 4 * (2 * len(counts) + ENTRIES) + noise + tree
