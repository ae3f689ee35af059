"""The content of a word map, for an image and for a page alike."""

from typing import NamedTuple

import numpy as np

from fastw2v.plotting.figures import FIRST_COLOURS, UNGROUPED, palette


class WordMap(NamedTuple):
    """Words and their positions in the plane.

    words : n words as displayed, the most frequent first
    points : (n, 2) float64, both axes on the same scale
    groups : index of each word's group in `group_names`, -1 for none
    group_names : in the order of the user's list
    title, caption : text above and below the map
    """

    words: list[str]
    points: np.ndarray
    groups: list[int]
    group_names: list[str]
    title: str
    caption: str

    @property
    def group_colours(self) -> list[str]:
        """The colour of each group, as "#rrggbb"."""
        return palette(len(self.group_names))

    @property
    def word_colours(self) -> list[str]:
        """The colour of each word: that of its group, or the first colour if there are no groups."""
        if not self.group_names:
            return [FIRST_COLOURS[0]] * len(self.words)
        colours = [*self.group_colours, UNGROUPED]  # group -1 takes the last
        return [colours[group] for group in self.groups]
