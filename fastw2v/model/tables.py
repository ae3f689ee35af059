"""What the kernels look up, all of it derived from the vocabulary's counts."""

from typing import NamedTuple

import numpy as np

from fastw2v.model.alias import alias_table, no_alias
from fastw2v.model.huffman import HuffmanTree, huffman_tree, no_tree, tree_bytes
from fastw2v.model.noise import CELLS, NoiseTable, no_noise, noise_table
from fastw2v.model.sigmoid import ENTRIES, sigmoid_table
from fastw2v.model.subsampling import keep_probabilities
from fastw2v.settings import Settings


class Tables(NamedTuple):
    """The tables that one training run looks up.

    frequency : (vocabulary,) float32, each word's share of the text that is trained on
    keep : (vocabulary,) float32, the probability of keeping an occurrence of each word
    sigmoid : (1000,) float32
    noise, alias : the noise distribution, twice (tables.noise, tables.alias), empty without negative sampling
    tree : the Huffman tree, empty without hierarchical softmax
    """

    frequency: np.ndarray
    keep: np.ndarray
    sigmoid: np.ndarray
    noise: NoiseTable
    alias: np.ndarray
    tree: HuffmanTree


def tables(counts: np.ndarray, settings: Settings, text_counts: np.ndarray | None = None) -> Tables:
    """Build what a run with these settings needs from the words' counts.

    counts : (vocabulary,) int64, `</s>` first; noise words and the tree follow them
    text_counts : the same of the text that is trained on, where the counts are of earlier texts too; subsampling follows
        these, for it is this text's frequent words that are to take less of the training, as gensim has it
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
    """The bytes that the tables of these counts will take."""
    noise = 4 * CELLS + (4 + 8) * len(counts) if settings.negative else 0
    tree = tree_bytes(counts) if settings.hs else sum(array.nbytes for array in no_tree())
    return 4 * (2 * len(counts) + ENTRIES) + noise + tree
