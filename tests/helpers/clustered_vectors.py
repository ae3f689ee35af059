"""Vectors made up for pictures."""

import numpy as np

from fastw2v.vectors.word_vectors import WordVectors

# Words that are not only letters, and some that mean something to HTML, to TeX or to a template.
ODD_WORDS = [
    "a_1$x$",
    "_b",
    "<b>&amp;",
    "</script><script>",
    "<!--",
    "日本語",
    "x\udcff",
    "\x07bell",
    "\u202eright",
    "it's",
    '"q"',
    "{{data}}",
]


def clustered(clusters: int = 4, size: int = 10, dim: int = 12, seed: int = 1) -> WordVectors:
    """Words c0w0, c0w1, … in clusters far from each other, after `</s>`."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(clusters, dim)) * 3
    vectors = np.repeat(middles, size, axis=0) + random.normal(size=(clusters * size, dim)) * 0.5
    words = [f"c{cluster}w{word}" for cluster in range(clusters) for word in range(size)]
    return WordVectors(["</s>", *words], np.vstack([np.zeros(dim), vectors]).astype(np.float32))
