"""WordVectors: look words up, and ask which are near. The names are gensim's where gensim has one."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, overload

import numpy as np

from fastw2v._system.text_encoding import words_to_bytes, words_to_text
from fastw2v.arguments import COUNT, Range, checked_choice, checked_number, checked_path, shown
from fastw2v.errors import UsageError, option
from fastw2v.vectors.io import folder
from fastw2v.vectors.io.formats import DTYPES, FORMATS
from fastw2v.vectors.io.reading import check_distinct, read_rows
from fastw2v.vectors.io.stored import Stored, lengths
from fastw2v.vectors.io.writing import chosen_format, write_vectors
from fastw2v.vectors.nearest import ExactCosines, nearest_rows
from fastw2v.vectors.queries import is_vector, several, weighted
from fastw2v.vectors.unknown_words import UnknownWordError as UnknownWordError

Single = str | np.ndarray
Query = Single | Iterable[Single | tuple[Single, float]] | None
Neighbours = list[tuple[str, float]]

SCORES_AT_ONCE = 1 << 25  # cosines of a batch of queries held at a time: 128 MB
TOPN = Range(0, math.inf)


class WordVectors:
    """Words and their vectors.

    words : list of n distinct str (bytes that are no UTF-8 stand as lone surrogates), most frequent first
    vectors : (n, dim) float32
    counts : (n,) int64, how often each word was seen, or None where that is not known
    settings : what they were trained with, by name; empty where that is not known
    output_vectors : (n, dim) float32, of negative sampling, or None where they were not kept
    stored, kept_output : the vectors and the output vectors as they are kept: of a model just trained, columns of its matrices
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
        self.words = _checked_words(words)
        self.stored = vectors if isinstance(vectors, Stored) else Stored(_matrix("vectors", vectors))
        self.counts = None if counts is None else np.asanyarray(counts)
        self.settings = dict(settings or {})
        self.kept_output = None if output_vectors is None else _matrix("output_vectors", output_vectors)
        self._rows = {word: row for row, word in enumerate(self.words)}
        self._norms = norms
        if len(self._rows) != len(self.words):
            check_distinct(words_to_bytes(self.words), lambda row: f"word {row + 1:,}")
        if len(self.words) != len(self.stored):
            raise UsageError(f"{len(self.words):,} words, but {len(self.stored):,} vectors")

    @property
    def vectors(self) -> np.ndarray:
        """(n, dim) float32, in one piece; of vectors kept smaller or in a file, a copy in memory."""
        self.stored = self.stored.in_one_piece()
        return self.stored.rows(slice(None))

    @property
    def output_vectors(self) -> np.ndarray | None:
        """(n, dim) float32 of negative sampling, in one piece, or None where they were not kept."""
        if self.kept_output is not None:
            self.kept_output = np.ascontiguousarray(self.kept_output)
        return self.kept_output

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self.stored.codes.shape[1])

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._rows

    def __getitem__(self, words: str | Iterable[str]) -> np.ndarray:
        """The vector of a word, (dim,) float32, or of several, (m, dim). Raises UnknownWordError (a KeyError)."""
        if isinstance(words, str):
            return self.stored.rows([self.row(words)])[0]
        return self.stored.rows(self.rows(words))

    def __repr__(self) -> str:
        kept = "" if self.stored.dtype == "float32" else f", {self.stored.dtype}"
        return f"WordVectors({len(self):,} words, dimension {self.dim}{kept})"

    def row(self, word: str) -> int:
        """The row of a word's vector. Raises UnknownWordError."""
        try:
            return self._rows[word]
        except (KeyError, TypeError):  # the latter where it is no word, nor anything that can be looked up
            raise UnknownWordError(word, self.words) from None

    def rows(self, words: str | Iterable[str] | None) -> list[int]:
        """The rows of several words."""
        return [self.row(word) for word in several(words)]

    @property
    def norms(self) -> np.ndarray:
        """(n,) float32, the vectors' lengths."""
        if self._norms is None:
            self._norms = self.stored.norms()
        return self._norms

    def unit(self, rows: list[int] | np.ndarray) -> np.ndarray:
        """(m, dim) float32, the vectors of some rows divided by their lengths; zero stays zero."""
        return self.stored.rows(rows) / _not_zero(self.norms[rows])[:, np.newaxis]

    def cosines(self, targets: np.ndarray, restrict: int | None = None) -> np.ndarray:
        """(q, n) float32: of (q, dim) targets with all vectors, or the first `restrict`; 0 for a zero vector."""
        last = len(self) if restrict is None else min(checked_number("restrict", restrict, COUNT), len(self))
        with np.errstate(over="ignore", invalid="ignore"):  # of a model that diverged
            found = self.stored.products(_directions(targets), last)
            found /= _not_zero(self.norms[:last])
        return found

    @overload
    def most_similar(
        self, positive: Query = (), negative: Query = (), topn: int = 10, restrict: int | None = None
    ) -> Neighbours: ...

    @overload
    def most_similar(
        self, positive: Query = (), negative: Query = (), *, topn: None, restrict: int | None = None
    ) -> np.ndarray: ...

    def most_similar(
        self, positive: Query = (), negative: Query = (), topn: int | None = 10, restrict: int | None = None
    ) -> Neighbours | np.ndarray:
        """The words nearest to the mean of some words' unit vectors, those of `negative` subtracted, with their cosines.

        positive, negative : a word, a (dim,) vector, which counts as it is, or several of them; the words asked with are left
            out of the answer (3CosAdd: Mikolov, Yih and Zweig 2013). A pair (word, weight) has a weight of its own, whose sign
            counts also in `negative`, as with gensim; otherwise it is 1, and -1 in `negative`
        topn : how many; None for the cosines of all words, (n,) float32, in the order of the rows
        restrict : look at the first so many words only, the most frequent ones

        Words of equal cosines come in the order of the rows. Raises UnknownWordError, UsageError.
        """
        asked = weighted(positive, 1.0) + weighted(negative, -1.0)
        if not asked:
            raise UsageError("most_similar needs at least one word")
        target = np.zeros(self.dim, np.float64)
        for query, weight in asked:
            target += weight * (self._vector(query) if is_vector(query) else self.unit([self.row(query)])[0])
        left_out = [self.row(query) for query, _ in asked if isinstance(query, str)]
        return self._nearest(target[np.newaxis], [left_out], topn, restrict)[0]

    def similar_by_vector(self, vector: np.ndarray, topn: int | None = 10, restrict: int | None = None) -> Any:
        """The words nearest to a (dim,) vector, with their cosines; with topn None, the cosines of all."""
        return self._nearest(self._vector(vector)[np.newaxis], [[]], topn, restrict)[0]

    def similar_to_each(self, words: Iterable[str], topn: int | None = 10, restrict: int | None = None) -> list[Any]:
        """The nearest words of each of some words, asked together: one matrix product for many."""
        rows = self.rows(words)
        return self._nearest(self.stored.rows(rows), [[row] for row in rows], topn, restrict)

    def similarity(self, first: str, second: str) -> float:
        """The cosine of two words' vectors."""
        units = self.unit([self.row(first), self.row(second)])
        return float(units[0] @ units[1])

    def n_similarity(self, first: Iterable[str], second: Iterable[str]) -> float:
        """The cosine of the mean vectors of two lists of words."""
        means = [self._mean(several(words)) for words in (first, second)]
        return float(_unit(means[0]) @ _unit(means[1]))

    def distance(self, first: str, second: str) -> float:
        """1 - cosine of two words."""
        return 1 - self.similarity(first, second)

    def distances(self, word: Single, others: Iterable[str] | None = ()) -> np.ndarray:
        """1 - cosine of a word or a (dim,) vector with some other words, or with all: (m,) float32."""
        target = self._vector(word) if is_vector(word) else self[word]
        rows = self.rows(others)
        if not rows:
            return 1 - self.cosines(target[np.newaxis])[0]
        return 1 - self.unit(rows) @ _unit(target)

    def doesnt_match(self, words: Iterable[str]) -> str:
        """The word whose vector is farthest from the mean of all the words' unit vectors."""
        rows = self.rows(words)
        if not rows:
            raise UsageError("doesnt_match needs at least one word")
        units = self.unit(rows)
        return self.words[rows[int(np.argmin(units @ _unit(units.mean(axis=0))))]]

    def closer_than(self, word: str, other: str) -> list[str]:
        """The words that are nearer to a word than another one is."""
        own, its = self.row(word), self.row(other)
        target = self.stored.rows([own])
        scores = self.cosines(target)[0]
        exact = ExactCosines(self.stored, self.norms, _directions(target)[0])
        rows = np.flatnonzero(scores >= scores[its] - exact.rounding)
        return [self.words[row] for row in rows[exact(rows) > exact(np.array([its]))] if row != own]

    def rank(self, word: str, other: str) -> int:
        """The place of another word among a word's neighbours, from 1."""
        return len(self.closer_than(word, other)) + 1

    def evaluate_analogies(self, path: str | PathLike[str], **options: Any) -> Any:
        """How many analogies of a file are solved: see fastw2v.vectors.evaluation.analogies.evaluate_analogies."""
        from fastw2v.vectors.evaluation.analogies import evaluate_analogies

        return evaluate_analogies(self, path, **options)

    def evaluate_similarity(self, path: str | PathLike[str], **options: Any) -> Any:
        """How cosines go with people's judgement: see fastw2v.vectors.evaluation.similarity.evaluate_similarity."""
        from fastw2v.vectors.evaluation.similarity import evaluate_similarity

        return evaluate_similarity(self, path, **options)

    def save(self, path: str | PathLike[str], file_format: str = "auto", dtype: str | None = None) -> int:
        """Write the vectors, whole or not at all; returns the bytes written.

        file_format : "binary" or "text" (word2vec's, the text with every digit that counts), "original" (text with six
            decimals), "glove" (text without a first line), "folder", or "auto", by the name: binary for `.bin`, a folder for
            `.f2v`, else text; of files, `.gz`, `.bz2`, `.xz` and `.zst` are compressed
        dtype : in a folder, "float32", "float16" or "int8"
        """
        target = checked_path("path", path)
        chosen = chosen_format(target, checked_choice("file_format", file_format, FORMATS))
        if dtype is not None:
            checked_choice("dtype", dtype, DTYPES)
        names = words_to_bytes(self.words)
        if chosen != "folder":
            if dtype not in (None, "float32"):
                raise UsageError(
                    f"{option('dtype', dtype)} is for folders: files hold float32; "
                    f"give a name in .f2v, or {option('file_format', 'folder')}"
                )
            return write_vectors(target, names, self.stored.rows, self.dim, chosen)
        stored = self.stored.converted(dtype or self.stored.dtype)
        norms = self.norms if stored is self.stored else stored.norms()
        return folder.write_folder(target, folder.Model(names, stored, norms, self.counts, self.kept_output, self.settings))

    def to_gensim(self) -> Any:
        """The same as gensim's KeyedVectors; needs gensim."""
        from fastw2v.vectors.gensim_conversion import to_gensim

        return to_gensim(self)

    @classmethod
    def from_gensim(cls, theirs: Any) -> "WordVectors":
        """From gensim's KeyedVectors, or a model that has them as `wv`."""
        from fastw2v.vectors.gensim_conversion import from_gensim

        return from_gensim(theirs)

    def _vector(self, vector: Any) -> np.ndarray:
        """A vector asked with, (dim,) float32, checked; a single row of a matrix is taken for one."""
        try:
            with np.errstate(over="ignore"):
                found = np.asarray(vector if np.isrealobj(vector) else None, np.float32)
        except (TypeError, ValueError):
            raise UsageError(f"{shown(vector)} was asked with: it is neither a word nor a vector of numbers") from None
        if found.shape == (1, self.dim):
            found = found[0]
        if found.shape != (self.dim,):
            raise UsageError(f"a vector of shape {found.shape} was asked with: it must be ({self.dim},)")
        if not np.isfinite(found).all():
            raise UsageError("a vector that holds NaN or infinity was asked with")
        return found

    def _mean(self, words: list[Any]) -> np.ndarray:
        if not words:
            raise UsageError("n_similarity needs two lists with at least one word each")
        vectors = np.array([self._vector(word) if is_vector(word) else self[word] for word in words], np.float64)
        mean: np.ndarray = vectors.mean(axis=0)
        return mean

    def _nearest(self, targets: np.ndarray, left_out: Sequence[list[int]], topn: int | None, restrict: int | None) -> list[Any]:
        """For each of (q, dim) targets the nearest words, without those of some rows; with topn None all cosines."""
        count = checked_number("topn", topn, TOPN, optional=True)
        if not np.isfinite(targets).all():
            raise UsageError("the vector of a word that was asked with holds NaN or infinity")
        answers: list[Any] = []
        at_once = max(1, SCORES_AT_ONCE // max(1, len(self)))
        for start in range(0, len(targets), at_once):
            part = slice(start, start + at_once)
            for direction, scores, rows in zip(
                _directions(targets[part]), self.cosines(targets[part], restrict), left_out[part]
            ):
                if count is None:
                    answers.append(scores.copy())
                    continue
                scores[[row for row in rows if row < len(scores)]] = -np.inf
                found = nearest_rows(scores, count, ExactCosines(self.stored, self.norms, direction))
                answers.append([(self.words[row], float(cosine)) for row, cosine in zip(*found)])
        return answers


def warn(text: str) -> None:
    """A warning to the caller of `load`."""
    warnings.warn(text, stacklevel=4)


def load(
    path: str | PathLike[str],
    limit: int | None = None,
    *,
    lenient: bool = False,
    note: Callable[[str], None] = warn,
) -> WordVectors:
    """Read vectors from a file or folder, recognised by content, all or the first `limit`.

    word2vec binary or text, fastText's `.vec`, GloVe's text, each also in gzip, bzip2, xz, zstd or alone in a zip archive; or a
    folder that `save` wrote, whose vectors are mapped into memory. Of rows with the same word the first is kept.

    lenient : read the rows that are there, though the file's first line promises more or fewer
    note : is told what the user should know of a file that could be read

    Raises UsageError that names what is wrong with it, and where.
    """
    source = checked_path("path", path)
    limit = checked_number("limit", limit, COUNT, optional=True)
    if not source.is_dir():
        _, (words, vectors) = read_rows(source, limit, lenient=lenient, note=note)
        return WordVectors(words_to_text(words), vectors)
    if not folder.is_folder(source):
        raise UsageError(f"{source} is a folder without {folder.MODEL}: no model was saved there")
    model = folder.read_folder(source, limit)
    extras = {"counts": model.counts, "settings": model.settings, "output_vectors": model.output, "norms": model.norms}
    return WordVectors(words_to_text(model.words), model.stored, **extras)  # type: ignore[arg-type]


def _checked_words(words: Iterable[str]) -> list[str]:
    """Words as a list. Raises UsageError for what is none."""
    if isinstance(words, (str, bytes)) or not isinstance(words, Iterable):
        raise UsageError(f"words are {shown(words)}: they must be a list of str")
    found = words if isinstance(words, list) else list(words)
    if not all(issubclass(kind, str) for kind in set(map(type, found))):
        row = next(row for row, word in enumerate(found) if not isinstance(word, str))
        raise UsageError(f"word {row + 1:,} is {shown(found[row])}, of type {type(found[row]).__name__}: words are str")
    return found


def _matrix(name: str, vectors: Any) -> np.ndarray:
    """(n, dim) float32. Raises UsageError for what is none."""
    try:
        with np.errstate(over="ignore"):
            found = np.asanyarray(vectors if np.isrealobj(vectors) else None, np.float32)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} must be numbers, (words, dim): {error}") from None
    if found.ndim != 2:
        raise UsageError(f"{name} have the shape {found.shape}: it must be (words, dim)")
    return found


def _directions(targets: np.ndarray) -> np.ndarray:
    """(q, dim) float32, vectors divided by their lengths; zero stays zero."""
    targets = np.asarray(targets, np.float64)
    return (targets / _not_zero(np.linalg.norm(targets, axis=1))[:, np.newaxis]).astype(np.float32)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(lengths(vector[np.newaxis])[0]), np.finfo(np.float32).tiny)


def _not_zero(norms: np.ndarray) -> np.ndarray:
    return np.where(norms > 0, norms, 1)
