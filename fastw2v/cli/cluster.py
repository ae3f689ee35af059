"""fastw2v cluster"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.cli.options import FILE, VECTORS
from fastw2v.cli.output import print_line, show
from fastw2v.cli.reading import LENIENT, load
from fastw2v.errors import UsageError, argument

if TYPE_CHECKING:
    import numpy as np

SHOWN_CLUSTERS = 10
SHOWN_WORDS = 10


@click.command(short_help="Group words into classes by their vectors.")
@VECTORS
@click.option("-k", type=int, required=True, metavar="N", help="Number of classes.")
@click.option("-o", "--output", type=FILE, help='Write "word class" lines there.  [default: show all classes]')
@click.option("--iterations", type=int, default=10, show_default=True, help="Rounds of k-means.")
@click.option("--sorted", "by_class", is_flag=True, help="Class by class, not in the order of VECTORS.")
@click.option("--tsv", is_flag=True, help="A tab between word and class, not a space; without -o, such lines and no table.")
@LENIENT
def cluster(vectors: Path, k: int, output: Path | None, iterations: int, by_class: bool, tsv: bool) -> None:
    """Group the words of VECTORS into N classes by k-means, as the original's -classes does, and show the largest.

    \b
    fastw2v cluster vectors.bin -k 50
    fastw2v cluster vectors.bin -k 500 -o classes.txt
    fastw2v cluster vectors.bin -k 50 -o classes.tsv --sorted --tsv
    """
    from fastw2v._system.files import check_not_an_input, check_writable
    from fastw2v.vectors.clusters import rows_by_class, write_clusters

    if output:
        check_writable(output, "the output")
        check_not_an_input(output, "the output", [vectors])
    loaded = load(vectors)
    if k > len(loaded):
        raise UsageError(f"{argument('k')} is {k:,}, and {vectors} has {len(loaded):,} words: give a smaller one")
    classes = _classes(loaded.vectors, k, iterations)
    if output:
        write_clusters(output, words_to_bytes(loaded.words), classes, separator=b"\t" if tsv else b" ", by_class=by_class)
        _show_classes(loaded.words, classes, _largest(classes)[:SHOWN_CLUSTERS])
        print_line(f"{len(loaded):,} words in {len(set(classes.tolist())):,} classes, written to {output}")
    elif tsv:
        rows = rows_by_class(classes) if by_class else range(len(classes))
        show(("word", "class"), [(loaded.words[row], int(classes[row])) for row in rows], "tsv")
    else:
        _show_classes(loaded.words, classes, sorted(set(classes.tolist())) if by_class else _largest(classes))


def _classes(vectors: "np.ndarray", count: int, iterations: int) -> "np.ndarray":
    """The class of each word; a terminal shows how far the work is."""
    from fastw2v.reporting.terminal import shown_work
    from fastw2v.vectors.clusters import clusters

    with shown_work("clustering", iterations * len(vectors)) as advanced:
        return clusters(vectors, count, iterations, advanced)


def _largest(classes: "np.ndarray") -> list[int]:
    """The classes that have words, those with the most first."""
    import numpy as np

    sizes = np.bincount(classes)
    found: list[int] = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)].tolist()
    return found


def _show_classes(words: list[str], classes: "np.ndarray", shown: Sequence[int]) -> None:
    """A table of some classes, each with its first words."""
    import numpy as np
    from rich.table import Table

    from fastw2v.reporting.console import PlainConsole

    order = np.argsort(classes, kind="stable")
    ends = np.cumsum(np.bincount(classes))
    table = Table()
    for column in ("class", "words"):
        table.add_column(column, justify="right")
    table.add_column("for example", overflow="fold")
    for number in shown:
        rows = order[ends[number - 1] if number else 0 : ends[number]]
        table.add_row(str(number), f"{len(rows):,}", "  ".join(words[row] for row in rows[:SHOWN_WORDS]))
    PlainConsole().print(table)
