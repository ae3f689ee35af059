"""Evaluation of word vectors: analogies and human similarity ratings."""

from typing import Literal, get_args

AnalogyMethod = Literal["3cosadd", "3cosmul"]

ANALOGY_METHODS: tuple[AnalogyMethod, ...] = get_args(AnalogyMethod)
