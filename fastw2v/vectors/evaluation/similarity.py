"""Human similarity ratings of word pairs, such as WordSim-353 and SimLex-999."""

import math
import warnings
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fastw2v._system.signals import held_while_importing
from fastw2v._system.text_lines import text_lines
from fastw2v.arguments import COUNT, checked_number, checked_path
from fastw2v.errors import UsageError
from fastw2v.vectors.embeddings import Embeddings
from fastw2v.vectors.evaluation import spelling


class Similarity(NamedTuple):
    """Correlations of cosines with human ratings; NaN where fewer than two pairs are known.

    Attributes
    ----------
    pairs : int
        Pairs in the file.
    known : int
        Those whose two words both have vectors.
    spearman, pearson : float
        Correlation coefficients, from -1 to 1.
    spearman_p, pearson_p : float
        Their two-sided p-values.
    coverage : float
        known / pairs.
    """

    pairs: int
    known: int
    spearman: float
    spearman_p: float
    pearson: float
    pearson_p: float

    @property
    def coverage(self) -> float:
        """Fraction of the pairs whose two words are both known."""
        return self.known / self.pairs


def evaluate_similarity(
    vectors: Embeddings,
    path: str | PathLike[str],
    *,
    restrict: int | None = None,
    case_sensitive: bool = False,
    unicode_case: bool = False,
) -> Similarity:
    """How the cosines of word pairs correlate with human ratings: see WordVectors.evaluate_similarity."""
    try:
        with held_while_importing():
            from scipy import stats
    except ImportError as error:
        raise UsageError("SciPy is not installed: pip install 'fastw2v[eval]'") from error
    restrict = checked_number("restrict", restrict, COUNT, optional=True)
    spell = spelling(case_sensitive=case_sensitive, unicode_case=unicode_case)
    rows: dict[str, int] = {}
    for row, word in enumerate(vectors.words[:restrict]):
        rows.setdefault(spell(word), row)
    pairs = _rated_pairs(checked_path("path", path))
    known = [(rows[spell(a)], rows[spell(b)], score) for a, b, score in pairs if spell(a) in rows and spell(b) in rows]
    if len(known) < 2:
        return Similarity(len(pairs), len(known), math.nan, math.nan, math.nan, math.nan)
    first, second, judged = (list(column) for column in zip(*known))
    cosines = np.einsum("ij,ij->i", vectors.unit(first), vectors.unit(second))
    scores = np.array(judged)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # if all ratings, or all cosines, are equal, the correlation is NaN
        spearman, pearson = stats.spearmanr(scores, cosines), stats.pearsonr(scores, cosines)
    return Similarity(len(pairs), len(known), float(spearman[0]), float(spearman[1]), float(pearson[0]), float(pearson[1]))


def _rated_pairs(path: Path) -> list[tuple[str, str, float]]:
    """Pairs of words and their ratings. Raises UsageError for a line that is none, and for no pairs."""
    pairs = []
    for number, line in text_lines(path, "a file of word pairs"):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.strip().split(next((mark for mark in "\t,;" if mark in line), None))
        try:
            pairs.append((fields[0].strip(), fields[1].strip(), float(fields[2])))
        except (IndexError, ValueError):
            if pairs or number > 1:
                raise UsageError(f"{path}, line {number}: expected two words and a score, found {line[:60]!r}") from None
    if not pairs:
        raise UsageError(f"{path} holds no word pairs: expected lines of two words and a score")
    return pairs
