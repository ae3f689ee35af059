"""Similarity queries: cosines of word vectors, with gensim's names where gensim has them."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np

from fastw2v.arguments import Range, checked_number
from fastw2v.errors import UsageError
from fastw2v.gensim_names import explain_arguments
from fastw2v.vectors.embeddings import Embeddings, directions
from fastw2v.vectors.io.stored import lengths
from fastw2v.vectors.nearest import ExactCosines, nearest_rows
from fastw2v.vectors.queries import checked_vector, is_vector, several, weighted

Single = str | np.ndarray
Query = Single | Iterable[Single | tuple[Single, float]] | None
Neighbours = list[tuple[str, float]]

COSINES_AT_ONCE = 1 << 25  # cosines held at a time: 128 MB
TOPN_RANGE = Range(0, math.inf)


class SimilarityQueries(Embeddings):
    """Embeddings that can be compared; see WordVectors, which adds evaluation and files."""

    @overload
    @explain_arguments
    def most_similar(
        self, positive: Query = (), negative: Query = (), topn: int = 10, restrict: int | None = None
    ) -> Neighbours: ...

    @overload
    @explain_arguments
    def most_similar(
        self, positive: Query = (), negative: Query = (), *, topn: None, restrict: int | None = None
    ) -> np.ndarray: ...

    @explain_arguments
    def most_similar(
        self, positive: Query = (), negative: Query = (), topn: int | None = 10, restrict: int | None = None
    ) -> Neighbours | np.ndarray:
        """The words nearest to the sum of some words' unit vectors, those of `negative` subtracted.

        Parameters
        ----------
        positive, negative : str, ndarray, or iterable of these or of (str or ndarray, float)
            Words, which are left out of the answer, and (dim,) vectors, which are taken at their own length. A pair has a
            weight of its own, whose sign counts in `negative` too, as with gensim; otherwise it is 1, and -1 in `negative`.
        topn : int or None, default 10
            Number of words to return; None for the cosines of all.
        restrict : int, optional
            Look at the first, most frequent words only.

        Returns
        -------
        list of (str, float)
            Words and their cosines, the nearest first; words of equal cosines in the order of the rows.
        ndarray of float32
            (n,), with topn None: the cosines of all words, in the order of the rows.

        Raises
        ------
        UnknownWordError
            A word has no vector.
        UsageError
            Nothing is asked with, or what is neither a word nor a finite (dim,) vector.

        Notes
        -----
        With b and c positive and a negative this is 3CosAdd, which solves "a is to b as c is to ?".

        References
        ----------
        T. Mikolov, W. Yih, G. Zweig, "Linguistic Regularities in Continuous Space Word Representations", 2013.

        Examples
        --------
        Paris is to France as Rome is to ...

        >>> vectors.most_similar(positive=["france", "rome"], negative=["paris"], topn=1)
        [('italy', 0.9...)]
        >>> vectors.most_similar("king", topn=None).shape == (len(vectors),)
        True
        """
        asked = weighted(positive, 1.0) + weighted(negative, -1.0)
        if not asked:
            raise UsageError("most_similar needs at least one word")
        target = np.zeros(self.dim, np.float64)
        for query, weight in asked:
            target += weight * (checked_vector(query, self.dim) if is_vector(query) else self.unit([self.row(query)])[0])
        left_out = [self.row(query) for query, _ in asked if isinstance(query, str)]
        return self._nearest(target[np.newaxis], [left_out], topn, restrict)[0]

    @overload
    def similar_by_vector(self, vector: np.ndarray, topn: int = 10, restrict: int | None = None) -> Neighbours: ...

    @overload
    def similar_by_vector(self, vector: np.ndarray, topn: None, restrict: int | None = None) -> np.ndarray: ...

    def similar_by_vector(
        self, vector: np.ndarray, topn: int | None = 10, restrict: int | None = None
    ) -> Neighbours | np.ndarray:
        """The words nearest to a vector.

        Parameters
        ----------
        vector : ndarray
            (dim,)
        topn, restrict
            As for `most_similar`.

        Returns
        -------
        list of (str, float), or ndarray of float32
            As of `most_similar`; no word is left out.

        Raises
        ------
        UsageError
            What is no finite (dim,) vector.

        Examples
        --------
        >>> vectors.similar_by_vector(vectors["paris"], topn=1)
        [('paris', 1...)]
        """
        return self._nearest(checked_vector(vector, self.dim)[np.newaxis], [[]], topn, restrict)[0]

    @overload
    def similar_to_each(self, words: Iterable[str], topn: int = 10, restrict: int | None = None) -> list[Neighbours]: ...

    @overload
    def similar_to_each(self, words: Iterable[str], topn: None, restrict: int | None = None) -> list[np.ndarray]: ...

    def similar_to_each(
        self, words: Iterable[str], topn: int | None = 10, restrict: int | None = None
    ) -> list[Neighbours] | list[np.ndarray]:
        """The nearest words of each of some words, asked together: one matrix product for many words.

        Parameters
        ----------
        words : iterable of str
        topn, restrict
            As for `most_similar`.

        Returns
        -------
        list
            For each word what `most_similar` returns.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> for word, found in zip(["paris", "king"], vectors.similar_to_each(["paris", "king"], topn=3)):
        ...     assert found == vectors.most_similar(word, topn=3)
        """
        rows = self.rows(words)
        return self._nearest(self.stored.rows(rows), [[row] for row in rows], topn, restrict)

    def similarity(self, first: str, second: str) -> float:
        """The cosine of two words' vectors.

        Parameters
        ----------
        first, second : str

        Returns
        -------
        float
            From -1 to 1.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> vectors.similarity("guitar", "piano") > vectors.similarity("guitar", "cheese")
        True
        """
        units = self.unit([self.row(first), self.row(second)])
        return float(units[0] @ units[1])

    def n_similarity(self, first: Iterable[str], second: Iterable[str]) -> float:
        """The cosine of the mean vectors of two lists of words.

        Parameters
        ----------
        first, second : iterable of str
            At least one word each; (dim,) vectors may stand among the words.

        Returns
        -------
        float
            From -1 to 1.

        Raises
        ------
        UnknownWordError
            A word has no vector.
        UsageError
            A list is empty.

        Examples
        --------
        >>> vectors.n_similarity(["guitar", "piano"], ["violin", "drum"])
        0.9...
        """
        means = [self._mean(several(words)) for words in (first, second)]
        return float(_unit(means[0]) @ _unit(means[1]))

    def distance(self, first: str, second: str) -> float:
        """The cosine distance of two words, 1 - cosine.

        Parameters
        ----------
        first, second : str

        Returns
        -------
        float
            From 0 to 2.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> vectors.distance("guitar", "piano") == 1 - vectors.similarity("guitar", "piano")
        True
        """
        return 1 - self.similarity(first, second)

    def distances(self, word: Single, others: Iterable[str] | None = ()) -> np.ndarray:
        """The cosine distances, 1 - cosine, of a word or vector to some other words, or to all.

        Parameters
        ----------
        word : str or ndarray
            A word or a (dim,) vector.
        others : iterable of str, optional
            The words to compare with; none for all.

        Returns
        -------
        ndarray of float32
            (m,), in the order of `others`, or (n,), in the order of the rows.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> near, far = vectors.distances("guitar", ["piano", "cheese"])
        >>> bool(near < far)
        True
        """
        target = self._vector(word)
        rows = self.rows(others)
        if not rows:
            return 1 - self.cosines(target[np.newaxis])[0]
        return 1 - self.unit(rows) @ _unit(target)

    def doesnt_match(self, words: Iterable[str]) -> str:
        """The word whose vector is farthest from the mean of all the words' unit vectors.

        Parameters
        ----------
        words : iterable of str
            At least one word.

        Returns
        -------
        str

        Raises
        ------
        UnknownWordError
            A word has no vector.
        UsageError
            There is no word.

        Examples
        --------
        >>> vectors.doesnt_match(["guitar", "piano", "cheese", "violin"])
        'cheese'
        """
        rows = self.rows(words)
        if not rows:
            raise UsageError("doesnt_match needs at least one word")
        units = self.unit(rows)
        return self.words[rows[int(np.argmin(units @ _unit(units.mean(axis=0))))]]

    def closer_than(self, word: str, other: str) -> list[str]:
        """The words that are nearer to a word than another one is.

        Parameters
        ----------
        word, other : str

        Returns
        -------
        list of str
            In the order of the rows, the most frequent first.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> nearest = vectors.most_similar("guitar", topn=2)
        >>> vectors.closer_than("guitar", nearest[1][0]) == [nearest[0][0]]
        True
        """
        own, its = self.row(word), self.row(other)
        target = self.stored.rows([own])
        scores = self.cosines(target)[0]
        exact = ExactCosines(self.stored, self.norms, directions(target)[0])
        rows = np.flatnonzero(scores >= scores[its] - exact.rounding)
        return [self.words[row] for row in rows[exact(rows) > exact(np.array([its]))] if row != own]

    def rank(self, word: str, other: str) -> int:
        """The place of another word among a word's neighbours.

        Parameters
        ----------
        word, other : str

        Returns
        -------
        int
            1 for the nearest.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> vectors.rank("guitar", vectors.most_similar("guitar", topn=3)[-1][0])
        3
        """
        return len(self.closer_than(word, other)) + 1

    def _vector(self, query: Any) -> np.ndarray:
        """(dim,) float32, a word's vector or the one given."""
        return checked_vector(query, self.dim) if is_vector(query) else self[query]

    def _mean(self, words: list[Any]) -> np.ndarray:
        if not words:
            raise UsageError("n_similarity needs two lists with at least one word each")
        vectors = np.array([self._vector(word) for word in words], np.float64)
        mean: np.ndarray = vectors.mean(axis=0)
        return mean

    def _nearest(self, targets: np.ndarray, left_out: Sequence[list[int]], topn: int | None, restrict: int | None) -> list[Any]:
        """The nearest words of each of (q, dim) targets, without the rows left out; with topn None (n,) float32 cosines."""
        count = checked_number("topn", topn, TOPN_RANGE, optional=True)
        if not np.isfinite(targets).all():
            raise UsageError("the vector of a word in the query holds NaN or infinity")
        answers: list[Any] = []
        at_once = max(1, COSINES_AT_ONCE // max(1, len(self)))
        for start in range(0, len(targets), at_once):
            part = slice(start, start + at_once)
            for direction, scores, rows in zip(
                directions(targets[part]), self.cosines(targets[part], restrict), left_out[part]
            ):
                if count is None:
                    answers.append(scores.copy())
                    continue
                scores[[row for row in rows if row < len(scores)]] = -np.inf
                found = nearest_rows(scores, count, ExactCosines(self.stored, self.norms, direction))
                answers.append([(self.words[row], float(cosine)) for row, cosine in zip(*found)])
        return answers


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(lengths(vector[np.newaxis])[0]), np.finfo(np.float32).tiny)
