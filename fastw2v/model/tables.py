"""What the kernels look up, all of it derived from the vocabulary's counts."""

from typing import NamedTuple

import numpy as np

from fastw2v.model.alias import alias_table, no_alias
from fastw2v.model.huffman import HuffmanTree, huffman_tree, no_tree, tree_bytes
from fastw2v.model.noise import CELLS, NoiseTable, no_noise, noise_table
from fastw2v.model.sigmoid import ENTRIES, sigmoid_table
from fastw2v.model.subsampling import keep_probabilities


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


def tables(counts: np.ndarray, *, sample: float, negative: int, hs: bool, text_counts: np.ndarray | None = None) -> Tables:
    """Build what a run with these settings needs from the words' counts.

    counts : (vocabulary,) int64, `</s>` first; noise words and the tree follow them
    text_counts : the same of the text that is trained on, where the counts are of earlier texts too; subsampling follows
        these, for it is this text's frequent words that are to take less of the training, as gensim has it
    """
    noise = noise_table(counts) if negative else no_noise()
    return Tables(
        keep=keep_probabilities(counts if text_counts is None else text_counts, sample),
        sigmoid=sigmoid_table(),
        noise=noise,
        alias=alias_table(noise.ends) if negative else no_alias(),
        tree=huffman_tree(counts) if hs else no_tree(),
    )


def tables_bytes(counts: np.ndarray, *, negative: int, hs: bool) -> int:
    """The bytes that the tables of these counts will take."""
    noise = 4 * CELLS + (4 + 8) * len(counts) if negative else 0
    tree = tree_bytes(counts) if hs else sum(array.nbytes for array in no_tree())
    return 4 * (len(counts) + ENTRIES) + noise + tree
