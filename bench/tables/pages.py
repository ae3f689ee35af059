"""Pages with markers: what stands between `<!-- figures: NAME -->` and `<!-- /figures -->` is made from results."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click

from bench.common.results import load
from bench.tables.figures import FIGURES
from bench.tables.pictures import is_of, write_picture

MARKED = re.compile(r"(<!-- figures: ([\w-]+) -->\n)(.*?)(<!-- /figures -->)", re.DOTALL)
OPENED = re.compile(r"^<!-- figures:", re.MULTILINE)
PICTURES = Path("docs") / "figures"


class Pages:
    """The pages of a checkout.

    root : the checkout
    results : the folder of the files of results
    """

    def __init__(self, root: Path, results: Path) -> None:
        self.root, self.results = root, results

    def all(self) -> Iterator[Path]:
        """Those that may hold markers."""
        for path in (self.root / "README.md", self.root / "CONTRIBUTING.md", *sorted((self.root / "docs").rglob("*.md"))):
            if path.exists():
                yield path

    def made(self, page: Path) -> str:
        """The page's text with its figures made anew. Raises click.ClickException for a marker that cannot be followed."""
        text = page.read_text()
        if len(OPENED.findall(text)) != len(MARKED.findall(text)):
            raise click.ClickException(f"{page}: a marker <!-- figures: NAME --> has no <!-- /figures --> after it")
        return MARKED.sub(lambda found: f"{found[1]}\n{self.figure(found[2], page)}\n\n{found[4]}", text)

    def figure(self, name: str, page: Path) -> str:
        """What stands between the markers."""
        if name not in FIGURES:
            raise click.ClickException(f"{page}: no figure is called {name}: there are {', '.join(FIGURES)}")
        figure = FIGURES[name]
        file = self.results / f"{figure.result}.json"
        if not file.exists():
            return f"Not measured yet: `python -m bench {figure.command}`."
        shown = figure.shown(load(file)).strip()
        if figure.picture:
            place = os.path.relpath(self.root / PICTURES / f"{name}.svg", page.parent)
            shown = f"![{figure.picture.text}]({place})\n\n{shown}"
        return shown

    def pictures(self) -> Iterator[tuple[str, Path]]:
        """The figures that have pictures, are measured, and stand in a page; and the files of their pictures."""
        names = {found[1] for page in self.all() for found in MARKED.findall(page.read_text())}
        for name in sorted(names):
            figure = FIGURES.get(name)
            if figure and figure.picture and (self.results / f"{figure.result}.json").exists():
                yield name, self.root / PICTURES / f"{name}.svg"

    def differing(self) -> list[Path]:
        """Pages and pictures that are not what their results say."""
        pages = [page for page in self.all() if self.made(page) != page.read_text()]
        return pages + [
            path for name, path in self.pictures() if not is_of(path, load(self.results / f"{FIGURES[name].result}.json"))
        ]

    def write(self) -> list[Path]:
        """Make all anew; what has changed."""
        changed = self.differing()
        for name, path in self.pictures():
            picture = FIGURES[name].picture
            if path in changed and picture:
                write_picture(picture, load(self.results / f"{FIGURES[name].result}.json"), path)
        for page in self.all():
            if page in changed:
                page.write_text(self.made(page))
        return changed
