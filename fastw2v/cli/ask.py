"""fastw2v similar and fastw2v analogy: which words are near."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v.cli.options import LIMIT, VECTORS
from fastw2v.cli.output import output_options, show
from fastw2v.errors import Fastw2vError, UsageError
from fastw2v.utf8 import to_text

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import Neighbours

TOPN = click.option("-n", "--topn", type=click.IntRange(1), default=10, show_default=True, help="Words to show.")
RESTRICT = click.option("--restrict", type=click.IntRange(1), metavar="N", help="Look at the N most frequent words only.")


@click.command(short_help="Show the words nearest to a word.")
@VECTORS
@click.argument("words", nargs=-1)
@click.option("--not", "negative", multiple=True, metavar="WORD", help="Subtract this word; may be repeated.")
@TOPN
@RESTRICT
@LIMIT
@output_options
def similar(
    vectors: Path,
    words: tuple[str, ...],
    negative: tuple[str, ...],
    topn: int,
    restrict: int | None,
    limit: int | None,
    style: str | None,
) -> None:
    """Show the words nearest to WORDS, taken together, in VECTORS, with their cosines; without WORDS, ask again and again.

    \b
    fastw2v similar vectors.bin king
    fastw2v similar vectors.bin king woman --not man
    fastw2v similar vectors.bin                     then type words, a query a line
    """
    from fastw2v.vectors.word_vectors import load

    loaded = load(vectors, limit)
    if words or negative:
        _show_neighbours(loaded.most_similar(list(words), list(negative), topn, restrict), style)
        return
    for line in _lines("words> "):
        try:
            _show_neighbours(loaded.most_similar(line.split(), topn=topn, restrict=restrict), style)
        except UsageError as error:
            print(error, file=sys.stderr)


@click.command(short_help="Solve a : b = c : ?")
@VECTORS
@click.argument("a")
@click.argument("b")
@click.argument("c")
@TOPN
@RESTRICT
@LIMIT
@output_options
def analogy(
    vectors: Path, a: str, b: str, c: str, topn: int, restrict: int | None, limit: int | None, style: str | None
) -> None:
    """Solve "A is to B as C is to ?" in VECTORS: the words nearest to B - A + C, with their cosines.

    \b
    fastw2v analogy vectors.bin man king woman
    fastw2v analogy vectors.bin france paris italy --topn 3 --json
    """
    from fastw2v.vectors.word_vectors import load

    _show_neighbours(load(vectors, limit).most_similar([b, c], [a], topn, restrict), style)


def _show_neighbours(found: "Neighbours", style: str | None) -> None:
    show(("word", "cosine"), [(word, (cosine, f"{cosine:.4f}")) for word, cosine in found], style)


def _lines(prompt: str) -> Iterator[str]:
    """Lines that are typed or piped in, until the end of the file."""
    asked = sys.stdin.isatty()
    if asked:
        print("type words, a query a line; Ctrl-D ends", file=sys.stderr)
    while True:
        if asked:
            print(prompt, end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.buffer.readline()
        except OSError as error:
            raise Fastw2vError(f"cannot read standard input: {error.strerror}") from error
        if not line:
            return
        if line.strip():
            yield to_text(line).strip()
