"""fastw2v vocab"""

from pathlib import Path

import click

from fastw2v.cli.options import CORPUS, FILE, MAX_VOCAB, MIN_COUNT, QUIET, THREADS, memory_option
from fastw2v.settings import Settings


@click.command(short_help="Count the words of a text.")
@CORPUS
@click.option("-o", "--output", type=FILE, required=True, help="Write words and counts there, as word2vec.c does.")
@MIN_COUNT
@MAX_VOCAB
@THREADS
@memory_option("For counting, as 8G; past it, rare words are forgotten.")
@QUIET
def vocab(
    corpus: tuple[str, ...],
    output: Path,
    min_count: int,
    max_vocab: int | None,
    threads: int | None,
    memory: int | None,
    quiet: bool,
) -> None:
    """Count the words of CORPUS (files, folders, quoted globs, - for standard input) and write the vocabulary.

    `fastw2v train --read-vocab` reads the file instead of counting, as many times as it is wanted.

    \b
    fastw2v vocab corpus.txt -o vocab.txt
    fastw2v vocab 'news/*.gz' more/ -o vocab.txt --min-count 10 --max-vocab 100000
    """
    settings = Settings(min_count=min_count, max_vocab=max_vocab, threads=threads, memory=memory)

    from fastw2v.corpus.findings import describe_files
    from fastw2v.reporting import listener_for
    from fastw2v.run.pipeline import Files, count

    listener = listener_for(progress=not quiet)
    _, counts = count(list(corpus), settings, Files(save_vocab=output), listener)
    files = describe_files(counts.texts, counts.empty_texts)
    listener.note(
        f"{counts.words:,} words, {counts.distinct:,} distinct; kept {counts.kept:,}, "
        f"which are {counts.kept_words / counts.words:.2%} of the text{files and f' of {files}'}; written to {output}"
    )
