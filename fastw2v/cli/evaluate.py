"""fastw2v eval"""

from pathlib import Path

import click

from fastw2v.cli.options import FILE, LIMIT, VECTORS
from fastw2v.cli.output import Table, output_options, show_tables
from fastw2v.cli.reading import LENIENT, load
from fastw2v.errors import UsageError
from fastw2v.vectors.evaluation import ANALOGY_METHODS, AnalogyMethod

ANALOGY_COLUMNS = ("file", "section", "solved", "asked", "share", "questions", "coverage")
SIMILARITY_COLUMNS = ("file", "spearman", "spearman p", "pearson", "pearson p", "known", "pairs", "coverage")


@click.command("eval", short_help="Score vectors on analogies and word similarity.")
@VECTORS
@click.option("--analogies", type=FILE, multiple=True, metavar="FILE", help="As questions-words.txt; may be repeated.")
@click.option("--similarity", type=FILE, multiple=True, metavar="FILE", help="Lines of word, word, score; may be repeated.")
@click.option(
    "--restrict",
    type=click.IntRange(0),
    default=30_000,
    show_default=True,
    help="Search analogies among the N most frequent words; 0: all.",
)
@click.option("--method", type=click.Choice(ANALOGY_METHODS), default=ANALOGY_METHODS[0], show_default=True)
@click.option("--case-sensitive", is_flag=True, help="Distinguish King from king.")
@click.option("--unicode-case", is_flag=True, help="Ignore the case of all letters, not only of A to Z as the original does.")
@LIMIT
@LENIENT
@output_options
def evaluate(
    vectors: Path,
    analogies: tuple[Path, ...],
    similarity: tuple[Path, ...],
    restrict: int,
    method: AnalogyMethod,
    case_sensitive: bool,
    unicode_case: bool,
    limit: int | None,
    style: str | None,
) -> None:
    """Score VECTORS on analogies, by section, and on the rank correlation of their cosines with human similarity ratings.

    \b
    fastw2v eval vectors.bin --analogies questions-words.txt
    fastw2v eval vectors.bin --similarity WS-353.txt --similarity SimLex-999.txt --json
    """
    if not analogies and not similarity:
        raise UsageError("nothing to score on: give --analogies FILE, --similarity FILE, or both")
    from fastw2v.vectors.evaluation.analogies import evaluate_analogies
    from fastw2v.vectors.evaluation.similarity import evaluate_similarity

    loaded = load(vectors, limit)
    case = {"case_sensitive": case_sensitive, "unicode_case": unicode_case}
    answered: list[tuple[object, ...]] = []
    for path in analogies:
        found = evaluate_analogies(loaded, path, restrict=restrict or None, method=method, **case)
        for section in (*found.sections, found.semantic, found.syntactic, found.total):
            share, coverage = _percent(section.share), _percent(section.coverage)
            answered.append((path.name, section.name, section.solved, section.asked, share, section.questions, coverage))
    scores: list[tuple[object, ...]] = []
    for path in similarity:
        score = evaluate_similarity(loaded, path, **case)
        correlations = [(value, f"{value:.4f}") for value in (score.spearman, score.pearson)]
        chances = [(value, f"{value:.1e}") for value in (score.spearman_p, score.pearson_p)]
        coverage = _percent(score.coverage)
        scores.append((path.name, correlations[0], chances[0], correlations[1], chances[1], score.known, score.pairs, coverage))
    tables = [Table(ANALOGY_COLUMNS, answered, f"Analogies, {method}"), Table(SIMILARITY_COLUMNS, scores, "Similarity")]
    show_tables([table for table in tables if table.rows], style)


def _percent(share: float) -> tuple[float, str]:
    return share, f"{share:.1%}"
