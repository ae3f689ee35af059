"""A map of words as an image: dots, and labels that do not overlap."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from fastw2v._system.display import readable
from fastw2v.plotting.content import WordMap
from fastw2v.plotting.figures import DPI, FAINT, PIXELS_PER_POINT, new_figure, renderer_of
from fastw2v.plotting.labels import Box, place_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES_FOR_ROOT = 0.65  # side of the picture, times the root of the number of words
SMALLEST_SIDE, LARGEST_SIDE = 6.0, 28.0
LONGEST_SHAPE = 1.3  # its square is the largest ratio of the sides
EDGE = 0.3  # inches
TOP, BOTTOM = 0.6, 0.45
ROOM = (0.6, 0.25)  # inches between the outermost dots and the edges, for labels
RADIUS = 1.8  # of a dot, in points
LABEL_GAP = 4.0  # from the center of a dot to its label, in points
PADDING = 0.8  # around a label, in points
LABEL: dict[str, Any] = {"fontsize": 8, "va": "bottom", "ha": "left", "parse_math": False}
LABEL_LETTERS = 40
LEGEND_LINE = 14.0  # points


def map_figure(content: WordMap) -> "Figure":
    """Draw a map. The texts of its only axes are the labels that found a position."""
    width, height = _size(content.points)
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    legend_width = _add_group_legend(axes, content, height) if content.group_names else 0.0
    whole_width, whole_height = width + 2 * EDGE + legend_width, height + TOP + BOTTOM
    figure.set_size_inches(whole_width, whole_height)
    axes.set_position((EDGE / whole_width, BOTTOM / whole_height, width / whole_width, height / whole_height))
    _set_limits(axes, content.points, width, height)
    x, y = content.points.T
    axes.scatter(x, y, s=(2 * RADIUS) ** 2, c=content.word_colours, linewidths=0)
    left = EDGE / whole_width
    plain: dict[str, Any] = {"parse_math": False, "ha": "left"}
    title = readable(content.title, int(whole_width * 9))
    figure.text(left, 1 - 0.2 / whole_height, title, fontsize=13, weight="bold", va="top", **plain)
    figure.text(left, 0.17 / whole_height, content.caption, fontsize=8, color=FAINT, va="bottom", **plain)
    _add_labels(axes, content)
    return figure


def _size(points: np.ndarray) -> tuple[float, float]:
    """Width and height of the map in inches: they grow with the number of words, and follow the shape of the points."""
    side = min(LARGEST_SIDE, max(SMALLEST_SIDE, INCHES_FOR_ROOT * math.sqrt(len(points))))
    across, up = np.maximum(np.ptp(points, axis=0), 1e-12)
    shape = min(LONGEST_SHAPE, max(1 / LONGEST_SHAPE, math.sqrt(across / up)))
    return side * shape, side / shape


def _set_limits(axes: "Axes", points: np.ndarray, width: float, height: float) -> None:
    """Give both axes the same scale, and center the points."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = float(np.max((high - low) / (width - 2 * ROOM[0], height - 2 * ROOM[1]))) or 1.0  # units per inch
    (x, y) = (low + high) / 2
    axes.set_xlim(x - scale * width / 2, x + scale * width / 2)
    axes.set_ylim(y - scale * height / 2, y + scale * height / 2)


def _add_group_legend(axes: "Axes", content: WordMap, height: float) -> float:
    """Name the groups to the right of the map. Returns the width of the legend in inches."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], linestyle="", marker="o", markersize=5, color=colour) for colour in content.group_colours]
    columns = math.ceil(len(handles) * LEGEND_LINE / (height * 72))
    legend = axes.legend(handles, ["x"] * len(handles), loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0, ncols=columns)
    for text, name in zip(legend.get_texts(), content.group_names):  # set here: a legend hides "_…" and typesets "$"
        text.set_parse_math(False)
        text.set_text(readable(name, LABEL_LETTERS))
    width: float = legend.get_window_extent(renderer_of(axes)).width
    return width / DPI


def _add_labels(axes: "Axes", content: WordMap) -> None:
    """Label as many dots as there is room for."""
    from matplotlib.patheffects import withStroke

    names = [readable(word, LABEL_LETTERS) for word in content.words]
    dots = axes.transData.transform(content.points)
    bounds = Box(*axes.bbox.extents)
    padding, radius = PADDING * PIXELS_PER_POINT, RADIUS * PIXELS_PER_POINT
    sizes = _measured(axes, names) + 2 * padding
    boxes = place_labels(dots, sizes, radius=radius, gap=LABEL_GAP * PIXELS_PER_POINT, bounds=bounds)
    halo = [withStroke(linewidth=1, foreground="white", alpha=0.7)]
    for name, point, dot, box in zip(names, content.points, dots, boxes):
        if box:
            covers = np.all((dots > np.array(box[:2]) - radius) & (dots < np.array(box[2:]) + radius), axis=1).any()
            effects = halo if covers else []  # only there: in an SVG it multiplies the size of the text
            offset = (np.array([box.left, box.bottom]) + padding - dot) / PIXELS_PER_POINT
            axes.annotate(name, point, offset, textcoords="offset points", path_effects=effects, **LABEL)


def _measured(axes: "Axes", names: list[str]) -> np.ndarray:
    """Width and height of each label in pixels, (n, 2) float64."""
    renderer = renderer_of(axes)
    probe = axes.text(0, 0, "", **LABEL)
    sizes = np.empty((len(names), 2))
    for row, name in enumerate(names):
        probe.set_text(name)
        sizes[row] = probe.get_window_extent(renderer).size
    probe.remove()
    return sizes
