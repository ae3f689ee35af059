"""Generated texts, packed and read back."""

import bz2
import gzip
import lzma
from collections.abc import Callable

import numpy as np

from fastw2v._system.text_encoding import OTHER_MARKS
from fastw2v.compression.reading import OTHER_COMPRESSION, ZIP
from fastw2v.compression.zstd import zstd
from fastw2v.corpus.buffers import text_buffers
from fastw2v.corpus.sources import sources

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
}
# How files begin that are not read as plain UTF-8.
NOT_PLAIN = (*OTHER_COMPRESSION, *OTHER_MARKS, *ZIP, b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def bytes_read(corpus: object) -> bytes:
    """All that a corpus holds, read in many buffers."""
    return b"".join(block.words() for block in text_buffers(sources(corpus), size=10_000))


def zipf_text(words: int, vocabulary: int, seed: int = 1, sentence: int = 17) -> bytes:
    """Lines of words w0, w1, … whose frequencies fall as 1/rank, with some order in them: a word's neighbours are like it."""
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocabulary + 1)
    ids = random.choice(vocabulary, size=words, p=weights / weights.sum())
    # Every third word is pulled towards its neighbour, so that there is something to learn.
    ids[1::3] = (ids[: len(ids[1::3]) * 3 : 3] // 8 * 8 + random.integers(0, 8, len(ids[1::3]))) % vocabulary
    names = np.array([f"w{i}" for i in range(vocabulary)])[ids]
    lines = [" ".join(names[i : i + sentence]) for i in range(0, words, sentence)]
    return ("\n".join(lines) + "\n").encode()
