"""fastw2v vocab"""

from pathlib import Path

import click

from fastw2v.cli.train import default
from fastw2v.settings import Settings, parse_size

FILE = click.Path(path_type=Path)


@click.command(short_help="Count the words of a text.")
@click.argument("corpus", nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, required=True, help="Where words and counts go, as word2vec.c writes them.")
@click.option("--min-count", type=int, default=default("min_count"), show_default=True, help="Leave out words rarer than this.")
@click.option(
    "--max-vocab", type=int, metavar="N", help="Keep only so many words besides </s>, the most frequent.  [default: all]"
)
@click.option("--threads", type=int, help="Threads.  [default: the cores this process may use]")
@click.option(
    "--memory", metavar="SIZE", help="For counting, as 8G; past it, rare words are forgotten.  [default: half of what is free]"
)
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def vocab(
    corpus: tuple[str, ...],
    output: Path,
    min_count: int,
    max_vocab: int | None,
    threads: int | None,
    memory: str | None,
    quiet: bool,
) -> None:
    """Count the words of CORPUS (files, folders, quoted globs, - for standard input) and write the vocabulary.

    `fastw2v train --read-vocab` reads the file instead of counting, as many times as it is wanted.

    \b
    fastw2v vocab corpus.txt -o vocab.txt
    fastw2v vocab 'news/*.gz' more/ -o vocab.txt --min-count 10 --max-vocab 100000
    """
    size = parse_size(memory) if memory else None
    settings = Settings(min_count=min_count, max_vocab=max_vocab, threads=threads, memory=size)

    from fastw2v.pipeline import Files, count
    from fastw2v.reporting.listener import Listener
    from fastw2v.reporting.terminal import display

    listener = Listener() if quiet else display()
    _, counts = count(list(corpus), settings, Files(save_vocab=output), listener)
    listener.note(
        f"{counts.words:,} words, {counts.distinct:,} distinct; kept {counts.kept:,}, "
        f"which are {counts.kept_words / counts.words:.2%} of the text; written to {output}"
    )
