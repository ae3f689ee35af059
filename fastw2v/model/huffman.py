"""The Huffman tree of hierarchical softmax, built as word2vec.c builds it (Morin and Bengio 2005; Mikolov et al. 2013)."""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled


class HuffmanTree(NamedTuple):
    """Each word's path from the root: the inner nodes passed and the branch taken at each.

    Word w's path is nodes[starts[w] : starts[w+1]], its code the same part of `codes`.

    starts : (vocabulary + 1,) int64
    nodes : (total path length,) int32, inner nodes 0 .. vocabulary - 2, the root the last
    codes : (total path length,) uint8, 0 or 1
    """

    starts: np.ndarray
    nodes: np.ndarray
    codes: np.ndarray


def no_tree() -> HuffmanTree:
    """An empty tree, for runs without hierarchical softmax."""
    return HuffmanTree(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8))


def huffman_tree(counts: np.ndarray) -> HuffmanTree:
    """The tree for (vocabulary,) int64 counts, descending but for the first (`</s>`)."""
    parents, branches = _joined(counts)
    starts = _path_starts(parents)
    nodes, codes = np.zeros(starts[-1], np.int32), np.zeros(starts[-1], np.uint8)
    _write_paths(parents, branches, starts, nodes, codes)
    return HuffmanTree(starts, nodes, codes)


def tree_bytes(counts: np.ndarray) -> int:
    """The bytes that the tree of these counts takes; none of its paths is written for that.

    The paths are as long as the counts are uneven: of counts from 1 on, a path has at most log(total) / log(1.618) nodes.
    """
    starts = _path_starts(_joined(counts)[0])
    a_node = np.dtype(np.int32).itemsize + np.dtype(np.uint8).itemsize
    return starts.nbytes + a_node * int(starts[-1])


# Loops are handed their arrays: one that makes its own takes two seconds longer to compile.


def _joined(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The tree from its leaves: each node's parent, (2 × vocabulary - 1,) int64, and the branch that leads to it, uint8."""
    words = len(counts)
    totals = np.concatenate([counts, np.zeros(words - 1, np.int64)])
    parents, branches = np.zeros(2 * words - 1, np.int64), np.zeros(2 * words - 1, np.uint8)
    _merge_smallest(counts, totals, parents, branches)
    return parents, branches


def _path_starts(parents: np.ndarray) -> np.ndarray:
    """Where each word's path starts when all are written one after the other, (vocabulary + 1,) int64."""
    starts = np.zeros((len(parents) + 1) // 2 + 1, np.int64)
    _measure_paths(parents, np.zeros_like(parents), starts)
    return starts


@compiled
def _merge_smallest(counts, totals, parents, branches):
    """Join the two smallest subtrees until one is left: two sorted queues, the words from the last and the joined nodes.

    Fills in, for words (0 .. V-1) and inner nodes (V .. 2V-2), the parent node and the branch (0 or 1) that leads down to it.
    """
    words = len(counts)
    next_word = words - 1
    next_joined = words
    for joined in range(words, 2 * words - 1):
        total = 0
        for branch in range(2):
            # A tie goes to the joined node, as in the original. The first choice of all has no joined node to look at.
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
    """Go down from the root, whose depth is 0, and add up the depths of the words.

    depths : (2 × vocabulary - 1,) int64 zeros, to be filled in; a parent comes after its children
    """
    for node in range(len(parents) - 2, -1, -1):
        depths[node] = depths[parents[node]] + 1
    for word in range(len(starts) - 1):
        starts[word + 1] = starts[word] + depths[word]


@compiled
def _write_paths(parents, branches, starts, nodes, codes):
    """Write every word's path down from the root."""
    words = len(starts) - 1
    for word in range(words):
        node = word
        for step in range(starts[word + 1] - 1, starts[word] - 1, -1):
            codes[step] = branches[node]
            node = parents[node]
            nodes[step] = node - words
