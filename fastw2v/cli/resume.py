"""fastw2v resume"""

from pathlib import Path

import click

from fastw2v.cli.options import FILE, QUIET
from fastw2v.distributed.supervisor import supervise


@click.command(short_help="Continue a run from its last checkpoint.")
@click.argument("folder", metavar="DIR", type=FILE)
@click.option(
    "--force", is_flag=True, help="Continue though the text has changed, or the checkpoint was copied from elsewhere."
)
@QUIET
def resume(folder: Path, force: bool, quiet: bool) -> None:
    """Continue the run whose checkpoints are in DIR (fastw2v train --checkpoint DIR), with its settings, text and files.

    \b
    fastw2v train corpus.txt -o vectors.bin --checkpoint state --checkpoint-every 10m
    fastw2v resume state
    fastw2v resume state --quiet
    """
    supervise()
    from fastw2v.reporting import listener_for
    from fastw2v.run.pipeline import resume as go_on

    go_on(folder, force=force, listener=listener_for(progress=not quiet))
