"""Small dense products on lanes: what most of the blocked kernels' time goes into.

All work in tiles whose sums stay in registers over the whole inner dimension, of 4 rows by 16 columns where not said otherwise.
One core does about 110 GFLOP/s this way (an EPYC "Genoa", with AVX-512 or with AVX2 alike), which is what it can do.
"""

from fastw2v.compiling import called, inlined
from fastw2v.kernels.lanes import HALF, LANES, load, load_half, pick, pick_half, store, total, zero, zero_half
from fastw2v.kernels.shuffles import totals, transpose, transpose_half

TILE = 4  # rows; their number is rounded up to this where not said otherwise, and arrays have room for it


@inlined
def rounded_up(rows, step):
    """The next multiple of `step`."""
    return (rows + step - 1) // step * step


@inlined
def product(a, first_a, b, inner, c, first_c, rows, columns, onto):
    """c[first_c + i] = Σ_k a[first_a + i, k] · b[k] for i < rows, or += with `onto`; `columns` is a multiple of 16."""
    for i in range(0, rows, TILE):
        p, q = first_a + i, first_c + i
        for j in range(0, columns, LANES):
            s0 = load(c, q, j) if onto else zero()
            s1 = load(c, q + 1, j) if onto else zero()
            s2 = load(c, q + 2, j) if onto else zero()
            s3 = load(c, q + 3, j) if onto else zero()
            for k in range(inner):
                row = load(b, k, j)
                s0 += pick(a, p, k) * row
                s1 += pick(a, p + 1, k) * row
                s2 += pick(a, p + 2, k) * row
                s3 += pick(a, p + 3, k) * row
            store(c, q, j, s0)
            store(c, q + 1, j, s1)
            store(c, q + 2, j, s2)
            store(c, q + 3, j, s3)


@called
def narrow_product(a, first_a, b, inner, c, rows, columns):
    """c[i] = Σ_k a[first_a + i, k] · b[k] for i < rows, their number rounded up to a multiple of 8; so are `columns`.

    With 8 columns a tile takes 8 rows, for there must be 8 sums of 8 floats to keep a core busy: 100 GFLOP/s.
    """
    for i in range(0, rows, HALF):
        p = first_a + i
        for j in range(0, columns, HALF):
            s0, s1, s2, s3 = zero_half(), zero_half(), zero_half(), zero_half()
            s4, s5, s6, s7 = zero_half(), zero_half(), zero_half(), zero_half()
            for k in range(inner):
                row = load_half(b, k, j)
                s0 += pick_half(a, p, k) * row
                s1 += pick_half(a, p + 1, k) * row
                s2 += pick_half(a, p + 2, k) * row
                s3 += pick_half(a, p + 3, k) * row
                s4 += pick_half(a, p + 4, k) * row
                s5 += pick_half(a, p + 5, k) * row
                s6 += pick_half(a, p + 6, k) * row
                s7 += pick_half(a, p + 7, k) * row
            store(c, i, j, s0)
            store(c, i + 1, j, s1)
            store(c, i + 2, j, s2)
            store(c, i + 3, j, s3)
            store(c, i + 4, j, s4)
            store(c, i + 5, j, s5)
            store(c, i + 6, j, s6)
            store(c, i + 7, j, s7)


@inlined
def product_of_transposed(a, b, first_b, inner, c, rows, columns, onto):
    """c[i] = Σ_k a[k, i] · b[first_b + k] for i < rows, or += with `onto`; `columns` is a multiple of 16."""
    for i in range(0, rows, TILE):
        for j in range(0, columns, LANES):
            s0 = load(c, i, j) if onto else zero()
            s1 = load(c, i + 1, j) if onto else zero()
            s2 = load(c, i + 2, j) if onto else zero()
            s3 = load(c, i + 3, j) if onto else zero()
            for k in range(inner):
                row = load(b, first_b + k, j)
                s0 += pick(a, k, i) * row
                s1 += pick(a, k, i + 1) * row
                s2 += pick(a, k, i + 2) * row
                s3 += pick(a, k, i + 3) * row
            store(c, i, j, s0)
            store(c, i + 1, j, s1)
            store(c, i + 2, j, s2)
            store(c, i + 3, j, s3)


@inlined
def dot(a, i, b, j):
    """a[i] · b[j]."""
    sums = zero()
    for d in range(0, a.shape[1], LANES):
        sums += load(a, i, d) * load(b, j, d)
    return total(sums)


@inlined
def dots(a, rows, b, j):
    """a[row] · b[j] of four rows, as 4 lanes."""
    first, second, third, fourth = rows
    s0, s1, s2, s3 = zero(), zero(), zero(), zero()
    for d in range(0, a.shape[1], LANES):
        other = load(b, j, d)
        s0 += load(a, first, d) * other
        s1 += load(a, second, d) * other
        s2 += load(a, third, d) * other
        s3 += load(a, fourth, d) * other
    return totals(s0, s1, s2, s3)


@inlined
def transposed(a, rows, columns, c):
    """c[j, i] = a[i, j]; both numbers are multiples of 16."""
    for i in range(0, rows, LANES):
        for j in range(0, columns, LANES):
            transpose(a, i, j, c, j, i)


@inlined
def narrow_transposed(a, rows, columns, c):
    """The same where `rows` is a multiple of 8."""
    for i in range(0, rows, HALF):
        for j in range(0, columns, LANES):
            transpose_half(a, i, j, c, j, i)
