"""Colours that can be told apart and read on white as on black, for groups of words and for runs."""

import colorsys

FIRST = ("#3b7dd8", "#e07b28", "#2f9e5b", "#d6454f", "#9162c9", "#1b9aaa", "#d957a8", "#a39a1c", "#8f6b4e", "#5a8f3c")
UNGROUPED = "#8a919c"
GOLDEN_ANGLE = 0.381966  # of a turn: hues this far apart stay apart, however many there are


def palette(count: int) -> list[str]:
    """So many colours as "#rrggbb"."""
    further = (colorsys.hls_to_rgb(number * GOLDEN_ANGLE % 1, 0.5, 0.55) for number in range(count - len(FIRST)))
    return [*FIRST[:count], *("#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in further)]
