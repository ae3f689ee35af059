"""What the kernels look up, all of it derived from the vocabulary's counts."""

from typing import NamedTuple

import numpy as np

from fastw2v.tables.alias import alias_table, no_alias
from fastw2v.tables.huffman import HuffmanTree, huffman_tree, no_tree
from fastw2v.tables.noise import CELLS, NoiseTable, no_noise, noise_table
from fastw2v.tables.sigmoid import sigmoid_table
from fastw2v.tables.subsampling import keep_probabilities


class Tables(NamedTuple):
    """The tables that one training run looks up.

    keep : (vocabulary,) float32, the probability of keeping an occurrence of each word
    sigmoid : (1000,) float32
    noise, alias : the noise distribution, twice (tables.noise, tables.alias), empty without negative sampling
    tree : the Huffman tree, empty without hierarchical softmax
    """

    keep: np.ndarray
    sigmoid: np.ndarray
    noise: NoiseTable
    alias: np.ndarray
    tree: HuffmanTree


def tables(counts: np.ndarray, *, sample: float, negative: int, hs: bool) -> Tables:
    """Build what a run with these settings needs from the words' counts ((vocabulary,) int64, `</s>` first)."""
    noise = noise_table(counts) if negative else no_noise()
    return Tables(
        keep=keep_probabilities(counts, sample),
        sigmoid=sigmoid_table(),
        noise=noise,
        alias=alias_table(noise.ends) if negative else no_alias(),
        tree=huffman_tree(counts) if hs else no_tree(),
    )


def tables_bytes(vocabulary: int, *, negative: int, hs: bool) -> int:
    """About the bytes that the tables will take."""
    noise = 4 * CELLS + (4 + 8) * vocabulary if negative else 0
    tree = vocabulary * (8 + 5 * max(1, vocabulary.bit_length())) if hs else 0
    return 4 * vocabulary + noise + tree
