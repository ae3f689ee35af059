"""The Huffman tree of hierarchical softmax (Morin and Bengio 2005; Mikolov et al. 2013), built as word2vec.c builds it."""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled


class HuffmanTree(NamedTuple):
    """The path of each word from the root: its inner nodes, and the branch taken at each.

    The path of word w is nodes[starts[w] : starts[w+1]]; its code is the same slice of `codes`.

    starts : (vocabulary + 1,) int64
    nodes : (total path length,) int32, inner nodes 0 .. vocabulary - 2; the root is the last
    codes : (total path length,) uint8, 0 or 1
    """

    starts: np.ndarray
    nodes: np.ndarray
    codes: np.ndarray


def no_tree() -> HuffmanTree:
    """An empty tree, for runs without hierarchical softmax."""
    return HuffmanTree(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8))


def huffman_tree(counts: np.ndarray) -> HuffmanTree:
    """The tree of (vocabulary,) int64 counts, `</s>` first, the others descending."""
    parents, branches = _joined(counts)
    starts = _path_starts(parents)
    nodes, codes = np.zeros(starts[-1], np.int32), np.zeros(starts[-1], np.uint8)
    _write_paths(parents, branches, starts, nodes, codes)
    return HuffmanTree(starts, nodes, codes)


def tree_bytes(counts: np.ndarray) -> int:
    """The memory of the tree of (vocabulary,) int64 counts in bytes, without building its paths.

    Uneven counts have longer paths; with counts of at least 1, a path has at most log(total) / log(1.618) nodes.
    """
    starts = _path_starts(_joined(counts)[0])
    a_node = np.dtype(np.int32).itemsize + np.dtype(np.uint8).itemsize
    return starts.nbytes + a_node * int(starts[-1])


# Callers allocate the arrays of compiled loops: a loop that allocates takes two seconds longer to compile.


def _joined(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parent of each node, (2 × vocabulary - 1,) int64, and the branch that leads to the node, the same in uint8."""
    words = len(counts)
    totals = np.concatenate([counts, np.zeros(words - 1, np.int64)])
    parents, branches = np.zeros(2 * words - 1, np.int64), np.zeros(2 * words - 1, np.uint8)
    _merge_smallest(counts, totals, parents, branches)
    return parents, branches


def _path_starts(parents: np.ndarray) -> np.ndarray:
    """The start of each word's path when all are stored one after the other, (vocabulary + 1,) int64."""
    starts = np.zeros((len(parents) + 1) // 2 + 1, np.int64)
    _measure_paths(parents, np.zeros_like(parents), starts)
    return starts


@compiled
def _merge_smallest(counts, totals, parents, branches):
    """Join the two smallest subtrees until one is left. They come from two sorted queues: words from the end, joined nodes.

    counts : (vocabulary,) int64
    totals : (2 × vocabulary - 1,) int64, counts of the words (0 .. V-1), then of the inner nodes (V .. 2V-2), filled in
    parents, branches : (2 × vocabulary - 1,) int64 and uint8, filled in
    """
    words = len(counts)
    next_word = words - 1
    next_joined = words
    for joined in range(words, 2 * words - 1):
        total = 0
        for branch in range(2):
            # A tie goes to the joined node, as in the original. At the very first choice there is none.
            if next_word >= 0 and (next_joined >= joined or counts[next_word] < totals[next_joined]):
                smallest = next_word
                next_word -= 1
            else:
                smallest = next_joined
                next_joined += 1
            parents[smallest] = joined
            branches[smallest] = branch
            total += totals[smallest]
        totals[joined] = total


@compiled
def _measure_paths(parents, depths, starts):
    """Fill in the depth of each node, 0 for the root, and the cumulative depths of the words.

    parents : (2 × vocabulary - 1,) int64; a parent comes after its children
    depths : (2 × vocabulary - 1,) int64 zeros, filled in
    starts : (vocabulary + 1,) int64 zeros, filled in
    """
    for node in range(len(parents) - 2, -1, -1):
        depths[node] = depths[parents[node]] + 1
    for word in range(len(starts) - 1):
        starts[word + 1] = starts[word] + depths[word]


@compiled
def _write_paths(parents, branches, starts, nodes, codes):
    """Fill in the path of every word, see HuffmanTree."""
    words = len(starts) - 1
    for word in range(words):
        node = word
        for step in range(starts[word + 1] - 1, starts[word] - 1, -1):
            codes[step] = branches[node]
            node = parents[node]
            nodes[step] = node - words
