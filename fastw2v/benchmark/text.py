"""A generated text whose statistics are like those of English, for measuring where there is no corpus.

Word frequencies follow the law of Zipf and Mandelbrot, the r-th word's being proportional to 1 / (r + q)^s; the lengths of
sentences are log-normal, 20 words in the mean. Every sentence has a topic: half of its rarer words are moved to a word of that
topic of nearly the same frequency, so that there is something to learn and the loss falls. It is the same on every machine.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fastw2v._system.files import written_whole
from fastw2v.errors import UsageError

VOCABULARY = 60_000
SHIFT, EXPONENT = 1.0, 1.08  # q and s: the 1st, 10th, … 10,000th word are about as frequent as in English Wikipedia
SENTENCE_MEDIAN, SENTENCE_SPREAD = 16.0, 0.65
COMMON_WORDS = 200  # words before this rank belong to no topic
TOPICS = 50
ON_TOPIC = 0.5
PIECE = 1_000_000  # words drawn at a time
SYLLABLES = [consonant + vowel for vowel in "aeiou" for consonant in "tnshrdlmwcgfybpkv"]


def write_text(path: Path, words: int, vocabulary: int = VOCABULARY, seed: int = 1) -> None:
    """Write a text of so many words, of at most `vocabulary` different ones, a sentence a line."""
    if words < 1 or vocabulary < 1:
        raise UsageError(f"a text of {words} words of {vocabulary} different ones cannot be made: give numbers from 1")
    names = np.array([word_of(rank) for rank in range(vocabulary)], dtype=object)
    with written_whole(path) as file:
        for ranks, lengths in pieces(words, vocabulary, seed):
            spelled = names[ranks].tolist()
            ends = np.cumsum(lengths).tolist()
            file.writelines((" ".join(spelled[begin:end]) + "\n").encode() for begin, end in zip([0, *ends], ends))


def pieces(words: int, vocabulary: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The text in pieces: (n,) int64 ranks of words, and (sentences,) int64 lengths whose sum is n."""
    random = np.random.default_rng(seed)
    shares = np.cumsum((np.arange(vocabulary) + 1 + SHIFT) ** -EXPONENT)
    for done in range(0, words, PIECE):
        size = min(PIECE, words - done)
        ranks = np.searchsorted(shares, random.random(size) * shares[-1], side="right").clip(max=vocabulary - 1)
        lengths = sentence_lengths(size, random)
        yield on_topic(ranks, lengths, vocabulary, random), lengths


def sentence_lengths(words: int, random: np.random.Generator) -> np.ndarray:
    """Lengths of sentences, the last cut so that they have `words` words together."""
    drawn = np.rint(random.lognormal(np.log(SENTENCE_MEDIAN), SENTENCE_SPREAD, words)).astype(np.int64).clip(1, 200)
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, words))
    return np.diff(np.append(ends[:last], words), prepend=0)


def on_topic(ranks: np.ndarray, lengths: np.ndarray, vocabulary: int, random: np.random.Generator) -> np.ndarray:
    """The words, some of them moved to the topic of their sentence; a topic has each 50th word."""
    topics = np.repeat(random.integers(0, TOPICS, len(lengths)), lengths)
    moved = ranks - ranks % TOPICS + topics
    chosen = (ranks >= COMMON_WORDS) & (moved < vocabulary) & (random.random(len(ranks)) < ON_TOPIC)
    return np.where(chosen, moved, ranks)


def word_of(rank: int) -> str:
    """A pronounceable word, short for the frequent ones; no two ranks have the same."""
    word = ""
    while True:
        word += SYLLABLES[rank % len(SYLLABLES)]
        rank = rank // len(SYLLABLES) - 1
        if rank < 0:
            return word
