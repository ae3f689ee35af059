"""WordVectors: look words up, and ask which are near. The names are gensim's where gensim has one."""

import difflib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v.errors import UsageError
from fastw2v.utf8 import words_to_bytes, words_to_text
from fastw2v.vectors import folder
from fastw2v.vectors.reading import check_distinct, read_rows
from fastw2v.vectors.stored import Stored, lengths
from fastw2v.vectors.writing import chosen_format, write_vectors

Query = str | np.ndarray | Sequence[str | np.ndarray]
Neighbours = list[tuple[str, float]]

SCORES_AT_ONCE = 1 << 25  # cosines of a batch of queries held at a time: 128 MB
SPELLINGS_LOOKED_AT = 50_000  # of the most frequent words, for one that is not there


class UnknownWordError(UsageError, KeyError):
    """A word that has no vector; the message names words of a similar spelling."""

    def __init__(self, word: str, words: Sequence[str] = ()) -> None:
        super().__init__(word)
        self.word = word
        self.words = words

    def __str__(self) -> str:
        near = near_spellings(self.word, self.words)
        return f"the word {self.word!r} has no vector" + (f"; there is {', '.join(near)}" if near else "")


def near_spellings(word: str, words: Sequence[str], most: int = 3) -> list[str]:
    """Frequent words spelled much like another, and the same in other cases."""
    known = [other for other in words[:SPELLINGS_LOOKED_AT] if abs(len(other) - len(word)) <= 2]
    found = [other for other in known if other.casefold() == word.casefold()]
    return (found + [other for other in difflib.get_close_matches(word, known, most, 0.75) if other not in found])[:most]


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
        words: list[str],
        vectors: np.ndarray | Stored,
        *,
        counts: np.ndarray | None = None,
        settings: Mapping[str, Any] | None = None,
        output_vectors: np.ndarray | None = None,
        norms: np.ndarray | None = None,
    ) -> None:
        self.words = words
        self.stored = vectors if isinstance(vectors, Stored) else Stored(np.asarray(vectors, np.float32))
        self.counts = counts
        self.settings = dict(settings or {})
        self.kept_output = output_vectors
        self._rows = {word: row for row, word in enumerate(words)}
        self._norms = norms
        if len(self._rows) != len(words):
            check_distinct(words_to_bytes(words), lambda row: f"word {row + 1:,}")
        if len(words) != len(self.stored):
            raise UsageError(f"{len(words):,} words, but {len(self.stored):,} vectors")

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
        return word in self._rows

    def __getitem__(self, words: str | Sequence[str]) -> np.ndarray:
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
        except KeyError:
            raise UnknownWordError(word, self.words) from None

    def rows(self, words: str | Iterable[str]) -> list[int]:
        """The rows of several words."""
        return [self.row(word) for word in ([words] if isinstance(words, str) else words)]

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
        last = len(self) if restrict is None else min(restrict, len(self))
        targets = np.asarray(targets, np.float32)
        units = targets / _not_zero(lengths(targets))[:, np.newaxis]
        found = self.stored.products(units, last)
        found /= _not_zero(self.norms[:last])
        return found

    def most_similar(
        self, positive: Query = (), negative: Query = (), topn: int = 10, restrict: int | None = None
    ) -> Neighbours:
        """The words nearest to the mean of some words' unit vectors, those of `negative` subtracted, with their cosines.

        positive, negative : a word, a (dim,) vector, which counts as it is, or several of them; the words asked with are left
            out of the answer (3CosAdd: Mikolov, Yih and Zweig 2013)
        restrict : look at the first so many words only, the most frequent ones

        Raises UnknownWordError, UsageError.
        """
        added, subtracted = _several(positive), _several(negative)
        if not added and not subtracted:
            raise UsageError("most_similar needs at least one word")
        target = np.zeros(self.dim, np.float64)
        for sign, queries in ((1, added), (-1, subtracted)):
            for query in queries:
                target += sign * (self.unit([self.row(query)])[0] if isinstance(query, str) else self._vector(query))
        asked = [self.row(query) for query in added + subtracted if isinstance(query, str)]
        return self._nearest(target[np.newaxis], [asked], topn, restrict)[0]

    def similar_by_vector(self, vector: np.ndarray, topn: int = 10, restrict: int | None = None) -> Neighbours:
        """The words nearest to a (dim,) vector, with their cosines."""
        return self._nearest(self._vector(vector)[np.newaxis], [[]], topn, restrict)[0]

    def similar_to_each(self, words: Sequence[str], topn: int = 10, restrict: int | None = None) -> list[Neighbours]:
        """The nearest words of each of some words, asked together: one matrix product for many."""
        rows = self.rows(words)
        return self._nearest(self.stored.rows(rows), [[row] for row in rows], topn, restrict)

    def similarity(self, first: str, second: str) -> float:
        """The cosine of two words' vectors."""
        units = self.unit(self.rows([first, second]))
        return float(units[0] @ units[1])

    def n_similarity(self, first: Sequence[str], second: Sequence[str]) -> float:
        """The cosine of the mean vectors of two lists of words."""
        if not first or not second:
            raise UsageError("n_similarity needs two lists with at least one word each")
        return float(
            _unit(self[_several(first)].mean(axis=0, dtype=np.float64))
            @ _unit(self[_several(second)].mean(axis=0, dtype=np.float64))
        )

    def distance(self, first: str, second: str) -> float:
        """1 - cosine of two words."""
        return 1 - self.similarity(first, second)

    def distances(self, word: str | np.ndarray, others: Sequence[str] = ()) -> np.ndarray:
        """1 - cosine of a word or a (dim,) vector with some other words, or with all: (m,) float32."""
        target = self[word] if isinstance(word, str) else self._vector(word)
        if not others:
            return 1 - self.cosines(target[np.newaxis])[0]
        return 1 - self.unit(self.rows(others)) @ _unit(target)

    def doesnt_match(self, words: Sequence[str]) -> str:
        """The word whose vector is farthest from the mean of all the words' unit vectors."""
        rows = self.rows(words)
        if not rows:
            raise UsageError("doesnt_match needs at least one word")
        units = self.unit(rows)
        return words[int(np.argmin(units @ _unit(units.mean(axis=0))))]

    def closer_than(self, word: str, other: str) -> list[str]:
        """The words that are nearer to a word than another one is."""
        distances = self.distances(word)
        nearer = np.flatnonzero(distances < distances[self.row(other)])
        return [self.words[row] for row in nearer if row != self.row(word)]

    def rank(self, word: str, other: str) -> int:
        """The place of another word among a word's neighbours, from 1."""
        return len(self.closer_than(word, other)) + 1

    def evaluate_analogies(self, path: str | PathLike[str], **options: Any) -> Any:
        """How many analogies of a file are solved: see fastw2v.vectors.analogies.evaluate_analogies."""
        from fastw2v.vectors.analogies import evaluate_analogies

        return evaluate_analogies(self, path, **options)

    def evaluate_similarity(self, path: str | PathLike[str], **options: Any) -> Any:
        """How cosines go with people's judgement: see fastw2v.vectors.similarity.evaluate_similarity."""
        from fastw2v.vectors.similarity import evaluate_similarity

        return evaluate_similarity(self, path, **options)

    def save(self, path: str | PathLike[str], file_format: str = "auto", dtype: str | None = None) -> int:
        """Write the vectors, whole or not at all; returns the bytes written.

        file_format : "binary" or "text" (word2vec's, the text with every digit that counts), "original" (text with six
            decimals), "glove" (text without a first line), "folder", or "auto", by the name: binary for `.bin`, a folder for
            `.f2v`, else text; of files, `.gz`, `.bz2`, `.xz` and `.zst` are compressed
        dtype : in a folder, "float32", "float16" or "int8"
        """
        target, chosen = Path(path), chosen_format(Path(path), file_format)
        names = words_to_bytes(self.words)
        if chosen != "folder":
            if dtype not in (None, "float32"):
                raise UsageError(f"dtype {dtype} is for folders: files hold float32; give a name in .f2v, or --format folder")
            return write_vectors(target, names, self.stored.rows, self.dim, chosen)
        stored = self.stored.converted(dtype or self.stored.dtype)
        norms = self.norms if stored is self.stored else stored.norms()
        return folder.write_folder(target, folder.Model(names, stored, norms, self.counts, self.kept_output, self.settings))

    def to_gensim(self) -> Any:
        """The same as gensim's KeyedVectors; needs gensim."""
        from fastw2v.vectors.gensim import to_gensim

        return to_gensim(self)

    @classmethod
    def from_gensim(cls, theirs: Any) -> "WordVectors":
        """From gensim's KeyedVectors, or a model that has them as `wv`."""
        from fastw2v.vectors.gensim import from_gensim

        return from_gensim(theirs)

    def _vector(self, vector: np.ndarray) -> np.ndarray:
        """A vector asked with, checked."""
        found = np.asarray(vector, np.float32)
        if found.shape != (self.dim,):
            raise UsageError(f"a vector of shape {found.shape} was asked with: it must be ({self.dim},)")
        return found

    def _nearest(self, targets: np.ndarray, excluded: Sequence[list[int]], topn: int, restrict: int | None) -> list[Neighbours]:
        """For each of (q, dim) targets the nearest words, without those of the rows excluded."""
        answers = []
        at_once = max(1, SCORES_AT_ONCE // max(1, len(self)))
        for start in range(0, len(targets), at_once):
            part = slice(start, start + at_once)
            for scores, rows in zip(self.cosines(targets[part], restrict), excluded[part]):
                inside = [row for row in set(rows) if row < len(scores)]
                scores[inside] = -np.inf
                answers.append(self._best(scores, min(topn, len(scores) - len(inside))))
        return answers

    def _best(self, scores: np.ndarray, count: int) -> Neighbours:
        if count < 1:
            return []
        nearest = np.argpartition(scores, len(scores) - count)[len(scores) - count :]
        nearest = nearest[np.lexsort((nearest, -scores[nearest]))]
        return [(self.words[row], float(scores[row])) for row in nearest]


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
    source = Path(path)
    if limit is not None and limit < 1:
        raise UsageError(f"limit is {limit}: it must be 1 or more")
    if not source.is_dir():
        _, (words, vectors) = read_rows(source, limit, lenient=lenient, note=note)
        return WordVectors(words_to_text(words), vectors)
    if not folder.is_folder(source):
        raise UsageError(f"{source} is a folder without {folder.MODEL}: no model was saved there")
    model = folder.read_folder(source, limit)
    extras = {"counts": model.counts, "settings": model.settings, "output_vectors": model.output, "norms": model.norms}
    return WordVectors(words_to_text(model.words), model.stored, **extras)  # type: ignore[arg-type]


def _several(query: Any) -> list[Any]:
    """A query as a list of words and vectors."""
    return [query] if isinstance(query, (str, np.ndarray)) else list(query)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(lengths(vector[np.newaxis])[0]), np.finfo(np.float32).tiny)


def _not_zero(norms: np.ndarray) -> np.ndarray:
    return np.where(norms > 0, norms, 1)
