"""Fonts for letters that matplotlib's own does not have."""

import os
from contextlib import suppress

OWN = "DejaVu Sans"
# Those that systems bring along and that go well together, the first of them first.
FURTHER = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR", "Source Han Sans", "PingFang SC",
    "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "MS Gothic", "Malgun Gothic", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "NanumGothic", "Noto Sans Devanagari", "Noto Sans Thai",
    "Noto Sans Bengali", "Noto Sans Tamil", "Arial Unicode MS", "Unifont",
)  # fmt: skip
BOXES = "last resort"  # how the names of fonts begin that have a box for every letter


def usual_fonts() -> list[str]:
    """The families to draw with, as far as matplotlib knows that they are here."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [OWN, *(name for name in FURTHER if name in installed)]


def fonts_with(letters: set[int]) -> list[str]:
    """Families that have some of the letters, whatever they are called.

    The fonts are looked for anew: matplotlib keeps a list of them, which may be older than the font that is wanted.
    """
    from matplotlib.font_manager import fontManager
    from matplotlib.ft2font import FT2Font

    _take_in_new_fonts()
    rank = {name: place for place, name in enumerate(FURTHER)}
    fonts = sorted(fontManager.ttflist, key=lambda font: (rank.get(font.name, len(rank)), font.style != "normal", font.name))
    left, found = set(letters), dict[str, None]()
    for name, path in dict.fromkeys((font.name, font.fname) for font in fonts):
        if left and not name.lower().startswith(BOXES):
            with suppress(Exception):  # whatever is wrong with a file of the system's, it is no font for us
                font = FT2Font(path)
                if has := {letter for letter in left if font.get_char_index(letter)}:
                    found[name] = None
                    left -= has
    return list(found)


def _take_in_new_fonts() -> None:
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {os.path.realpath(font.fname) for font in fontManager.ttflist}
    for path in sorted(findSystemFonts()):
        if os.path.realpath(path) not in known:
            with suppress(Exception):  # damaged, or of a kind that matplotlib does not draw with
                fontManager.addfont(path)
