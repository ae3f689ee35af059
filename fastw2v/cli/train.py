"""fastw2v train"""

from pathlib import Path
from typing import Any

import click

from fastw2v.cli.options import CORPUS, FILE, FILE_FORMAT, MAX_VOCAB, MIN_COUNT, QUIET, THREADS, default, memory_option
from fastw2v.distributed.supervisor import supervise
from fastw2v.errors import UsageError, argument
from fastw2v.settings import DEVICES, KERNELS, MODELS, Settings
from fastw2v.vectors.io import FileFormat


@click.command(short_help="Train word vectors on a text.")
@CORPUS
@click.option("-o", "--output", type=FILE, required=True, help="Write the vectors there.")
@click.option("--model", type=click.Choice(MODELS), default=default("model"), show_default=True)
@click.option("--dim", "--size", type=int, default=default("dim"), show_default=True, help="Length of a vector.")
@click.option(
    "--window", type=int, default=default("window"), show_default=True, help="Largest distance between center and context."
)
@click.option(
    "--negative", type=int, default=default("negative"), show_default=True, help="Noise words for each pair; 0: none."
)
@click.option(
    "--noise-exponent",
    type=float,
    default=default("noise_exponent"),
    show_default=True,
    help="Power of counts in the noise distribution; 0: uniform, below 0: rare words more often.",
)
@click.option("--hs/--no-hs", default=default("hs"), show_default=True, help="Hierarchical softmax, alone or with --negative.")
@click.option(
    "--sample", type=float, default=default("sample"), show_default=True, help="Subsample words above this frequency; 0: none."
)
@MIN_COUNT
@MAX_VOCAB
@click.option("--epochs", "--iter", type=int, default=default("epochs"), show_default=True, help="Passes over the text.")
@click.option("--alpha", type=float, default=default("alpha"), help="Starting learning rate.  [default: 0.025, CBOW 0.05]")
@click.option(
    "--min-alpha", type=float, help="Last learning rate; equal to --alpha for a constant rate.  [default: 1e-4 of --alpha]"
)
@THREADS
@click.option(
    "--seed",
    type=int,
    default=default("seed"),
    show_default=True,
    help="Random seed; with one thread it determines every byte.",
)
@click.option(
    "--kernel",
    type=click.Choice(KERNELS),
    default=default("kernel"),
    show_default=True,
    help="blocked: fast; reference: computes as word2vec.c does.",
)
@click.option(
    "--device",
    type=click.Choice(DEVICES),
    default=default("device"),
    show_default=True,
    help="cuda: an NVIDIA GPU (experimental); auto: a GPU if there is one.",
)
@click.option("--streams", type=int, help="Parts of the text that a GPU trains concurrently.  [default: chosen automatically]")
@click.option("--stretches", "streams", type=int, hidden=True)  # its former name
@memory_option("Memory for word ids and counting, as 8G; more ids go to a temporary file.")
@FILE_FORMAT
@click.option("--save-vocab", type=FILE, metavar="FILE", help="Write words and counts, as word2vec.c does.")
@click.option("--read-vocab", type=FILE, metavar="FILE", help="Take words and counts from a file instead of counting.")
@click.option(
    "--init", type=FILE, metavar="MODEL", help="Start from these vectors: their words stay, and their counts are added."
)
@click.option("--save-output-vectors", type=FILE, metavar="FILE", help="Write the output vectors of negative sampling too.")
@click.option("--checkpoint", type=FILE, metavar="DIR", help="Write checkpoints there, for fastw2v resume.")
@click.option(
    "--checkpoint-every", metavar="TIME", default="10m", show_default=True, help="Time between checkpoints: 90s, 10m, 2h."
)
@click.option("--save-on-interrupt", is_flag=True, help="When stopped, write the vectors trained so far.")
@click.option("--force", is_flag=True, help="Start a new run even if DIR holds a checkpoint, which is set aside.")
@click.option(
    "--sync-words",
    type=int,
    metavar="N",
    help="Words that each MPI process trains between two averaging rounds.  [default: chosen automatically]",
)
@click.option("--log", type=FILE, metavar="FILE", help="Write progress as JSON lines.")
@QUIET
def train(
    corpus: tuple[str, ...],
    output: Path,
    file_format: FileFormat,
    save_vocab: Path | None,
    read_vocab: Path | None,
    init: Path | None,
    save_output_vectors: Path | None,
    log: Path | None,
    checkpoint: Path | None,
    checkpoint_every: str,
    save_on_interrupt: bool,
    force: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Train word vectors on CORPUS: files, folders, quoted globs, or - for standard input; plain or compressed
    by gzip, bzip2, xz, zstd or zip; tar archives of texts. Of folders, only texts are read.

    Words are separated by spaces, tabs and newlines; a newline ends a sentence. Case and punctuation are kept.

    \b
    fastw2v train corpus.txt -o vectors.bin
    fastw2v train corpus.txt -o vectors.txt --model cbow --dim 300 --window 10
    zcat logs/*.gz | cut -f2 | fastw2v train - -o vectors.bin --hs --negative 0
    """
    checked = Settings(**settings)
    supervise()

    from fastw2v.reporting import listener_for
    from fastw2v.run.pipeline import Files, run

    files = Files(
        output=output,
        save_output_vectors=save_output_vectors,
        save_vocab=save_vocab,
        read_vocab=read_vocab,
        init=init,
        log=log,
        checkpoint=checkpoint,
        checkpoint_every=_seconds(checkpoint_every),
        save_on_interrupt=save_on_interrupt,
        file_format=file_format,
    )
    run(list(corpus), checked, files, listener_for(progress=not quiet), force=force)


def _seconds(text: str) -> float:
    """The value of --checkpoint-every in seconds."""
    from fastw2v.checkpoints.periodic import parse_interval

    try:
        return parse_interval(text)
    except ValueError:
        raise UsageError(f"{argument('checkpoint_every')} is {text!r}: give a time such as 90s, 10m or 2h") from None
