"""word-analogy: given three words a b c, print the words that are to c as b is to a."""

from pathlib import Path

from fastw2v.original.arguments import OriginalOptions
from fastw2v.original.program import finish, write_out

USAGE = """Usage: word-analogy <FILE>
FILE holds word vectors in the original's binary or text format
"""


def main() -> None:
    """Entry point."""
    finish("word-analogy", word_analogy, OriginalOptions({}))


def word_analogy(arguments: list[str]) -> None:
    """Read three words a line from standard input and print the words nearest to b - a + c; row 0 is no word."""
    if not arguments:
        write_out(USAGE)
        return
    from fastw2v.original.neighbours import NeighbourTable, prompted_lines

    neighbours = NeighbourTable(Path(arguments[0]))
    for words in prompted_lines("Enter three words (EXIT to break): "):
        if len(words) < 3:
            write_out(
                f"Only {len(words)} words were entered.. three words are needed at the input to perform the calculation\n"
            )
            continue
        rows = neighbours.looked_up(words, unknown=0)
        if rows is not None:
            a, b, c = neighbours.units(rows[:3])
            neighbours.table("Distance", b - a + c, left_out=rows, above=0)
