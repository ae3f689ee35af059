"""The scores of a vector file, as JSON: `python bench/scores.py VECTORS QUESTIONS-OR-- PAIRS…`."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fastw2v


def scores_of(vectors: Any, questions: Path | str | None, pairs: Iterable[Path | str]) -> dict[str, float | None]:
    """Of a hundred, by the name of the set; None where a set has too few words for a score."""
    found: dict[str, float | None] = {}
    if questions:
        found["analogies"] = vectors.evaluate_analogies(questions).total.share * 100
    for path in pairs:
        score = vectors.evaluate_similarity(path).spearman * 100
        found[Path(path).stem] = score if score == score else None
    return found


if __name__ == "__main__":
    file, questions, *pairs = sys.argv[1:]
    print(json.dumps(scores_of(fastw2v.load(file), None if questions == "-" else questions, pairs)))
