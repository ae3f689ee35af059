"""The blocked algorithm on a GPU: each thread block trains its own stream of the text (Randall et al. 2021, FULL-W2V).

A launch trains a chunk of every stream. First `batch` subsamples the chunks, draws windows and noise words, for all streams in
parallel; then `training` trains each chunk, one block of centers after the other, with the formulas of `kernels.blocked`: those
of `skipgram_wide` for skip-gram with negative sampling, whatever the window. The output rows of a block lie in shared memory;
four hidden rows at a time are scored against all of them and moved (`tiles`); rows in global memory are updated with plain
loads and stores (Hogwild). `plan` computes all sizes, and needs no GPU.

What a word costs, estimated for skip-gram with negative sampling, dim 100, window 5, negative 5, in blocks of 16 centers with
16 noise words, for each word that subsampling keeps; not measured yet:

- 7 tiles of 4 contexts a block, each of 128 scores, of which a third has pairs or stands for noise words of them.
- rows of 400 bytes: 1.6 context rows and 2 output rows, each read, and most of them read again and written: 4 KB of L2 traffic.
- time: a tile's scores take a dot product of a thread, 200 accesses to shared memory of a warp each for 4 warps, its step 24
  accesses for each of 32 output rows; with what is waited for, rows from L2 once and two barriers, 4,000 to 6,000 cycles. So a
  block takes some 35,000, and one stream on each of an H100's 132 multiprocessors trains 100 million kept words/s.

So few streams are enough, and quality asks for few: the fewer train at once, the fewer rows are read while another stream
changes them.
"""
