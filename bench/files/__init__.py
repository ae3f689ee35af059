"""Files of vectors beside gensim, phrases beside word2phrase.c."""

import click

from bench.files.phrases import phrases
from bench.files.vectors import vectors


@click.group()
def files() -> None:
    """Files of vectors beside gensim, phrases beside word2phrase.c."""


for command in (vectors, phrases):
    files.add_command(command)
