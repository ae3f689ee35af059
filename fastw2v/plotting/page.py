"""A map of words as one page that needs nothing else: its script, its style and its data are inside it."""

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

# Letters that could end the element that the data stand in, as JSON may write them too.
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def write_page(
    path: Path, content: WordMap, rows: list[int], all_words: list[str], found: np.ndarray, cosines: np.ndarray
) -> None:
    """Write the page of a map, whole or not at all.

    rows : the n words' rows in all_words
    found, cosines : (n, k), the rows of each word's nearest neighbours and their cosines
    """
    filled = page(content, page_data(content, rows, all_words, found, cosines))
    with written_whole(path) as file:
        file.write(filled.encode())


def page(content: WordMap, data: dict[str, Any]) -> str:
    """The page: the template with its places filled, all at once, so that nothing filled in is itself taken for a place."""
    filling = {
        "title": html.escape(content.title),
        "style": _packaged("page.css"),
        "map": _packaged("map.js"),
        "controls": _packaged("controls.js"),
        "data": embedded(data),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda place: filling[place[1]], _packaged("page.html"))


def embedded(data: dict[str, Any]) -> str:
    """JSON that can stand in a script element: in ASCII, and without any letter that HTML gives a meaning."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&]", lambda letter: UNSAFE[letter[0]], text)


def page_data(
    content: WordMap, rows: list[int], all_words: list[str], found: np.ndarray, cosines: np.ndarray
) -> dict[str, Any]:
    """What the page's script reads.

    words : the words on the map, then those that are only neighbours of them
    x, y : where the former are, the longer side from -0.5 to 0.5
    groups : the place of each one's group in group_names and group_colours, -1 for none, which is drawn in other_colour
    near : for each word on the map its neighbours as [place in words, cosine]
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
