"""Queries of the demonstration: neighbours of some words, and the planted analogies."""

from collections import defaultdict

from fastw2v.demo.text import analogies
from fastw2v.vectors.word_vectors import WordVectors

WORDS_TO_SHOW = ("paris", "france", "dog", "dogs", "bigger", "guitar")


def neighbours(vectors: WordVectors, topn: int = 5) -> dict[str, list[tuple[str, float]]]:
    """The nearest neighbours of some words, with cosines; words without a vector are left out."""
    return {word: vectors.most_similar(word, topn=topn) for word in WORDS_TO_SHOW if word in vectors}


def solved_analogies(vectors: WordVectors) -> dict[str, tuple[int, int]]:
    """For each planted relation, the analogies solved by 3CosAdd over all words, and their total."""
    scores: dict[str, list[bool]] = defaultdict(list)
    for analogy in analogies():
        known = all(word in vectors for word in (analogy.a, analogy.b, analogy.c, analogy.d))
        answer = vectors.most_similar([analogy.b, analogy.c], [analogy.a], topn=1)[0][0] if known else None
        scores[analogy.relation].append(answer == analogy.d)
    return {relation: (sum(solved), len(solved)) for relation, solved in scores.items()}
