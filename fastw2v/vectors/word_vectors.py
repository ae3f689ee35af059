"""WordVectors: look words up, and ask which are near."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from fastw2v.errors import UsageError
from fastw2v.vectors.word2vec_format import is_binary, read_vectors, write_vectors

Words = str | Sequence[str]


class UnknownWordError(UsageError, KeyError):
    """A word that has no vector."""

    __str__ = Exception.__str__


class WordVectors:
    """Words and their vectors.

    words : list of n distinct str (bytes that are no UTF-8 stand as lone surrogates)
    vectors : (n, dim) float32
    """

    def __init__(self, words: list[str], vectors: np.ndarray) -> None:
        self.words = words
        self.vectors = vectors
        self._rows = {word: row for row, word in enumerate(words)}
        self._norms: np.ndarray | None = None

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    def __getitem__(self, word: str) -> np.ndarray:
        """The vector of a word, (dim,) float32. Raises UnknownWordError (a KeyError)."""
        vector: np.ndarray = self.vectors[self._row(word)]
        return vector

    def __repr__(self) -> str:
        return f"WordVectors({len(self):,} words, dimension {self.dim})"

    def most_similar(self, positive: Words = (), negative: Words = (), topn: int = 10) -> list[tuple[str, float]]:
        """The words nearest to the mean of some words' unit vectors, those of `negative` subtracted, with their cosines.

        The words asked with are left out (3CosAdd: Mikolov, Yih and Zweig 2013). Raises UnknownWordError.
        """
        added, subtracted = self._rows_of(positive), self._rows_of(negative)
        asked = added + subtracted
        if not asked:
            raise UsageError("most_similar needs at least one word")
        signs = np.repeat(np.array([1, -1], np.float32), (len(added), len(subtracted)))
        target = signs @ (self.vectors[asked] / self._all_norms()[asked, np.newaxis])
        cosines = self.vectors @ target / (self._all_norms() * max(float(np.linalg.norm(target)), 1e-12))
        cosines[asked] = -np.inf
        count = max(0, min(topn, len(self) - len(set(asked))))
        nearest = np.argpartition(-cosines, count - 1)[:count] if count else np.empty(0, int)
        nearest = nearest[np.argsort(-cosines[nearest], kind="stable")]
        return [(self.words[row], float(cosines[row])) for row in nearest]

    def save(self, path: str | PathLike[str], file_format: str = "auto") -> None:
        """Write a word2vec file: "binary", "text", or "auto", which is binary for a name in `.bin`."""
        target = Path(path)
        names = (word.encode("utf-8", "surrogateescape") for word in self.words)
        write_vectors(target, names, self.vectors, binary=is_binary(target, file_format))

    def _row(self, word: str) -> int:
        try:
            return self._rows[word]
        except KeyError:
            raise UnknownWordError(f"the word {word!r} has no vector") from None

    def _rows_of(self, words: Words) -> list[int]:
        return [self._row(word) for word in ([words] if isinstance(words, str) else words)]

    def _all_norms(self) -> np.ndarray:
        """(n,) float32 lengths of the vectors, computed once; 1 for a zero vector."""
        if self._norms is None:
            norms = np.linalg.norm(self.vectors, axis=1)
            self._norms = np.where(norms > 0, norms, 1).astype(np.float32)
        return self._norms


def load(path: str | PathLike[str]) -> WordVectors:
    """Read a word2vec file, text or binary by its content. Raises UsageError that names what is wrong with it."""
    words, vectors = read_vectors(Path(path))
    return WordVectors([word.decode("utf-8", "surrogateescape") for word in words], vectors)
