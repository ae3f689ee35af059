"""Negative sampling in blocks: hidden rows against the block's noise words, and against the centers they belong to.

With h a hidden row, u an output vector, σ the logistic function, α the learning rate, n noise words a pair and K words in the
block's pool, a true pair's score u·h has the gradient α(1 - σ(u·h)), and that of a row against noise word k, a part of c
pairs, -α c (n/K) σ(u_k·h): what n words drawn for each of the c pairs would do on average (Mikolov et al. 2013, eq. 4).
"""

import numpy as np

from fastw2v.compiling import inlined
from fastw2v.kernels.blocked.batch import first_noise_word
from fastw2v.kernels.blocked.centers import learn_centers
from fastw2v.kernels.blocked.hidden import clear, gather, scatter_add
from fastw2v.kernels.blocked.logistic import sigmoid
from fastw2v.kernels.lanes import HALF, LANES, load_half, store
from fastw2v.kernels.products import (
    TILE,
    narrow_product,
    narrow_transposed,
    product,
    product_of_transposed,
    rounded_up,
    transposed,
)


@inlined
def learn_words(negative_wanted, cbow, first, last, origin, hidden, gradient, worker, model, variant):
    """Negative sampling on a block, where it is wanted: all hidden rows against noise words, then against their centers."""
    if negative_wanted is not None:
        learn_noise(first, last, origin, hidden, gradient, worker, model.output, variant.negative)
        learn_centers(cbow, first, last, origin, hidden, gradient, worker, model, variant)


@inlined
def learn_noise(first, last, origin, hidden, gradient, worker, output, negative):
    """The block's hidden rows against its noise words: scores, gradient, two products, scatter.

    The gradient of the centers' own hidden rows begins here, whatever was in it.

    first, last : the block's centers, positions in the batch
    hidden, gradient : the rows of the positions from `origin` on
    output : the output vectors
    """
    rows, columns = worker.rows, output.shape[1]
    drawn, pool = first_noise_word(first, worker), worker.batch.pool[0]
    noise = worker.batch.noise[drawn : drawn + pool]
    count, start = last - first, first - origin
    gather(output, noise, 0, pool, rows.noise)
    if pool % LANES == 0:
        transposed(rows.noise, pool, columns, rows.noise_columns)
        product(hidden, start, rows.noise_columns, columns, rows.scores, 0, count, pool, False)
    else:
        width = rounded_up(pool, HALF)
        narrow_transposed(rows.noise, width, columns, rows.narrow_columns)
        narrow_product(hidden, start, rows.narrow_columns, columns, rows.scores, count, width)
    noise_gradient(first, last, pool, worker, negative)
    product(rows.scores, 0, rows.noise, pool, gradient, start, count, columns, False)
    product_of_transposed(rows.scores, hidden, start, count, rows.noise, pool, columns, False)
    scatter_add(rows.noise, noise, 0, pool, output)


@inlined
def noise_gradient(first, last, pool, worker, negative):
    """scores[i, k] = -α c_i (n/K) σ(scores[i, k]); the rows that fill up the last tile get no gradient."""
    scores, pairs = worker.rows.scores, worker.batch.pairs
    step = -worker.state[0].alpha * np.float32(negative) / np.float32(pool)
    for center in range(first, last):
        weight = step * pairs[center]
        for k in range(0, pool, HALF):
            store(scores, center - first, k, weight * sigmoid(load_half(scores, center - first, k)))
    clear(scores, last - first, rounded_up(last - first, TILE))
