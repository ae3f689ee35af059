"""All that is about matplotlib itself: figures without a display, one style, files."""

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v._system.files import written_whole
from fastw2v.plotting.fonts import fonts_with, usual_fonts
from fastw2v.reporting.listener import Listener

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = (".png", ".svg")
DPI = 150
POINT = DPI / 72  # pixels
INK, FAINT, GRID = "#1c2128", "#6a737d", "#e3e6ea"

STYLE = {
    "font.size": 9,
    "text.color": INK,
    "text.hinting": "no_hinting",  # so that a word is as wide in the image as it was when measured, and as in the SVG
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "legend.frameon": False,
    "svg.hashsalt": "fastw2v",  # the same picture, the same bytes
}


@contextmanager
def drawing(more_fonts: Sequence[str] = ()) -> Iterator[set[int]]:
    """Draw in this project's style, whatever the user's own; the set has afterwards the letters that none of the fonts has."""
    from matplotlib import style

    lacking: set[int] = set()
    fonts = {"font.family": [*usual_fonts(), *more_fonts]}
    with warnings.catch_warnings(record=True) as warned, style.context(["default", STYLE | fonts]), _silent("matplotlib"):
        warnings.simplefilter("always")
        yield lacking
    lacking.update(int(found[1]) for warning in warned if (found := re.match(r"Glyph (\d+) .*missing", str(warning.message))))


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a library's remarks, such as that a font has no bold letters, from the user."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def write_figure(make: Callable[[], "Figure"], path: Path, kind: str, listener: Listener) -> "Figure":
    """Write a figure as ".png" or ".svg", whole or not at all; say once, not at each word, if no font has some letters.

    make : called again where fonts are found for letters that the usual ones lack
    """
    with drawing() as lacking:
        figure = make()
        image = _image(figure, kind)
    if lacking and (found := fonts_with(lacking)):
        with drawing(found) as lacking:
            figure = make()
            image = _image(figure, kind)
    with written_whole(path) as file:
        file.write(image)
    if lacking:
        listener.note("some letters are in none of the fonts here and stand as boxes: install one, such as Noto Sans CJK")
    return figure


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure of so many inches that needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def renderer_of(axes: "Axes") -> Any:
    """What measures texts, in pixels of the figure that some axes are in."""
    canvas: Any = axes.figure.canvas
    return canvas.get_renderer()


def _image(figure: "Figure", kind: str) -> bytes:
    drawn = BytesIO()
    stamp = "Date" if kind == ".svg" else "Software"  # what would differ from day to day
    figure.savefig(drawn, format=kind[1:], dpi="figure", metadata={stamp: None})
    return drawn.getvalue()
