"""Evaluation of word vectors: analogies and human similarity ratings."""

ANALOGY_METHODS = ("3cosadd", "3cosmul")
