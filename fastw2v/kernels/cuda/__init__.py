"""The blocked algorithm on a GPU: each thread block goes along its own stretch of the text (Randall et al. 2021, FULL-W2V).

A launch trains a piece of every stretch. First `drawing` subsamples the pieces, lays windows and draws noise words, for all
stretches beside each other; then `training` takes each piece block of centers by block, as `kernels.blocked` does, with the
same formulas: a block's context rows lie in shared memory while any of its windows lasts, its noise rows are shared by all its
centers, rows are added to with plain loads and stores (Hogwild). `plan` sizes all this, and needs no GPU.

What a word costs, estimated for skip-gram with negative sampling, dim 100, window 5, negative 5, in blocks of 32 centers with
16 noise words, for each word that subsampling keeps; measured it has yet to be:

- 14,000 floating-point operations: 100 million words/s of which half are kept are 0.7 of an H100's 67 TFLOP/s.
- rows of 400 bytes: 1.3 context rows, an output row and half a noise row, each read twice and written once: 3.4 KB of L2
  traffic, 170 GB/s of about 5,500. Of a vocabulary of 60 thousand words all 54 MB of rows lie in L2, or nearly.
- shared memory: about 20,000 accesses of a warp for a block of centers, as many cycles of its multiprocessor, and that is the
  bound: 350 million kept words/s of one stretch on each of 132 multiprocessors. What is waited for comes on top: rows from L2
  some 25 times a block, 300 to 600 cycles each, and 12 barriers; so half of that, where one block has a multiprocessor alone.

So few stretches are enough, which is what the quality asks for: the fewer train at once, the less of what one learns is learned
from rows that others are changing.
"""
