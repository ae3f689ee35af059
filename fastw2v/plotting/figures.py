"""Figures: the libraries they need, their colours and style, their files.

matplotlib is imported where it is used: a page (`.html`) needs the colours alone.
"""

import colorsys
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v._system.files import written_whole
from fastw2v._system.signals import held_while_importing
from fastw2v.errors import UsageError
from fastw2v.plotting.fonts import fonts_with, usual_fonts
from fastw2v.reporting.listener import Listener

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

IMAGE_KINDS = (".png", ".svg")
DPI = 150
PIXELS_PER_POINT = DPI / 72  # pixels in a point
INK, FAINT, GRID = "#1c2128", "#6a737d", "#e3e6ea"
# Colours of groups and runs, readable on white and on black.
FIRST_COLOURS = (
    "#3b7dd8", "#e07b28", "#2f9e5b", "#d6454f", "#9162c9", "#1b9aaa", "#d957a8", "#a39a1c", "#8f6b4e", "#5a8f3c",
)  # fmt: skip
UNGROUPED = "#8a919c"
GOLDEN_ANGLE = 0.381966  # of a turn: hues this far apart stay distinct, however many there are

STYLE = {
    "font.size": 9,
    "text.color": INK,
    "text.hinting": "no_hinting",  # so that a word is as wide as measured, in PNG and SVG
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
    "svg.hashsalt": "fastw2v",  # so that the same picture has the same bytes
}


def require(module: str, purpose: str) -> None:
    """Import a library of the extra `plot` before any work. Raises UsageError that says how to install it."""
    try:
        with held_while_importing():
            import_module(module)
    except ImportError as error:
        raise UsageError(f"{purpose} needs {module.split('.')[0]} ({error}): pip install 'fastw2v[plot]'") from error


def kind_of(path: Path, kinds: tuple[str, ...]) -> str:
    """The suffix of an output's name in lower case, which chooses the format. Raises UsageError if it is none of `kinds`."""
    kind = path.suffix.lower()
    if kind not in kinds:
        raise UsageError(f"the output {str(path)!r} must end in {', '.join(kinds[:-1])} or {kinds[-1]}")
    return kind


def palette(count: int) -> list[str]:
    """`count` distinct colours as "#rrggbb"."""
    further = (colorsys.hls_to_rgb(number * GOLDEN_ANGLE % 1, 0.5, 0.55) for number in range(count - len(FIRST_COLOURS)))
    return [*FIRST_COLOURS[:count], *("#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in further)]


@contextmanager
def drawing(more_fonts: Sequence[str] = ()) -> Iterator[set[int]]:
    """Draw in fastw2v's style, whatever the user's settings. On exit the set holds the code points that no font has."""
    from matplotlib import style

    missing: set[int] = set()
    fonts = {"font.family": [*usual_fonts(), *more_fonts]}
    with warnings.catch_warnings(record=True) as warned, style.context(["default", STYLE | fonts]), _silent("matplotlib"):
        warnings.simplefilter("always")
        yield missing
    missing.update(int(found[1]) for warning in warned if (found := re.match(r"Glyph (\d+) .*missing", str(warning.message))))


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Hide warnings that a library logs, such as that a font has no bold letters."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def write_figure(make: Callable[[], "Figure"], path: Path, kind: str, listener: Listener) -> "Figure":
    """Write a figure, whole or not at all, and return it. A note says once if no font has some of the letters.

    make : draws the figure; called again if other fonts are needed
    kind : ".png" or ".svg"
    """
    with drawing() as missing:
        figure = make()
        image = _image(figure, kind)
    if missing and (found := fonts_with(missing)):
        with drawing(found) as missing:
            figure = make()
            image = _image(figure, kind)
    with written_whole(path) as file:
        file.write(image)
    if missing:
        listener.note("no installed font has some of the letters, which appear as boxes: install one, such as Noto Sans CJK")
    return figure


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure of that size in inches, drawn without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def renderer_of(axes: "Axes") -> Any:
    """The renderer of the figure of some axes, which measures texts in pixels."""
    canvas: Any = axes.figure.canvas
    return canvas.get_renderer()


def _image(figure: "Figure", kind: str) -> bytes:
    drawn = BytesIO()
    stamp = "Date" if kind == ".svg" else "Software"  # metadata that would change the bytes from day to day
    figure.savefig(drawn, format=kind[1:], dpi="figure", metadata={stamp: None})
    return drawn.getvalue()
