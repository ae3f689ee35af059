"""fastw2v beside word2vec.c, gensim and fastText."""
