"""Vectors read for a command: --lenient, and notes on standard error."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v._system.display import say

if TYPE_CHECKING:
    from fastw2v.vectors.word_vectors import WordVectors

CHOSEN = "lenient"  # where the choice is kept, so that it need not pass through every command


def _keep(context: click.Context, parameter: click.Parameter, chosen: bool) -> None:
    context.meta[CHOSEN] = chosen


LENIENT = click.option(
    "--lenient",
    is_flag=True,
    callback=_keep,
    expose_value=False,
    help="Read all rows found, even if the first line states another number.",
)


def is_lenient() -> bool:
    """Whether the command that runs was given --lenient."""
    return bool(click.get_current_context().meta.get(CHOSEN))


def load(path: Path, limit: int | None = None) -> "WordVectors":
    """Vectors for a command."""
    from fastw2v.vectors import word_vectors

    return word_vectors.load(path, limit, lenient=is_lenient(), note=say)
