"""WordVectors: words and their vectors with all operations on them, and their reader."""

from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, Any

from fastw2v._system.caller_warnings import warn_caller
from fastw2v._system.text_encoding import words_to_bytes, words_to_text
from fastw2v.arguments import COUNT, checked_choice, checked_number, checked_path
from fastw2v.errors import UsageError, option
from fastw2v.gensim_names import explain_arguments, missing_attribute
from fastw2v.vectors import gensim_conversion
from fastw2v.vectors.evaluation import AnalogyMethod
from fastw2v.vectors.evaluation.analogies import Analogies, evaluate_analogies
from fastw2v.vectors.evaluation.similarity import Similarity, evaluate_similarity
from fastw2v.vectors.io import DTYPES, FORMATS, DtypeName, FileFormat, folder
from fastw2v.vectors.io.reading import read_rows
from fastw2v.vectors.io.writing import chosen_format, write_vectors
from fastw2v.vectors.similarity_queries import Neighbours as Neighbours
from fastw2v.vectors.similarity_queries import SimilarityQueries
from fastw2v.vectors.unknown_words import UnknownWordError as UnknownWordError


class WordVectors(SimilarityQueries):
    """Words and their vectors.

    It has a length, its words are what it iterates over and what `in` asks for, and `vectors[word]` is a word's vector.

    Parameters
    ----------
    words : iterable of str
        n distinct words, the most frequent first. Bytes of a file that are no UTF-8 stand as lone surrogates.
    vectors : ndarray
        (n, dim), taken as float32.
    counts : ndarray of int64, optional
        (n,), how often each word was seen.
    settings : mapping of str to Any, optional
        What the vectors were trained with, by the names of `Settings`.
    output_vectors : ndarray, optional
        (n, dim), the output embeddings of negative sampling.
    norms : ndarray of float32, optional
        (n,), the lengths of the vectors, where they are already known.

    Attributes
    ----------
    words : list of str
    vectors : ndarray of float32
    counts : ndarray of int64 or None
    settings : dict
        Empty where it is not known.
    output_vectors : ndarray of float32 or None
    norms : ndarray of float32
    dim : int

    Raises
    ------
    UsageError
        Words and vectors do not fit, or a word occurs twice.

    Examples
    --------
    >>> import numpy as np
    >>> import fastw2v
    >>> made = fastw2v.WordVectors(["north", "east"], np.array([[0, 1], [1, 0]]))
    >>> made
    WordVectors(2 words, dimension 2)
    >>> made["north"]
    array([0., 1.], dtype=float32)
    >>> "south" in made, len(made), list(made)
    (False, 2, ['north', 'east'])
    """

    if not TYPE_CHECKING:  # to a type checker, any name at all would be an attribute

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute("WordVectors", name)

    def evaluate_analogies(
        self,
        path: str | PathLike[str],
        *,
        restrict: int | None = 30_000,
        method: AnalogyMethod = "3cosadd",
        case_sensitive: bool = False,
        unicode_case: bool = False,
    ) -> Analogies:
        """How many analogies "a is to b as c is to d" of a file are solved: the word nearest to b - a + c must be d.

        Parameters
        ----------
        path : str or path-like
            Lines ": section" and "a b c d", as in questions-words.txt. Sections whose names begin with "gram" are syntactic.
        restrict : int or None, default 30_000
            The first, most frequent words are known; None for all.
        method : {"3cosadd", "3cosmul"}, default "3cosadd"
            3CosAdd as in compute-accuracy.c, or 3CosMul.
        case_sensitive : bool, default False
            Tell King from king. Otherwise the most frequent spelling stands for all.
        unicode_case : bool, default False
            Ignore the case of all letters, as gensim does, and not only of a to z, as compute-accuracy.c does.

        Returns
        -------
        Analogies
            `sections`, a list of Section(name, questions, asked, solved), and the sums `semantic`, `syntactic` and `total`;
            of each `share` (solved / asked) and `coverage` (asked / questions), from 0 to 1.

        Raises
        ------
        UsageError
            A file that cannot be read or holds no analogies.

        References
        ----------
        T. Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013; 3CosMul: O. Levy, Y. Goldberg,
        "Linguistic Regularities in Sparse and Explicit Word Representations", 2014.

        Examples
        --------
        >>> found = vectors.evaluate_analogies("questions.txt")
        >>> found.total.questions
        552
        >>> 0.5 < found.total.share <= 1
        True
        """
        case = {"case_sensitive": case_sensitive, "unicode_case": unicode_case}
        return evaluate_analogies(self, path, restrict=restrict, method=method, **case)

    def evaluate_similarity(
        self,
        path: str | PathLike[str],
        *,
        restrict: int | None = None,
        case_sensitive: bool = False,
        unicode_case: bool = False,
    ) -> Similarity:
        """How the cosines of word pairs correlate with human similarity ratings, as of WordSim-353. Needs SciPy.

        Parameters
        ----------
        path : str or path-like
            Lines "word word score", between tabs, commas, semicolons or spaces; further columns, lines that begin with `#`
            and a first line of headings are ignored.
        restrict : int, optional
            The first, most frequent words are known; None for all.
        case_sensitive, unicode_case : bool, default False
            As for `evaluate_analogies`.

        Returns
        -------
        Similarity
            The correlations `spearman` and `pearson` with their p-values, NaN where fewer than two pairs are known; `pairs`
            in the file, `known` ones, and their share `coverage`.

        Raises
        ------
        UsageError
            A file that cannot be read or holds no pairs; SciPy is not installed.

        Examples
        --------
        >>> found = vectors.evaluate_similarity("pairs.txt")
        >>> found.pairs, found.known, found.spearman > 0
        (4, 3, True)
        """
        case = {"case_sensitive": case_sensitive, "unicode_case": unicode_case}
        return evaluate_similarity(self, path, restrict=restrict, **case)

    @explain_arguments
    def save(self, path: str | PathLike[str], file_format: FileFormat = "auto", dtype: DtypeName | None = None) -> int:
        """Write the vectors, whole or not at all.

        Parameters
        ----------
        path : str or path-like
            Files ending in `.gz`, `.bz2`, `.xz` or `.zst` are compressed.
        file_format : {"auto", "binary", "text", "original", "glove", "folder"}, default "auto"
            "binary" and "text" are word2vec's, the text with every digit that counts; "original" is text with six decimals,
            "glove" text without a first line. A "folder" also has counts, settings and output vectors, and is mapped into
            memory when it is loaded. "auto" goes by the name: binary for `.bin`, a folder for `.f2v`, else text.
        dtype : {"float32", "float16", "int8"}, optional
            How a folder stores numbers; int8 has a scale for each row. None for the dtype that the vectors have.

        Returns
        -------
        int
            Bytes written.

        Raises
        ------
        UsageError
            An unknown format or dtype, or a place that cannot be written.
        Fastw2vError
            A full disk.

        Examples
        --------
        >>> size = vectors.save("vectors.bin")
        >>> smaller = vectors.save("vectors.f2v", dtype="int8")
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
        return folder.write_folder(
            target, folder.SavedModel(names, stored, norms, self.counts, self.kept_output, self.settings)
        )

    def to_gensim(self) -> Any:
        """The same words, vectors and counts for gensim.

        Returns
        -------
        gensim.models.KeyedVectors

        Raises
        ------
        UsageError
            gensim is not installed.

        Examples
        --------
        >>> vectors.to_gensim().vector_size
        32
        """
        return gensim_conversion.to_gensim(self)

    @classmethod
    def from_gensim(cls, theirs: Any) -> "WordVectors":
        """Words, vectors and counts from gensim.

        Parameters
        ----------
        theirs : gensim.models.KeyedVectors, or a model that has them as `wv`

        Returns
        -------
        WordVectors

        Raises
        ------
        UsageError
            Not a gensim model.

        Examples
        --------
        >>> import fastw2v
        >>> fastw2v.WordVectors.from_gensim(vectors.to_gensim()).words == vectors.words
        True
        """
        words, found, counts = gensim_conversion.from_gensim(theirs)
        return cls(words, found, counts=counts)


@explain_arguments
def load(
    path: str | PathLike[str],
    limit: int | None = None,
    *,
    lenient: bool = False,
    note: Callable[[str], None] = warn_caller,
) -> WordVectors:
    """Read vectors from a file or folder, whose format is detected from its content.

    Formats are word2vec binary and text, fastText's `.vec` and GloVe's text, each also in gzip, bzip2, xz, zstd or alone in a
    zip archive; or a folder that `save` wrote, whose vectors are mapped into memory. Of rows with the same word the first is
    kept.

    Parameters
    ----------
    path : str or path-like
    limit : int, optional
        Read the first rows only. None for all.
    lenient : bool, default False
        Read the rows that are there, though the file's first line promises more or fewer.
    note : callable, default a warning
        Called with a str that says what the user should know of a file that could be read.

    Returns
    -------
    WordVectors
        (n, dim) float32; of a folder with its counts, settings, output vectors and dtype.

    Raises
    ------
    UsageError
        A file that is missing or holds something else. The message says what is wrong, and where.

    Examples
    --------
    >>> import fastw2v
    >>> size = vectors.save("vectors.txt.gz")
    >>> loaded = fastw2v.load("vectors.txt.gz")
    >>> loaded.words == vectors.words, bool((loaded["paris"] == vectors["paris"]).all())
    (True, True)
    """
    source = checked_path("path", path)
    limit = checked_number("limit", limit, COUNT, optional=True)
    if not source.is_dir():
        _, (words, vectors) = read_rows(source, limit, lenient=lenient, note=note)
        return WordVectors(words_to_text(words), vectors)
    if not folder.is_folder(source):
        raise UsageError(f"{source} is a folder without {folder.MODEL_FILE}: it holds no saved model")
    model = folder.read_folder(source, limit)
    extras = {"counts": model.counts, "settings": model.settings, "output_vectors": model.output, "norms": model.norms}
    return WordVectors(words_to_text(model.words), model.stored, **extras)  # type: ignore[arg-type]
