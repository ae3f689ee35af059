"""fastw2v similar and fastw2v analogy: the nearest words."""

import re
import sys
from collections.abc import Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v._system.display import say
from fastw2v._system.text_encoding import to_text
from fastw2v._system.text_lines import MAX_LINE_LENGTH
from fastw2v.cli.options import LIMIT, VECTORS
from fastw2v.cli.output import output_options, print_json, show
from fastw2v.cli.reading import LENIENT, load
from fastw2v.errors import Fastw2vError, UsageError, reason

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import Neighbours

TOPN = click.option("-n", "--topn", type=click.IntRange(1), default=10, show_default=True, help="Words to show.")
RESTRICT = click.option("--restrict", type=click.IntRange(1), metavar="N", help="Search only the N most frequent words.")

MOST_PARTS = 20  # of a word with spaces inside


@click.command(short_help="Show the words nearest to a word.")
@VECTORS
@click.argument("words", nargs=-1)
@click.option("--not", "negative", multiple=True, metavar="WORD", help="Subtract this word; may be repeated.")
@TOPN
@RESTRICT
@LIMIT
@LENIENT
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
    """Show the words in VECTORS that are nearest to the mean of WORDS, with their cosines. Without WORDS, read queries
    from standard input, one a line.

    \b
    fastw2v similar vectors.bin king
    fastw2v similar vectors.bin king woman --not man
    fastw2v similar vectors.bin                     then type words, a query a line: king woman -man

    With --json each of many queries is answered by a line, null where a word has no vector.
    """
    loaded = load(vectors, limit)
    if words or negative:
        _show_neighbours(loaded.most_similar(list(words), list(negative), topn, restrict), style)
        return
    for line in _lines("words> "):
        try:
            _show_neighbours(loaded.most_similar(*words_of(line, loaded), topn, restrict), style, None)
        except UsageError as error:
            say(str(error))
            if style == "json":  # so that answers can be matched with queries
                print_json(None)


@click.command(short_help="Solve a : b = c : ?")
@VECTORS
@click.argument("a")
@click.argument("b")
@click.argument("c")
@TOPN
@RESTRICT
@LIMIT
@LENIENT
@output_options
def analogy(
    vectors: Path, a: str, b: str, c: str, topn: int, restrict: int | None, limit: int | None, style: str | None
) -> None:
    """Solve "A is to B as C is to ?" in VECTORS: the words nearest to B - A + C, with their cosines.

    \b
    fastw2v analogy vectors.bin man king woman
    fastw2v analogy vectors.bin france paris italy --topn 3 --json
    """
    _show_neighbours(load(vectors, limit).most_similar([b, c], [a], topn, restrict), style)


def words_of(line: str, known: Container[str]) -> tuple[list[str], list[str]]:
    """The words of a query, and those that a "-" before them subtracts.

    What is a word as it stands is taken as it stands, the longest first: words may begin with "-" and have spaces inside.
    """
    if line in known:
        return [line], []
    spans = [found.span() for found in re.finditer("[^ \t]+", line)]
    added: list[str] = []
    subtracted: list[str] = []
    while spans:
        start, end = spans[0]
        texts = [(stop, line[start:stop]) for _, stop in reversed(spans[:MOST_PARTS])]
        stop = next((stop for stop, text in texts if text in known), None)
        sign = int(stop is None and line[start] == "-" and end > start + 1)
        if stop is None:
            stop = next((stop for stop, text in texts if text[sign:] in known), end)
        (subtracted if sign else added).append(line[start + sign : stop])
        spans = [span for span in spans if span[0] >= stop]
    return added, subtracted


def _show_neighbours(found: "Neighbours", style: str | None, indent: int | None = 1) -> None:
    show(("word", "cosine"), [(word, (cosine, f"{cosine:.4f}")) for word, cosine in found], style, indent)


def _lines(prompt: str) -> Iterator[str]:
    """Lines that are typed or piped in, until the end of the file."""
    asked = sys.stdin.isatty()
    if asked:
        say("type words, a query a line; -word subtracts; Ctrl-D ends")
    while True:
        if asked:
            print(prompt, end="", file=sys.stderr, flush=True)
        try:
            line = sys.stdin.buffer.readline(MAX_LINE_LENGTH + 1)
        except OSError as error:
            raise Fastw2vError(f"cannot read standard input: {reason(error)}") from error
        if not line:
            return
        if len(line) > MAX_LINE_LENGTH:
            raise UsageError(f"a line of standard input does not end within {MAX_LINE_LENGTH:,} bytes: is it text?")
        if line.strip(b" \t\r\n"):
            yield to_text(line.removesuffix(b"\n").removesuffix(b"\r"))
