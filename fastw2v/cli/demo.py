"""fastw2v demo"""

from pathlib import Path

import click

from fastw2v.cli.options import FILE, THREADS

DEMO_WORDS = 2_000_000


@click.command(short_help="Train on a generated text and show what was learned.")
@click.option("-o", "--output", type=FILE, default=Path("fastw2v-demo.bin"), show_default=True, help="Write the vectors there.")
@click.option("--save-text", type=FILE, metavar="FILE", help="Keep the generated text.")
@click.option("--words", type=click.IntRange(200_000), default=DEMO_WORDS, show_default=True, help="Length of the text.")
@THREADS
@click.option("--quiet", is_flag=True, help="Show no progress, only the results.")
def demo(output: Path, save_text: Path | None, words: int, threads: int | None, quiet: bool) -> None:
    """Train on a text that is generated from a small grammar, and show what was learned. Needs no file and no network.

    The text has planted relations (countries and capitals, singular and plural, comparatives), topic groups and filler.
    """
    from rich.table import Table

    from fastw2v._system.files import check_writable, written_whole
    from fastw2v.demo.questions import neighbours, solved_analogies
    from fastw2v.demo.text import sentences
    from fastw2v.reporting import listener_for
    from fastw2v.reporting.console import PlainConsole
    from fastw2v.run.pipeline import Files, run
    from fastw2v.settings import Settings

    settings = Settings(dim=64, epochs=3, threads=threads)
    check_writable(output, "the output")
    listener = listener_for(progress=not quiet)
    listener.note(f"generating a text of {words:,} words")
    if save_text:
        with written_whole(save_text) as file:
            file.writelines((" ".join(sentence) + "\n").encode() for sentence in sentences(words))
    vectors = run(str(save_text) if save_text else sentences(words), settings, Files(output=output), listener)

    console = PlainConsole()
    near = Table()
    near.add_column("word", style="bold")
    near.add_column("nearest neighbours, with cosine")
    for word, found in neighbours(vectors).items():
        near.add_row(word, "  ".join(f"{other} {cosine:.2f}" for other, cosine in found))
    console.print(near)

    scores = solved_analogies(vectors)
    console.print()
    console.print("Planted analogies, such as paris : france = rome : ?")
    planted = Table()
    for column in ("relation", "solved", "of", "share"):
        planted.add_column(column, justify="left" if column == "relation" else "right")
    rows = [*scores.items(), ("all", tuple(map(sum, zip(*scores.values()))))]
    for relation, (solved, asked) in rows:
        planted.add_row(relation, f"{solved:,}", f"{asked:,}", f"{solved / asked:.1%}")
    console.print(planted)
    console.print(f"The vectors are in {output}. In Python:", soft_wrap=True)
    console.print(f"fastw2v.load({str(output)!r}).most_similar('paris')", soft_wrap=True)
