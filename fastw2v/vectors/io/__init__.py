"""The files of word vectors: word2vec binary and text, GloVe, fastText, folders."""
