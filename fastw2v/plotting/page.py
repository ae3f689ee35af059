"""A map of words as a self-contained page, with script, style and data inside."""

import html
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v._system.display import readable
from fastw2v._system.files import written_whole
from fastw2v.plotting.content import WordMap

# JSON escapes of the letters that could end the script element.
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def write_page(
    path: Path, content: WordMap, rows: list[int], all_words: list[str], found: np.ndarray, cosines: np.ndarray
) -> None:
    """Write the page of a map, whole or not at all.

    rows : rows of the map's n words in `all_words`
    found : (n, k) int64, rows of each word's nearest neighbours
    cosines : (n, k) float32
    """
    filled = page(content, page_data(content, rows, all_words, found, cosines))
    with written_whole(path) as file:
        file.write(filled.encode())


def page(content: WordMap, data: dict[str, Any]) -> str:
    """The page from its template; all {{placeholders}} are filled in one pass, so that a word cannot act as one."""
    filling = {
        "title": html.escape(content.title),
        "style": _packaged("page.css"),
        "map": _packaged("map.js"),
        "controls": _packaged("controls.js"),
        "data": embedded(data),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda placeholder: filling[placeholder[1]], _packaged("page.html"))


def embedded(data: dict[str, Any]) -> str:
    """JSON for a script element: ASCII, without letters that HTML gives a meaning."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&]", lambda letter: UNSAFE[letter[0]], text)


def page_data(
    content: WordMap, rows: list[int], all_words: list[str], found: np.ndarray, cosines: np.ndarray
) -> dict[str, Any]:
    """The data that the page's script reads.

    words : the words on the map, followed by words that are only their neighbours
    x, y : coordinates of the words on the map, from -0.5 to 0.5 along the longer side
    groups : index of each word's group in group_names and group_colours, -1 for none (drawn in other_colour)
    near : neighbours of each word on the map as [index in words, cosine]
    """
    places = {row: place for place, row in enumerate(rows)}
    words = list(content.words)
    for row in found.ravel().tolist():
        if row not in places:
            places[row] = len(words)
            words.append(readable(all_words[row]))
    near = [[[places[row], round(cosine, 3)] for row, cosine in zip(*pair)] for pair in zip(found.tolist(), cosines.tolist())]
    low, high = content.points.min(axis=0), content.points.max(axis=0)
    points = (content.points - (low + high) / 2) / (float(np.max(high - low)) or 1.0)
    x, y = np.round(points, 5).T.tolist()
    return {
        "words": words,
        "x": x,
        "y": y,
        "groups": content.groups,
        "group_names": content.group_names,
        "group_colours": content.group_colours,
        "other_colour": content.word_colours[content.groups.index(-1)] if -1 in content.groups else "",
        "near": near,
        "caption": content.caption,
    }


def _packaged(name: str) -> str:
    return files("fastw2v.plotting").joinpath(name).read_text("utf-8")
