"""fastw2v phrases"""

from pathlib import Path

import click

from fastw2v.cli.options import CORPUS, FILE, QUIET, THREADS, memory_option
from fastw2v.phrasing.settings import PhraseSettings


@click.command(short_help="Join the phrases of a text: new york becomes new_york.")
@CORPUS
@click.option("-o", "--output", type=FILE, required=True, help="Write the text there.")
@click.option(
    "--threshold",
    type=float,
    multiple=True,
    default=[PhraseSettings.threshold],
    show_default=True,
    help="Join pairs that score above it; a higher one gives fewer phrases. Repeated: one for each pass.",
)
@click.option(
    "--min-count",
    type=int,
    default=PhraseSettings.min_count,
    show_default=True,
    help="Do not join words that occur less often.",
)
@click.option(
    "--passes",
    type=int,
    default=PhraseSettings.passes,
    show_default=True,
    help="Number of passes; more give longer phrases.",
)
@THREADS
@memory_option("For counting, as 8G; then the rarest is forgotten.")
@QUIET
def phrases(
    corpus: tuple[str, ...],
    output: Path,
    threshold: tuple[float, ...],
    min_count: int,
    passes: int,
    threads: int | None,
    memory: int | None,
    quiet: bool,
) -> None:
    """Write CORPUS with its phrases joined by underscores, as word2phrase.c does: pairs of words that stand together more often
    than by chance. CORPUS is files, folders, quoted globs, or - for standard input; plain or compressed
    by gzip, bzip2, xz, zstd or zip; tar archives of texts.

    A pair scores (count of the pair - min-count) / count of one / count of the other * words of the text.

    \b
    fastw2v phrases corpus.txt -o phrases.txt
    fastw2v phrases corpus.txt -o phrases.txt --threshold 200 --threshold 100
    zcat news/*.gz | fastw2v phrases - -o /dev/stdout --passes 2 | fastw2v train - -o vectors.bin
    """
    settings = PhraseSettings(threshold=threshold, min_count=min_count, passes=passes, threads=threads, memory=memory)

    from fastw2v.phrasing.pipeline import run_phrases
    from fastw2v.reporting import listener_for

    run_phrases(list(corpus), output, settings, listener_for(progress=not quiet))
