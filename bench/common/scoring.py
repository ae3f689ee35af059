"""What vectors know: analogies solved, and agreement with human similarity ratings."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from bench.common.processes import run
from fastw2v._system.processes import child_command


class Sets(NamedTuple):
    """Files to score by: analogies as in questions-words.txt, and lists of `word word score`."""

    questions: Path | None = None
    pairs: tuple[Path, ...] = ()

    @property
    def names(self) -> list[str]:
        """Of the files, for results."""
        return [path.name for path in (self.questions, *self.pairs) if path]

    def score(self, vectors: Any) -> dict[str, float | None]:
        """Of a hundred, by the name of the set; None where a set has too few known words."""
        return scores_of(vectors, self.questions, self.pairs)

    def score_file(self, path: Path) -> dict[str, float | None]:
        """The same of a file, by a process of its own, so that this one stays small."""
        if not self.names:
            return {}
        questions = str(self.questions) if self.questions else None
        command = child_command(print_scores, vectors=str(path), questions=questions, pairs=[str(pair) for pair in self.pairs])
        scores: dict[str, float | None] = json.loads(run(command).shown.splitlines()[-1])
        return scores


def scores_of(vectors: Any, questions: Path | str | None, pairs: Iterable[Path | str]) -> dict[str, float | None]:
    """Share of analogies solved, and Spearman's ρ, × 100."""
    found: dict[str, float | None] = {}
    if questions:
        found["analogies"] = vectors.evaluate_analogies(questions).total.share * 100
    for path in pairs:
        score = vectors.evaluate_similarity(path).spearman * 100
        found[Path(path).stem] = score if score == score else None
    return found


def print_scores(vectors: str, questions: str | None, pairs: list[str]) -> None:
    """The scores of a file as JSON."""
    import fastw2v

    print(json.dumps(scores_of(fastw2v.load(vectors), questions, pairs)))
