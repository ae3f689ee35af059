"""The model: its matrices, and the tables derived from word counts: noise distribution, Huffman tree, subsampling."""
