"""Where labels go, so that none lies on another: greedily, each at the best place around its dot that is still free."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

# The directions in which a label may stand from its dot, the most pleasant first.
PLACES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
DIAGONAL = 0.7  # of the gap, both ways


class Box(NamedTuple):
    """A rectangle; its edges are no part of it."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: "Box") -> bool:
        """Whether two rectangles have a point in common."""
        return self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top

    def within(self, other: "Box") -> bool:
        """Whether this rectangle lies wholly in the other."""
        return self.left >= other.left and self.bottom >= other.bottom and self.right <= other.right and self.top <= other.top


class Boxes:
    """Rectangles that can be asked for what they overlap: each is noted in all cells of a grid that it touches."""

    def __init__(self, cell: float) -> None:
        self.cell = cell
        self.cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)

    def add(self, box: Box) -> None:
        """Take one more rectangle in."""
        for cell in self._touched(box):
            self.cells[cell].append(box)

    def overlapping(self, box: Box) -> set[Box]:
        """Those that overlap a rectangle."""
        return {other for cell in self._touched(box) for other in self.cells.get(cell, ()) if box.overlaps(other)}

    def _touched(self, box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box.left // self.cell), int(box.right // self.cell) + 1):
            for row in range(int(box.bottom // self.cell), int(box.top // self.cell) + 1):
                yield column, row


def around(x: float, y: float, width: float, height: float, gap: float) -> list[Box]:
    """The boxes that a label may have around its dot, in the order of PLACES."""
    boxes = []
    for across, up in PLACES:
        distance = gap * DIAGONAL if across and up else gap
        left = x + across * distance + (across - 1) / 2 * width
        bottom = y + up * distance + (up - 1) / 2 * height
        boxes.append(Box(left, bottom, left + width, bottom + height))
    return boxes


def place_labels(dots: np.ndarray, sizes: np.ndarray, *, radius: float, gap: float, bounds: Box) -> list[Box | None]:
    """A box for each label that overlaps no other label's; None for a label that fits nowhere.

    dots : (n, 2), the middle of each dot; radius : theirs
    sizes : (n, 2), width and height of each label; earlier labels choose first
    gap : from the middle of a dot to its label
    bounds : no label crosses them

    Of the places that are free, a label takes the one that covers the fewest dots.
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
