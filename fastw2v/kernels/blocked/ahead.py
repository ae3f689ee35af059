"""The rows of the next block, asked for while this one is trained.

Skip-gram with 71 thousand words trains 1.07 times as fast with this, with a million words of dimension 300 1.10 times. The
nodes of a path are left alone: fetching them gained nothing.
"""

import numpy as np

from fastw2v.compiling import inlined, separate
from fastw2v.kernels.prefetch import prefetch_row


@separate
def fetch_block(first, worker, model, window):
    """Fetch the rows of the block that starts at `first`: the input rows that its windows are the first to cover, and the
    output rows of its centers and noise words.
    """
    batch, length = worker.batch, worker.state[0].complete
    last = min(first + worker.block, length)
    for position in range(min(first + window, length), min(last + window, length)):
        prefetch_row(model.input, np.int64(batch.words[position]))
    if first < last:
        fetch_output(worker.parts.negative, first, last, worker, model.output)


@inlined
def fetch_output(negative, first, last, worker, output):
    """With negative sampling, the output rows."""
    if negative is not None:
        batch = worker.batch
        for position in range(first, last):
            prefetch_row(output, np.int64(batch.words[position]))
        start = first // worker.block * worker.pool
        for sample in range(start, start + worker.pool):
            prefetch_row(output, np.int64(batch.noise[sample]))
