"""Tiles: four hidden rows against any number of output rows, scored and then moved together.

All scores of a tile are computed before any row moves, and both sides have moved when the next tile is scored. The hidden rows
move one after the other, as the original's contexts do: the second learns from the output rows as the first has left them. That
costs nothing, and with all four at once less was learned: item sessions, hierarchical softmax, window 30: 4.75 % of next films
instead of 4.84, the reference 4.92; pieces of 8, window 10, 20 noise words: 3.00 instead of 3.07, the reference 3.07.

A tile is the smallest step that keeps a core busy: with AVX2 the scores of two output rows, or 8 columns of the four hidden
rows and of their gradients, fill its registers.

scores : (output rows, 4) float32; so that two output rows' scores are 8 lanes side by side, their number is rounded up to even
"""

from fastw2v._jit.compiling import inlined
from fastw2v._jit.simd import HALF, load_half, pick_half, store, totals_of_halves, zero_half

ROWS = 4  # on the hidden side
TWO = 2  # output rows that are scored together


@inlined
def score_two(hidden, rows, outputs, first):
    """hidden[row] · outputs[first] for four rows, then the same with outputs[first + 1], as 8 lanes."""
    r0, r1, r2, r3 = rows
    s0, s1, s2, s3 = zero_half(), zero_half(), zero_half(), zero_half()
    t0, t1, t2, t3 = zero_half(), zero_half(), zero_half(), zero_half()
    for d in range(0, outputs.shape[1], HALF):
        one, other = load_half(outputs, first, d), load_half(outputs, first + 1, d)
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
def move_tile(hidden, rows, learned, outputs, begin, end, scores):
    """For i = 0 … 3: learned[row i] += Σ_k scores[k, i] · outputs[k], and then outputs[k] += scores[k, i] · hidden[row i].

    rows : four of `hidden` and of `learned`, which may be the same matrix; the same row may be there several times. The hidden
        rows are those from before the tile
    begin, end : of the output rows
    """
    r0, r1, r2, r3 = rows
    for d in range(0, outputs.shape[1], HALF):
        h0, h1, h2, h3 = load_half(hidden, r0, d), load_half(hidden, r1, d), load_half(hidden, r2, d), load_half(hidden, r3, d)
        g0, g1, g2, g3 = zero_half(), zero_half(), zero_half(), zero_half()
        for k in range(begin, end):
            row = load_half(outputs, k, d)
            c0, c1, c2, c3 = pick_half(scores, k, 0), pick_half(scores, k, 1), pick_half(scores, k, 2), pick_half(scores, k, 3)
            g0 += c0 * row
            row += c0 * h0
            g1 += c1 * row
            row += c1 * h1
            g2 += c2 * row
            row += c2 * h2
            g3 += c3 * row
            store(outputs, k, d, row + c3 * h3)
        store(learned, r0, d, load_half(learned, r0, d) + g0)
        store(learned, r1, d, load_half(learned, r1, d) + g1)
        store(learned, r2, d, load_half(learned, r2, d) + g2)
        store(learned, r3, d, load_half(learned, r3, d) + g3)
