"""The blocked algorithm on a GPU: each thread block goes along its own stretch of the text (Randall et al. 2021, FULL-W2V).

A launch trains a piece of every stretch. First `drawing` subsamples the pieces, lays windows and draws noise words, for all
stretches beside each other; then `training` takes each piece block of centers by block, as `kernels.blocked` does, with the
same formulas: those of `wide` for skip-gram with negative sampling, whatever the window. A block's output rows lie in shared
memory, four hidden rows at a time are scored against all of them and moved (`tiles`), and rows are added to with plain loads
and stores (Hogwild). `plan` sizes all this, and needs no GPU.

What a word costs, estimated for skip-gram with negative sampling, dim 100, window 5, negative 5, in blocks of 16 centers with
16 noise words, for each word that subsampling keeps; measured it has yet to be:

- 7 tiles of 4 contexts a block, each of 128 scores, of which a third has pairs or stands for noise words of them.
- rows of 400 bytes: 1.6 context rows and 2 output rows, each read, and most of them read again and written: 4 KB of L2 traffic.
- time: a tile's scores take a dot product of a thread, 200 accesses to shared memory of a warp each for 4 warps, its step 24
  accesses for each of 32 output rows; with what is waited for, rows from L2 once and two barriers, 4,000 to 6,000 cycles. So a
  block takes some 35,000, and one stretch on each of an H100's 132 multiprocessors trains 100 million kept words/s.

So few stretches are enough, which is what the quality asks for: the fewer train at once, the less of what one learns is learned
from rows that others are changing.
"""
