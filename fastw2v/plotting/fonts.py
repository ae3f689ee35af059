"""Fonts for letters that matplotlib's default font does not have."""

import os
from contextlib import suppress

DEFAULT_FONT = "DejaVu Sans"
# Fonts that systems ship and that go well together, the preferred ones first.
FALLBACK_FONTS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR", "Source Han Sans", "PingFang SC",
    "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "MS Gothic", "Malgun Gothic", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "NanumGothic", "Noto Sans Devanagari", "Noto Sans Thai",
    "Noto Sans Bengali", "Noto Sans Tamil", "Arial Unicode MS", "Unifont",
)  # fmt: skip
LAST_RESORT = "last resort"  # prefix of fonts that have a box for every letter


def usual_fonts() -> list[str]:
    """The installed families to draw with, as far as matplotlib knows them."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [DEFAULT_FONT, *(name for name in FALLBACK_FONTS if name in installed)]


def fonts_with(letters: set[int]) -> list[str]:
    """Installed families that together have the letters, given as code points, or as many of them as any font has.

    The system's fonts are searched again, because matplotlib's own list of them may be outdated.
    """
    from matplotlib.font_manager import fontManager
    from matplotlib.ft2font import FT2Font

    _register_new_fonts()
    rank = {name: place for place, name in enumerate(FALLBACK_FONTS)}
    fonts = sorted(fontManager.ttflist, key=lambda font: (rank.get(font.name, len(rank)), font.style != "normal", font.name))
    missing, found = set(letters), dict[str, None]()
    for name, path in dict.fromkeys((font.name, font.fname) for font in fonts):
        if missing and not name.lower().startswith(LAST_RESORT):
            with suppress(Exception):  # a font file that cannot be read is skipped
                font = FT2Font(path)
                if has := {letter for letter in missing if font.get_char_index(letter)}:
                    found[name] = None
                    missing -= has
    return list(found)


def _register_new_fonts() -> None:
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {os.path.realpath(font.fname) for font in fontManager.ttflist}
    for path in sorted(findSystemFonts()):
        if os.path.realpath(path) not in known:
            with suppress(Exception):  # damaged, or of a kind that matplotlib cannot draw
                fontManager.addfont(path)
