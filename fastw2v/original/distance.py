"""distance: the words nearest to a word, or to the sum of several."""

from pathlib import Path

from fastw2v.original.arguments import OriginalOptions
from fastw2v.original.program import finish, show

USAGE = """Usage: distance <FILE>
FILE holds word vectors, in the original's binary or text format
"""


def main() -> None:
    """The command."""
    finish("distance", distance, OriginalOptions({}))


def distance(arguments: list[str]) -> None:
    """Read words from standard input, a line at a time, and show what is near them."""
    if not arguments:
        show(USAGE)
        return
    from fastw2v.original.neighbours import Neighbours, asked

    neighbours = Neighbours(Path(arguments[0]))
    for words in asked("Enter word or sentence (EXIT to break): "):
        rows = neighbours.looked_up(words, unknown=-1)
        if rows is not None:
            target = neighbours.units(rows).sum(axis=0)
            neighbours.table("Cosine distance", target, left_out=rows, above=-1)
