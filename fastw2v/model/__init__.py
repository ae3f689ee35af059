"""The model: its matrices, and what is derived from counts: noise distribution, Huffman tree, subsampling."""
