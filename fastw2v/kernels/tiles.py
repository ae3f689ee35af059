"""Tiles: four hidden rows against any number of output rows, scored and then moved together.

All scores of a tile are computed before any row moves, and both sides have moved when the next tile is scored. The hidden rows
move one after the other, as the original's contexts do: the second learns from the output rows as the first has left them. That
costs nothing, and with all four at once less was learned: item sessions, hierarchical softmax, window 30: 4.75 % of next films
instead of 4.84, the reference 4.92; pieces of 8, window 10, 20 noise words: 3.00 instead of 3.07, the reference 3.07.

A tile is the smallest step that keeps a core busy: with AVX2 the scores of two output rows, or 8 columns of the four hidden
rows and of their gradients, fill its registers. Half a tile has two hidden rows: the scores of four output rows, or 16
columns, fill the registers.

scores : (output rows, 4) float32; so that two output rows' scores are 8 lanes side by side, their number is rounded up to
    even. A half tile's are (1, 2 × output rows), those of each output row side by side, and their number is rounded up to four
"""

from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import HALF, LANES, load, load_half, pick, pick_half, store, totals_of_halves, zero, zero_half

ROWS = 4  # on the hidden side
TWO = 2  # output rows that are scored together; hidden rows of a half tile
FOUR = 4  # output rows that are scored together in a half tile


class Outputs(NamedTuple):
    """Output rows begin .. end - 1 of a matrix, or its rows order[begin] .. order[end - 1], which are all different.

    order : (n,) int64, padded with rows of the matrix to what is scored together, or None
    """

    matrix: np.ndarray
    order: np.ndarray | None
    begin: int
    end: int


@inlined
def row_at(order, k):
    """The row of the matrix that is output row k."""
    if order is not None:
        return order[k]
    return k


@inlined
def score_two(hidden, rows, outputs, k):
    """hidden[row] · output row k for four rows, then the same with output row k + 1, as 8 lanes."""
    r0, r1, r2, r3 = rows
    s0, s1, s2, s3 = zero_half(), zero_half(), zero_half(), zero_half()
    t0, t1, t2, t3 = zero_half(), zero_half(), zero_half(), zero_half()
    matrix, u0, u1 = outputs.matrix, row_at(outputs.order, k), row_at(outputs.order, k + 1)
    for d in range(0, matrix.shape[1], HALF):
        one, other = load_half(matrix, u0, d), load_half(matrix, u1, d)
        h0, h1 = load_half(hidden, r0, d), load_half(hidden, r1, d)
        s0 += h0 * one
        t0 += h0 * other
        s1 += h1 * one
        t1 += h1 * other
        h2, h3 = load_half(hidden, r2, d), load_half(hidden, r3, d)
        s2 += h2 * one
        t2 += h2 * other
        s3 += h3 * one
        t3 += h3 * other
    return totals_of_halves(s0, s1, s2, s3, t0, t1, t2, t3)


@inlined
def move_tile(hidden, rows, learned, outputs, scores):
    """For i = 0 … 3: learned[row i] += Σ_k scores[k, i] · u_k, and then every output row u_k += scores[k, i] · hidden[row i].

    rows : four of `hidden` and of `learned`, which may be the same matrix; the same row may be there several times. The hidden
        rows are those from before the tile
    """
    r0, r1, r2, r3 = rows
    matrix, order = outputs.matrix, outputs.order
    for d in range(0, matrix.shape[1], HALF):
        h0, h1, h2, h3 = load_half(hidden, r0, d), load_half(hidden, r1, d), load_half(hidden, r2, d), load_half(hidden, r3, d)
        g0, g1, g2, g3 = zero_half(), zero_half(), zero_half(), zero_half()
        for k in range(outputs.begin, outputs.end):
            at = row_at(order, k)
            row = load_half(matrix, at, d)
            c0, c1, c2, c3 = pick_half(scores, k, 0), pick_half(scores, k, 1), pick_half(scores, k, 2), pick_half(scores, k, 3)
            g0 += c0 * row
            row += c0 * h0
            g1 += c1 * row
            row += c1 * h1
            g2 += c2 * row
            row += c2 * h2
            g3 += c3 * row
            store(matrix, at, d, row + c3 * h3)
        store(learned, r0, d, load_half(learned, r0, d) + g0)
        store(learned, r1, d, load_half(learned, r1, d) + g1)
        store(learned, r2, d, load_half(learned, r2, d) + g2)
        store(learned, r3, d, load_half(learned, r3, d) + g3)


@inlined
def score_four(hidden, rows, outputs, k):
    """hidden[row] · output row k for two rows, then the same with the next three output rows, as 8 lanes."""
    r0, r1 = rows
    s0, s1, s2, s3 = zero_half(), zero_half(), zero_half(), zero_half()
    t0, t1, t2, t3 = zero_half(), zero_half(), zero_half(), zero_half()
    matrix, order = outputs.matrix, outputs.order
    a0, a1, a2, a3 = row_at(order, k), row_at(order, k + 1), row_at(order, k + 2), row_at(order, k + 3)
    for d in range(0, matrix.shape[1], HALF):
        one, other = load_half(hidden, r0, d), load_half(hidden, r1, d)
        u0, u1 = load_half(matrix, a0, d), load_half(matrix, a1, d)
        s0 += one * u0
        t0 += other * u0
        s1 += one * u1
        t1 += other * u1
        u2, u3 = load_half(matrix, a2, d), load_half(matrix, a3, d)
        s2 += one * u2
        t2 += other * u2
        s3 += one * u3
        t3 += other * u3
    return totals_of_halves(s0, t0, s1, t1, s2, t2, s3, t3)


@inlined
def move_half_tile(hidden, rows, learned, outputs, scores):
    """As `move_tile`, for two hidden rows; scores : (1, 2 × output rows)."""
    r0, r1 = rows
    matrix, order = outputs.matrix, outputs.order
    for d in range(0, matrix.shape[1], LANES):
        h0, h1 = load(hidden, r0, d), load(hidden, r1, d)
        g0, g1 = zero(), zero()
        for k in range(outputs.begin, outputs.end):
            at = row_at(order, k)
            row = load(matrix, at, d)
            c0, c1 = pick(scores, 0, TWO * k), pick(scores, 0, TWO * k + 1)
            g0 += c0 * row
            row += c0 * h0
            g1 += c1 * row
            store(matrix, at, d, row + c1 * h1)
        store(learned, r0, d, load(learned, r0, d) + g0)
        store(learned, r1, d, load(learned, r1, d) + g1)
