"""The embedding matrices."""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled
from fastw2v.model.random_stream import advance, random_start, uniform
from fastw2v.model.top_nodes import count_copy_rows
from fastw2v.settings import Settings

ALIGNMENT = 64  # bytes: a cache line and an AVX-512 register
PAGE = 4096  # bytes; matrices begin at a page, so that they are written to disk without a copy (_system/direct_file.py)
FLOATS_PER_LINE = ALIGNMENT // 4


class Model(NamedTuple):
    """Matrices of (rows, row length) float32; rows are padded with zeros to whole cache lines.

    input : the input embeddings, a row for each word: the word vectors
    output : the output embeddings, a row for each word; no rows without negative sampling
    nodes : a row for each inner node of the Huffman tree, then the threads' copies (model.top_nodes); no rows without
        hierarchical softmax
    """

    input: np.ndarray
    output: np.ndarray
    nodes: np.ndarray


def row_length(dim: int) -> int:
    """The length of a padded row in floats."""
    return -(-dim // FLOATS_PER_LINE) * FLOATS_PER_LINE


def aligned_zeros(rows: int, columns: int, alignment: int = ALIGNMENT) -> np.ndarray:
    """(rows, columns) float32 zeros that begin at a multiple of `alignment` bytes."""
    memory = np.zeros(rows * columns + alignment // 4, np.float32)
    start = -memory.ctypes.data % alignment // 4
    return memory[start : start + rows * columns].reshape(rows, columns)


def new_model(vocabulary: int, settings: Settings) -> Model:
    """New matrices: input embeddings uniform in ±0.5/dim, output embeddings and nodes zero."""
    columns = row_length(settings.dim)
    model = Model(*(aligned_zeros(rows, columns, PAGE) for rows in _rows(vocabulary, settings)))
    _initialise(model.input, settings.dim, np.uint64(random_start(settings.seed, 1)))
    return model


def _rows(vocabulary: int, settings: Settings) -> tuple[int, int, int]:
    """The number of rows of each matrix; a GPU has no copies of nodes."""
    copies = count_copy_rows(settings.thread_count) if settings.device == "cpu" else 0
    return vocabulary, vocabulary if settings.negative else 0, vocabulary - 1 + copies if settings.hs else 0


@compiled
def _initialise(rows, dim, random):
    for row in range(len(rows)):
        for d in range(dim):
            random = advance(random)
            rows[row, d] = (uniform(random) - 0.5) / dim


def model_bytes(vocabulary: int, settings: Settings) -> int:
    """The memory of `new_model` in bytes."""
    return 4 * row_length(settings.dim) * sum(_rows(vocabulary, settings))
