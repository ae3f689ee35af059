"""fastw2v plot-loss"""

from pathlib import Path

import click

from fastw2v.cli.options import FILE, QUIET
from fastw2v.cli.output import print_written


@click.command(short_help="Draw the loss and the speed of training runs.")
@click.argument("log", type=FILE, nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, required=True, help="Write the picture there: .png or .svg.")
@click.option("--title", help="Title of the picture.")
@QUIET
def plot_loss(log: tuple[Path, ...], output: Path, title: str | None, quiet: bool) -> None:
    """Draw the loss over the course of training, and the words a second below it, from each LOG of fastw2v train --log.

    Several logs are drawn into one picture, to compare runs. A run that has not ended can be drawn too.
    Needs pip install 'fastw2v[plot]'.

    \b
    fastw2v plot-loss run.log -o loss.png
    fastw2v plot-loss skipgram.log cbow.log -o models.svg --title 'Skip-gram and CBOW'
    """
    from fastw2v.plotting import draw_loss
    from fastw2v.reporting import listener_for

    draw_loss(log, output, title=title, listener=listener_for(progress=not quiet))
    print_written(output, quiet=quiet)
