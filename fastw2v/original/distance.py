"""distance: print the words nearest to a word, or to the sum of several."""

from pathlib import Path

from fastw2v.original.arguments import OriginalOptions
from fastw2v.original.program import finish, write_out

USAGE = """Usage: distance <FILE>
FILE holds word vectors in the original's binary or text format
"""


def main() -> None:
    """Entry point."""
    finish("distance", distance, OriginalOptions({}))


def distance(arguments: list[str]) -> None:
    """Read lines of words from standard input, and print the nearest words of each."""
    if not arguments:
        write_out(USAGE)
        return
    from fastw2v.original.neighbours import NeighbourTable, prompted_lines

    neighbours = NeighbourTable(Path(arguments[0]))
    for words in prompted_lines("Enter word or sentence (EXIT to break): "):
        rows = neighbours.looked_up(words, unknown=-1)
        if rows is not None:
            target = neighbours.units(rows).sum(axis=0)
            neighbours.table("Cosine distance", target, left_out=rows, above=-1)
