"""`python -m bench tables`."""

import sys
from pathlib import Path

import click

from bench.common.machine import ROOT
from bench.common.results import FOLDER
from bench.tables.figures import FIGURES
from bench.tables.pages import Pages

FOLDER_TYPE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if a page or picture differs from its results.")
@click.option("--names", is_flag=True, help="Show the names of all figures, and what fills them.")
@click.option("--root", type=FOLDER_TYPE, default=ROOT, help="The checkout whose pages these are.  [default: this one]")
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, help="[default: bench/results]")
def tables(check: bool, names: bool, root: Path, results: Path) -> None:
    """Write the tables and pictures of README.md, CONTRIBUTING.md and docs/ from bench/results.

    A page has `<!-- figures: NAME -->` and `<!-- /figures -->` on lines of their own; what stands between them is replaced.
    """
    if names:
        for name, figure in FIGURES.items():
            click.echo(f"{name:16} bench/results/{figure.result}.json: python -m bench {figure.command}")
        return
    pages = Pages(root, results)
    changed = pages.differing() if check else pages.write()
    for path in changed:
        click.echo(f"{path.relative_to(root)} {'differs from its results: run python -m bench tables' if check else 'written'}")
    if check and changed:
        sys.exit(1)
