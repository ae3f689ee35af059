"""What a block should make of the model: the kernels' formula in NumPy."""

from typing import NamedTuple

import numpy as np

from fastw2v.kernels.model import Model
from fastw2v.kernels.worker import Variant
from fastw2v.tables import Tables


class Drawn(NamedTuple):
    """What a kernel drew: centers and the windows around them, noise words, and how many of each make a block."""

    words: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    noise: np.ndarray
    block: int
    pool: int


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def block_formula(
    model: Model, drawn: Drawn, variant: Variant, lookup: Tables, alpha: float, *, halves: bool = False
) -> list[np.ndarray]:
    """What the kernel should make of a batch, given what it drew: the formulas of its docstrings, straight, in float64.

    halves : a path's nodes move between the two sides of a window
    """
    inputs, outputs, nodes = (matrix.astype(np.float64) for matrix in model)
    words, block, pool_size, length = drawn.words, drawn.block, drawn.pool, len(drawn.words)
    windows = [[p for p in range(drawn.begin[c], drawn.end[c]) if p != c] for c in range(length)]
    for first in range(0, length, block):
        centers = range(first, min(first + block, length))
        noise = drawn.noise[first // block * pool_size :][:pool_size]
        share = variant.negative / max(pool_size, 1)
        hidden = inputs[words].copy()
        rows = {center: windows[center] for center in centers}
        if variant.cbow:
            for center in centers:
                hidden[center] = inputs[words[windows[center]]].mean(axis=0) if windows[center] else 0
            rows = {center: [center] if windows[center] else [] for center in centers}
        gradient = np.zeros_like(hidden)
        if variant.negative:
            pool, moves = outputs[noise], np.zeros((pool_size, outputs.shape[1]))
            for p in centers:
                pairs = len(rows[p]) if variant.cbow else sum(p in window for window in windows)
                step = -alpha * pairs * share * logistic(pool @ hidden[p])
                gradient[p] += step @ pool
                moves += np.outer(step, hidden[p])
            np.add.at(outputs, noise, moves)
            for c in centers:
                taken_back = (noise == words[c]).sum() * share
                step = alpha * (1 - logistic(hidden[rows[c]] @ outputs[words[c]]) * (1 - taken_back))
                gradient[rows[c]] += np.outer(step, outputs[words[c]])
                outputs[words[c]] += step @ hidden[rows[c]]
        if variant.hs:
            for c in centers:
                path = slice(*lookup.tree.starts[words[c] : words[c] + 2])
                on_path = lookup.tree.nodes[path]
                before, after = [row for row in rows[c] if row < c], [row for row in rows[c] if row > c]
                for side in [before, after] if halves and not variant.cbow else [rows[c]]:
                    step = alpha * (1 - lookup.tree.codes[path] - logistic(hidden[side] @ nodes[on_path].T))
                    gradient[side] += step @ nodes[on_path]
                    nodes[on_path] += step.T @ hidden[side]
        if variant.cbow:
            for c in centers:
                np.add.at(inputs, words[windows[c]], gradient[c])
        else:
            np.add.at(inputs, words, gradient)
    return [inputs, outputs, nodes]
