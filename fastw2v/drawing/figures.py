"""All that is about matplotlib itself: figures without a display, one style, fonts, files."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.files import written_whole
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

# For letters that matplotlib's own font does not have, those that systems bring along.
FURTHER_FONTS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR", "Source Han Sans", "PingFang SC",
    "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "MS Gothic", "Malgun Gothic", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "NanumGothic", "Noto Sans Devanagari", "Noto Sans Thai",
    "Noto Sans Bengali", "Noto Sans Tamil", "Arial Unicode MS", "Unifont",
)  # fmt: skip


@contextmanager
def drawing(listener: Listener) -> Iterator[None]:
    """Draw in this project's style, whatever the user's own, and say once, not at each word, if the fonts lack letters."""
    from matplotlib import style

    with warnings.catch_warnings(record=True) as warned, style.context(["default", STYLE | {"font.family": _fonts()}]):
        warnings.simplefilter("always")
        yield
    if any("missing from" in str(warning.message) for warning in warned):
        listener.note("some letters are in none of the fonts here and stand as boxes: install one, such as Noto Sans CJK")


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


def save(figure: "Figure", path: Path, kind: str) -> None:
    """Write a figure as ".png" or ".svg", whole or not at all."""
    drawn = BytesIO()
    stamp = "Date" if kind == ".svg" else "Software"  # what would differ from day to day
    figure.savefig(drawn, format=kind[1:], dpi="figure", metadata={stamp: None})
    with written_whole(path) as file:
        file.write(drawn.getvalue())


def _fonts() -> list[str]:
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in FURTHER_FONTS if name in installed)]
