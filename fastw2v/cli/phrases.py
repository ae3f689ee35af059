"""fastw2v phrases"""

from pathlib import Path

import click

from fastw2v.phrasing.settings import PhraseSettings
from fastw2v.settings import parse_size


@click.command(short_help="Join the phrases of a text: new york becomes new_york.")
@click.argument("corpus", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Where the text goes.")
@click.option(
    "--threshold",
    type=float,
    multiple=True,
    default=[PhraseSettings.threshold],
    show_default=True,
    help="Join pairs that score above it; a higher one gives fewer phrases. Repeated: one for each pass.",
)
@click.option(
    "--min-count", type=int, default=PhraseSettings.min_count, show_default=True, help="Do not join what is rarer than this."
)
@click.option(
    "--passes",
    type=int,
    default=PhraseSettings.passes,
    show_default=True,
    help="Go through the text so often, for longer phrases.",
)
@click.option("--threads", type=int, help="Threads.  [default: the cores this process may use]")
@click.option(
    "--memory", metavar="SIZE", help="For counting, as 8G; then the rarest is forgotten.  [default: half of what is free]"
)
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def phrases(
    corpus: tuple[str, ...],
    output: Path,
    threshold: tuple[float, ...],
    min_count: int,
    passes: int,
    threads: int | None,
    memory: str | None,
    quiet: bool,
) -> None:
    """Write CORPUS with its phrases joined by underscores, as word2phrase.c does: pairs of words that stand together more often
    than by chance. CORPUS is files, folders, quoted globs, or - for standard input; plain text or gzip, bzip2, xz, zstd.

    A pair scores (count of the pair - min-count) / count of one / count of the other * words of the text.

    \b
    fastw2v phrases corpus.txt -o phrases.txt
    fastw2v phrases corpus.txt -o phrases.txt --threshold 200 --threshold 100
    zcat news/*.gz | fastw2v phrases - -o /dev/stdout --passes 2 | fastw2v train - -o vectors.bin
    """
    size = parse_size(memory) if memory else None
    settings = PhraseSettings(threshold=threshold, min_count=min_count, passes=passes, threads=threads, memory=size)

    from fastw2v.phrasing.pipeline import run
    from fastw2v.reporting.listener import Listener
    from fastw2v.reporting.terminal import display

    run(list(corpus), output, settings, Listener() if quiet else display())
