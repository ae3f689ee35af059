"""Words and the rows of their vectors: the base of queries, evaluation and conversion."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.arguments import COUNT, checked_number, shown
from fastw2v.errors import UsageError
from fastw2v.vectors.io.reading import check_distinct
from fastw2v.vectors.io.stored import Stored
from fastw2v.vectors.queries import several
from fastw2v.vectors.unknown_words import UnknownWordError


class Embeddings:
    """A word and a vector in each row; see WordVectors, which adds the queries.

    stored, kept_output : vectors and output vectors as stored; those of a model just trained are columns of its matrices
    """

    def __init__(
        self,
        words: Iterable[str],
        vectors: np.ndarray | Stored,
        *,
        counts: np.ndarray | None = None,
        settings: Mapping[str, Any] | None = None,
        output_vectors: np.ndarray | None = None,
        norms: np.ndarray | None = None,
    ) -> None:
        self.words = _word_list(words)
        self.stored = vectors if isinstance(vectors, Stored) else Stored(_matrix("vectors", vectors))
        self.counts = None if counts is None else np.asanyarray(counts)
        self.settings = dict(settings or {})
        self.kept_output = None if output_vectors is None else _matrix("output_vectors", output_vectors)
        self._rows = {word: row for row, word in enumerate(self.words)}
        self._norms = norms
        if len(self._rows) != len(self.words):
            check_distinct(words_to_bytes(self.words), lambda row: f"word {row + 1:,}")
        if len(self.words) != len(self.stored):
            raise UsageError(f"the words are {len(self.words):,}, the vectors {len(self.stored):,}: each word needs one vector")

    @property
    def vectors(self) -> np.ndarray:
        """(n, dim) float32, contiguous, one row a word. Of float16, int8 or a mapped file this is a copy in memory.

        Examples
        --------
        >>> vectors.vectors.shape == (len(vectors), vectors.dim)
        True
        """
        self.stored = self.stored.in_one_piece()
        return self.stored.rows(slice(None))

    @property
    def output_vectors(self) -> np.ndarray | None:
        """(n, dim) float32, contiguous: the output embeddings of negative sampling, or None where they were not kept.

        Examples
        --------
        >>> vectors.output_vectors.shape == vectors.vectors.shape
        True
        """
        if self.kept_output is not None:
            self.kept_output = np.ascontiguousarray(self.kept_output)
        return self.kept_output

    @property
    def dim(self) -> int:
        """The length of a vector.

        Examples
        --------
        >>> vectors.dim
        32
        """
        return int(self.stored.codes.shape[1])

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._rows

    def __getitem__(self, words: str | Iterable[str]) -> np.ndarray:
        """The vectors of words.

        Parameters
        ----------
        words : str or iterable of str
            One word, or several.

        Returns
        -------
        ndarray of float32
            (dim,) for one word, (m, dim) for m words.

        Raises
        ------
        UnknownWordError
            A word has no vector. It is a KeyError, and names words of a similar spelling.

        Examples
        --------
        >>> vectors["paris"].shape, vectors[["paris", "rome"]].shape
        ((32,), (2, 32))
        """
        if isinstance(words, str):
            return self.stored.rows([self.row(words)])[0]
        return self.stored.rows(self.rows(words))

    def __repr__(self) -> str:
        kept = "" if self.stored.dtype == "float32" else f", {self.stored.dtype}"
        return f"{type(self).__name__}({len(self):,} words, dimension {self.dim}{kept})"

    def row(self, word: str) -> int:
        """The row of a word's vector, its place in `words`.

        Parameters
        ----------
        word : str

        Returns
        -------
        int
            From 0.

        Raises
        ------
        UnknownWordError
            The word has no vector.

        Examples
        --------
        >>> vectors.row("</s>")
        0
        """
        try:
            return self._rows[word]
        except (KeyError, TypeError):  # TypeError: the key is not hashable
            raise UnknownWordError(word, self.words) from None

    def rows(self, words: str | Iterable[str] | None) -> list[int]:
        """The rows of several words.

        Parameters
        ----------
        words : str, iterable of str, or None
            One word, several, or none.

        Returns
        -------
        list of int
            One for each word, from 0.

        Raises
        ------
        UnknownWordError
            A word has no vector.

        Examples
        --------
        >>> vectors.rows(["</s>", vectors.words[7]])
        [0, 7]
        """
        return [self.row(word) for word in several(words)]

    @property
    def norms(self) -> np.ndarray:
        """(n,) float32, the Euclidean lengths of the vectors.

        Examples
        --------
        >>> vectors.norms.shape == (len(vectors),)
        True
        """
        if self._norms is None:
            self._norms = self.stored.norms()
        return self._norms

    def unit(self, rows: list[int] | np.ndarray) -> np.ndarray:
        """Vectors at length 1.

        Parameters
        ----------
        rows : list or ndarray of int
            (m,) rows of words.

        Returns
        -------
        ndarray of float32
            (m, dim) vectors divided by their lengths; a zero vector stays zero.

        Examples
        --------
        >>> paris, rome = vectors.unit(vectors.rows(["paris", "rome"]))
        >>> bool(abs(paris @ rome - vectors.similarity("paris", "rome")) < 1e-6)
        True
        """
        return self.stored.rows(rows) / not_zero(self.norms[rows])[:, np.newaxis]

    def cosines(self, targets: np.ndarray, restrict: int | None = None) -> np.ndarray:
        """Cosines of any vectors with those of all words.

        Parameters
        ----------
        targets : ndarray
            (q, dim) vectors of any length.
        restrict : int, optional
            Look at the first, most frequent words only.

        Returns
        -------
        ndarray of float32
            (q, n), or (q, restrict), in the order of the rows; 0 where either vector is zero.

        Examples
        --------
        >>> vectors.cosines(vectors[["paris", "rome"]], restrict=100).shape
        (2, 100)
        """
        last = len(self) if restrict is None else min(checked_number("restrict", restrict, COUNT), len(self))
        with np.errstate(over="ignore", invalid="ignore"):  # the vectors of a diverged model are huge
            found = self.stored.products(directions(targets), last)
            found /= not_zero(self.norms[:last])
        return found


def _word_list(words: Iterable[str]) -> list[str]:
    """Words as a list of str. Raises UsageError for anything else."""
    if isinstance(words, (str, bytes)) or not isinstance(words, Iterable):
        raise UsageError(f"words is {shown(words)}: it must be a list of str")
    found = words if isinstance(words, list) else list(words)
    if not all(issubclass(kind, str) for kind in set(map(type, found))):
        row = next(row for row, word in enumerate(found) if not isinstance(word, str))
        raise UsageError(f"word {row + 1:,} is {shown(found[row])}, of type {type(found[row]).__name__}: words must be str")
    return found


def _matrix(name: str, vectors: Any) -> np.ndarray:
    """(n, dim) float32. Raises UsageError for anything else."""
    try:
        with np.errstate(over="ignore"):
            found = np.asanyarray(vectors if np.isrealobj(vectors) else None, np.float32)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} must be numbers, (words, dim): {error}") from None
    if found.ndim != 2:
        raise UsageError(f"{name} have the shape {found.shape}: it must be (words, dim)")
    return found


def directions(targets: np.ndarray) -> np.ndarray:
    """Vectors divided by their lengths, (q, dim) float32; zero vectors stay zero."""
    targets = np.asarray(targets, np.float64)
    return (targets / not_zero(np.linalg.norm(targets, axis=1))[:, np.newaxis]).astype(np.float32)


def not_zero(norms: np.ndarray) -> np.ndarray:
    """Lengths to divide by: 1 in place of 0."""
    return np.where(norms > 0, norms, 1)
