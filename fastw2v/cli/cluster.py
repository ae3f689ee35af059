"""fastw2v cluster"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v.cli.options import FILE, VECTORS
from fastw2v.utf8 import words_to_bytes

if TYPE_CHECKING:
    import numpy as np

SHOWN_CLUSTERS = 10
SHOWN_WORDS = 10


@click.command(short_help="Group words into classes by their vectors.")
@VECTORS
@click.option("-k", "count", type=int, required=True, metavar="N", help="How many classes.")
@click.option("-o", "--output", type=FILE, required=True, help='Where the "word class" lines go.')
@click.option("--iterations", type=int, default=10, show_default=True, help="Rounds of k-means.")
@click.option("--sorted", "by_class", is_flag=True, help="Class by class, not in the order of VECTORS.")
@click.option("--tsv", is_flag=True, help="A tab between word and class, not a space.")
def cluster(vectors: Path, count: int, output: Path, iterations: int, by_class: bool, tsv: bool) -> None:
    """Group the words of VECTORS into N classes by k-means, as the original's -classes does, and show the largest.

    \b
    fastw2v cluster vectors.bin -k 500 -o classes.txt
    fastw2v cluster vectors.bin -k 50 -o classes.tsv --sorted --tsv
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from fastw2v.files import check_not_an_input, check_writable
    from fastw2v.vectors.clusters import clusters, write_clusters
    from fastw2v.vectors.word_vectors import load

    check_writable(output, "the output")
    check_not_an_input(output, "the output", [vectors])
    loaded = load(vectors)
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(20), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("clustering", total=iterations * len(loaded.words))
        classes = clusters(loaded.vectors, count, iterations, lambda rows: bars.advance(task, rows))
    write_clusters(output, words_to_bytes(loaded.words), classes, separator=b"\t" if tsv else b" ", by_class=by_class)
    _show_largest(loaded.words, classes, output)


def _show_largest(words: list[str], classes: "np.ndarray", output: Path) -> None:
    """A table of the largest classes, each with its first words."""
    import numpy as np
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    sizes = np.bincount(classes)
    table = Table()
    for column in ("class", "words"):
        table.add_column(column, justify="right")
    table.add_column("for example")
    for number in np.argsort(-sizes, kind="stable")[:SHOWN_CLUSTERS]:
        if sizes[number]:
            examples = "  ".join(words[row] for row in np.flatnonzero(classes == number)[:SHOWN_WORDS])
            # Bytes that are no UTF-8 cannot be shown.
            table.add_row(str(number), f"{sizes[number]:,}", Text(examples.encode("utf-8", "replace").decode()))
    console = Console()
    console.print(table)
    found = int(np.count_nonzero(sizes))
    console.print(f"{len(words):,} words in {found:,} classes, written to {output}", markup=False, soft_wrap=True)
