"""What a map shows, before it is known whether it becomes an image or a page."""

from typing import NamedTuple

import numpy as np

from fastw2v.plotting.colours import FIRST, UNGROUPED, palette


class WordMap(NamedTuple):
    """Words in the plane.

    words : n words as they are shown, the most frequent first
    points : (n, 2) float64, on equal scales
    groups : the group of each word as a place in `group_names`, -1 for none
    group_names : the groups, in the order of the list that named them
    title, caption : what stands above and below
    """

    words: list[str]
    points: np.ndarray
    groups: list[int]
    group_names: list[str]
    title: str
    caption: str

    @property
    def group_colours(self) -> list[str]:
        """The colour of each group."""
        return palette(len(self.group_names))

    @property
    def word_colours(self) -> list[str]:
        """The colour of each word: its group's; without any groups, the first of all."""
        if not self.group_names:
            return [FIRST[0]] * len(self.words)
        colours = [*self.group_colours, UNGROUPED]  # the last, for group -1
        return [colours[group] for group in self.groups]
