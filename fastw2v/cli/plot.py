"""fastw2v plot"""

from pathlib import Path

import click

from fastw2v.arguments import MAP_METHODS
from fastw2v.cli.options import FILE, QUIET, VECTORS
from fastw2v.cli.output import print_written


@click.command(short_help="Draw a map of words.")
@VECTORS
@click.option(
    "-o", "--output", type=FILE, required=True, help="Write the map there: .png, .svg, or .html, an interactive page."
)
@click.option("--words", type=FILE, metavar="FILE", help="Draw these words: one a line, optionally a tab and its group.")
@click.option("--top", type=int, help="Draw the N most frequent words.  [default: 500]")
@click.option(
    "--method",
    type=click.Choice(MAP_METHODS),
    default=MAP_METHODS[0],
    show_default=True,
    help="pca preserves large distances, tsne close neighbours.",
)
@click.option("--title", help="Title of the map.  [default: the number of words and the file]")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of t-SNE.")
@click.option(
    "--neighbours", "--neighbors", type=int, default=10, show_default=True, help="Neighbours that the page shows for each word."
)
@QUIET
def plot(
    vectors: Path,
    output: Path,
    words: Path | None,
    top: int | None,
    method: str,
    title: str | None,
    seed: int,
    neighbours: int,
    quiet: bool,
) -> None:
    """Draw words of VECTORS, a word2vec file, in the plane: words used alike are near each other.

    An .html map is one page that needs no network: zoom, search, click a word for its nearest neighbours.
    Pictures and t-SNE need pip install 'fastw2v[plot]'. In a list of words, each group gets a colour.

    \b
    fastw2v plot vectors.bin -o map.html --top 2000 --method tsne
    fastw2v plot vectors.bin -o map.png --top 300
    fastw2v plot vectors.bin -o capitals.svg --words capitals.tsv --title 'Countries and capitals'
    """
    from fastw2v.plotting import draw_map, read_word_list
    from fastw2v.reporting import listener_for

    listed = None if words is None else read_word_list(words)
    draw_map(
        vectors,
        output,
        words=listed,
        top=top,
        method=method,
        title=title,
        seed=seed,
        neighbours=neighbours,
        listener=listener_for(progress=not quiet),
    )
    print_written(output, quiet=quiet)
