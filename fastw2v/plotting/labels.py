"""Placement of labels without overlaps: greedily, each at the best free position around its dot."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

# Directions from a dot to its label, the preferred first.
PLACES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
DIAGONAL = 0.7  # of the gap, along each axis


class Box(NamedTuple):
    """A rectangle without its edges."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two rectangles share a point."""
        return self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top

    def within(self, other: "Box") -> bool:
        """Whether this rectangle lies inside the other."""
        return self.left >= other.left and self.bottom >= other.bottom and self.right <= other.right and self.top <= other.top


class Boxes:
    """A spatial index of rectangles: each is stored in all cells of a grid that it touches."""

    def __init__(self, cell: float) -> None:
        self.cell = cell
        self.cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)

    def add(self, box: Box) -> None:
        """Add a rectangle."""
        for cell in self._touched(box):
            self.cells[cell].append(box)

    def overlapping(self, box: Box) -> set[Box]:
        """The stored rectangles that overlap `box`."""
        return {other for cell in self._touched(box) for other in self.cells.get(cell, ()) if box.overlaps(other)}

    def _touched(self, box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box.left // self.cell), int(box.right // self.cell) + 1):
            for row in range(int(box.bottom // self.cell), int(box.top // self.cell) + 1):
                yield column, row


def around(x: float, y: float, width: float, height: float, gap: float) -> list[Box]:
    """Candidate boxes of a label around the dot at (x, y), in the order of PLACES."""
    boxes = []
    for across, up in PLACES:
        distance = gap * DIAGONAL if across and up else gap
        left = x + across * distance + (across - 1) / 2 * width
        bottom = y + up * distance + (up - 1) / 2 * height
        boxes.append(Box(left, bottom, left + width, bottom + height))
    return boxes


def place_labels(dots: np.ndarray, sizes: np.ndarray, *, radius: float, gap: float, bounds: Box) -> list[Box | None]:
    """Choose a box for each label such that no two labels overlap; None for a label that fits nowhere.

    Labels choose in order; each takes the free position that covers the fewest dots. All lengths are in one unit.

    dots : (n, 2) float64, the center of each dot
    sizes : (n, 2) float64, width and height of each label
    radius : of the dots
    gap : from the center of a dot to its label
    bounds : the area that labels must stay inside
    """
    cell = max(float(np.median(sizes)) * 2, radius * 2, 1e-9) if len(sizes) else 1.0
    labels, all_dots = Boxes(cell), Boxes(cell)
    for x, y in dots.tolist():
        all_dots.add(Box(x - radius, y - radius, x + radius, y + radius))
    placed: list[Box | None] = []
    for (x, y), (width, height) in zip(dots.tolist(), sizes.tolist()):
        free = [box for box in around(x, y, width, height, gap) if box.within(bounds) and not labels.overlapping(box)]
        best = min(free, key=lambda box: len(all_dots.overlapping(box)), default=None)
        if best:
            labels.add(best)
        placed.append(best)
    return placed
