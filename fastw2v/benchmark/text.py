"""A generated text with statistics like those of English, for measurements without a corpus.

Word frequencies follow the Zipf-Mandelbrot law: that of the r-th word is proportional to 1 / (r + q)^s. Lengths of sentences
are log-normal with a mean of 20 words. Each sentence has a topic: half of its rarer words are replaced by a word of that topic
with nearly the same frequency, so that there is something to learn and the loss falls. The text is the same on every machine.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fastw2v._system.files import written_whole
from fastw2v.errors import UsageError

VOCABULARY = 60_000
SHIFT, EXPONENT = 1.0, 1.08  # q and s, such that the 1st, 10th, … 10,000th word are about as frequent as in English Wikipedia
SENTENCE_MEDIAN, SENTENCE_SPREAD = 16.0, 0.65
COMMON_WORDS = 200  # the most frequent words, which belong to no topic
TOPIC_COUNT = 50
ON_TOPIC = 0.5  # probability that a rarer word is replaced
WORDS_AT_ONCE = 1_000_000  # words
SYLLABLES = [consonant + vowel for vowel in "aeiou" for consonant in "tnshrdlmwcgfybpkv"]


def write_text(path: Path, words: int, vocabulary: int = VOCABULARY, seed: int = 1) -> None:
    """Write a text of `words` words, at most `vocabulary` of them distinct, one sentence a line. Raises UsageError."""
    if words < 1 or vocabulary < 1:
        raise UsageError(f"cannot generate {words} words with a vocabulary of {vocabulary}: both must be at least 1")
    names = np.array([word_of(rank) for rank in range(vocabulary)], dtype=object)
    with written_whole(path) as file:
        for ranks, lengths in batches(words, vocabulary, seed):
            spelled = names[ranks].tolist()
            ends = np.cumsum(lengths).tolist()
            file.writelines((" ".join(spelled[begin:end]) + "\n").encode() for begin, end in zip([0, *ends], ends))


def batches(words: int, vocabulary: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Generate the text in batches: (n,) int64 ranks of words, and (sentences,) int64 lengths that sum to n."""
    random = np.random.default_rng(seed)
    cumulative = np.cumsum((np.arange(vocabulary) + 1 + SHIFT) ** -EXPONENT)
    for done in range(0, words, WORDS_AT_ONCE):
        size = min(WORDS_AT_ONCE, words - done)
        ranks = np.searchsorted(cumulative, random.random(size) * cumulative[-1], side="right").clip(max=vocabulary - 1)
        lengths = sentence_lengths(size, random)
        yield on_topic(ranks, lengths, vocabulary, random), lengths


def sentence_lengths(words: int, random: np.random.Generator) -> np.ndarray:
    """Draw lengths of sentences, (sentences,) int64; the last is cut so that they sum to `words`."""
    drawn = np.rint(random.lognormal(np.log(SENTENCE_MEDIAN), SENTENCE_SPREAD, words)).astype(np.int64).clip(1, 200)
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, words))
    return np.diff(np.append(ends[:last], words), prepend=0)


def on_topic(ranks: np.ndarray, lengths: np.ndarray, vocabulary: int, random: np.random.Generator) -> np.ndarray:
    """Replace some words by words of the topic of their sentence; each 50th rank belongs to one topic.

    ranks : (n,) int64
    lengths : (sentences,) int64, sum n
    """
    topics = np.repeat(random.integers(0, TOPIC_COUNT, len(lengths)), lengths)
    moved = ranks - ranks % TOPIC_COUNT + topics
    chosen = (ranks >= COMMON_WORDS) & (moved < vocabulary) & (random.random(len(ranks)) < ON_TOPIC)
    return np.where(chosen, moved, ranks)


def word_of(rank: int) -> str:
    """A pronounceable word, distinct for each rank and shorter for frequent words."""
    word = ""
    while True:
        word += SYLLABLES[rank % len(SYLLABLES)]
        rank = rank // len(SYLLABLES) - 1
        if rank < 0:
            return word
