"""Analogies, a : b = c : d, as in questions-words.txt (Mikolov et al. 2013)."""

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fastw2v._system.text_lines import text_lines
from fastw2v.arguments import COUNT, checked_choice, checked_number, checked_path
from fastw2v.errors import UsageError
from fastw2v.vectors.embeddings import Embeddings
from fastw2v.vectors.evaluation import ANALOGY_METHODS, AnalogyMethod, spelling

QUESTIONS_AT_ONCE = 128
SYNTACTIC = "gram"  # prefix of the names of syntactic sections in questions-words.txt
EPSILON = 1e-6  # added to the divisor of 3CosMul, which may be 0; gensim uses the same


class Section(NamedTuple):
    """One section's result.

    Attributes
    ----------
    name : str
    questions : int
        Questions in the file.
    asked : int
        Those whose four words all have vectors.
    solved : int
        Those answered correctly.
    share, coverage : float
        solved / asked and asked / questions, from 0 to 1.
    """

    name: str
    questions: int
    asked: int
    solved: int

    @property
    def share(self) -> float:
        """Fraction of the asked questions that are solved; 0 where none was asked."""
        return self.solved / self.asked if self.asked else 0.0

    @property
    def coverage(self) -> float:
        """Fraction of all questions that are asked; 0 where there is none."""
        return self.asked / self.questions if self.questions else 0.0


class Analogies(NamedTuple):
    """Results of a file of analogies, by section.

    Attributes
    ----------
    sections : list of Section
        In the order of the file.
    semantic, syntactic, total : Section
        Sums: of the sections whose names do not begin with "gram", of those that do, of all.
    """

    sections: list[Section]

    @property
    def semantic(self) -> Section:
        """The semantic sections together."""
        return _sum("semantic", [section for section in self.sections if not section.name.startswith(SYNTACTIC)])

    @property
    def syntactic(self) -> Section:
        """The syntactic sections together; their names begin with "gram"."""
        return _sum("syntactic", [section for section in self.sections if section.name.startswith(SYNTACTIC)])

    @property
    def total(self) -> Section:
        """All sections together."""
        return _sum("total", self.sections)


def evaluate_analogies(
    vectors: Embeddings,
    path: str | PathLike[str],
    *,
    restrict: int | None = 30_000,
    method: AnalogyMethod = "3cosadd",
    case_sensitive: bool = False,
    unicode_case: bool = False,
) -> Analogies:
    """How many analogies of a file are solved by the nearest word: see WordVectors.evaluate_analogies.

    The words asked with are no answers, in no spelling.
    """
    method = checked_choice("method", method, ANALOGY_METHODS)
    last = min(checked_number("restrict", restrict, COUNT, optional=True) or len(vectors), len(vectors))
    spell = spelling(case_sensitive=case_sensitive, unicode_case=unicode_case)
    spelled = [spell(word) for word in vectors.words[:last]]
    rows: dict[str, int] = {}
    for row, word in enumerate(spelled):
        rows.setdefault(word, row)
    first_row = np.array([rows[word] for word in spelled], np.int64)
    units = vectors.unit(np.arange(last))
    sections = []
    for name, questions in _sections(checked_path("path", path)):
        asked = [[rows.get(spell(word), -1) for word in question] for question in questions]
        known = [question for question in asked if min(question) >= 0]
        solved = _solved(units, np.array(known, np.int64).reshape(-1, 4), first_row, method)
        sections.append(Section(name, len(questions), len(known), solved))
    return Analogies(sections)


def _solved(units: np.ndarray, questions: np.ndarray, first_row: np.ndarray, method: AnalogyMethod) -> int:
    """Count the solved questions.

    3CosAdd: argmax over x of cos(x, b - a + c) (Mikolov, Yih and Zweig 2013)
    3CosMul: argmax over x of cos(x, b) · cos(x, c) / (cos(x, a) + ε), each cosine moved to 0 … 1 (Levy and Goldberg 2014)

    units : (n, dim) float32, unit vectors
    questions : (q, 4) int64, rows of a, b, c and d
    first_row : (n,) int64, for each row the first row with the same spelling
    """
    solved = 0
    others = np.flatnonzero(first_row != np.arange(len(first_row)))  # other spellings of a question's words are no answers
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        part = questions[start : start + QUESTIONS_AT_ONCE]
        a, b, c, d = part.T
        if method == "3cosadd":
            scores = (units[b] - units[a] + units[c]) @ units.T
        else:
            words, places = np.unique(part[:, :3], return_inverse=True)
            cosines = (units[words] @ units.T + 1) / 2
            in_a, in_b, in_c = places.reshape(-1, 3).T
            scores = cosines[in_b]
            scores *= cosines[in_c]
            scores /= cosines[in_a] + EPSILON
        asked = np.arange(len(part))[:, np.newaxis]
        scores[asked, part[:, :3]] = -np.inf
        if len(others):
            hidden = (first_row[others][np.newaxis, :, np.newaxis] == part[:, np.newaxis, :3]).any(axis=2)
            scores[:, others] = np.where(hidden, -np.inf, scores[:, others])
        solved += int((first_row[scores.argmax(axis=1)] == d).sum())
    return solved


def _sections(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Sections of the file, each with its questions. Raises UsageError for a line that is neither, and for no questions."""
    sections: list[tuple[str, list[list[str]]]] = []
    for number, line in text_lines(path, "a file of questions"):
        fields = line.split()
        if line.startswith(":"):
            sections.append((" ".join(line[1:].split()) or f"section {len(sections) + 1}", []))
        elif fields:
            if len(fields) != 4:
                raise UsageError(f"{path}, line {number}: expected four words or ': section', found {line[:60]!r}")
            if not sections:
                sections.append(("all", []))
            sections[-1][1].append(fields)
    if not any(questions for _, questions in sections):
        raise UsageError(f"{path} holds no analogies: expected lines of four words")
    return sections


def _sum(name: str, sections: list[Section]) -> Section:
    questions = sum(section.questions for section in sections)
    asked = sum(section.asked for section in sections)
    return Section(name, questions, asked, sum(section.solved for section in sections))
