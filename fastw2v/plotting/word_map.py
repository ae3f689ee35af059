"""Word maps: from vectors to an image or a page."""

from os import PathLike
from pathlib import Path

import numpy as np

from fastw2v._system.display import readable
from fastw2v._system.files import check_writable
from fastw2v.arguments import MAP_METHODS, Range, checked_choice, checked_number
from fastw2v.errors import Fastw2vError, UsageError, argument, option, reason
from fastw2v.plotting import figures, page
from fastw2v.plotting.content import WordMap
from fastw2v.plotting.figures import kind_of, require
from fastw2v.plotting.neighbours import neighbours_of_rows
from fastw2v.plotting.picture import map_figure
from fastw2v.plotting.projection import FEWEST_FOR_TSNE, Projection, project
from fastw2v.plotting.words import Chosen, WantedWords, most_frequent, sample_of_words, words_of_list
from fastw2v.reporting.listener import Listener
from fastw2v.vectors.word_vectors import WordVectors, load

VectorsPath = str | PathLike[str]
MAP_KINDS = (*figures.IMAGE_KINDS, ".html")
DEFAULT_TOP = 500
MANY_WORDS = 5000  # words from which a note announces the slow steps
MAP_RANGES = {"top": Range(1, 2**31), "neighbours": Range(0, 1000), "seed": Range(0, 2**63 - 1)}


def draw_map(
    vectors: WordVectors | VectorsPath,
    output: VectorsPath,
    *,
    words: WantedWords | None = None,
    top: int | None = None,
    method: str = "pca",
    title: str | None = None,
    seed: int = 1,
    neighbours: int = 10,
    listener: Listener | None = None,
) -> None:
    """Draw a map of words in the plane, in which words with similar vectors are close together.

    Parameters
    ----------
    vectors : WordVectors, str or path-like
        Word vectors, or a file of them.
    output : str or path-like
        An image, `.png` or `.svg`, or `.html`, a self-contained page with zoom, search and neighbours.
    words : iterable of str, or mapping of str to str, optional
        The words to draw, or a mapping from words to the names of their groups, which are coloured; see `read_word_list`.
    top : int, optional
        Without `words`, the number of most frequent words to draw. None for 500.
    method : {"pca", "tsne"}, default "pca"
        PCA keeps large distances, t-SNE near neighbours; the latter needs the extra `plot`.
    title : str, optional
        Shown above the map.
    seed : int, default 1
        Seed of t-SNE; PCA uses no random numbers.
    neighbours : int, default 10
        Nearest neighbours that the page lists for each word, out of all words of the vectors.
    listener : Listener, optional
        Receives messages for the user.

    Raises
    ------
    UsageError
        A value out of range, no word to draw, or a library that is not installed.
    Fastw2vError
        Vectors with NaN or infinity, or a file that cannot be written.
    """
    path, listener = Path(output), listener or Listener()
    kind = kind_of(path, MAP_KINDS)
    _check(words is not None and top is not None, method, top=top, seed=seed, neighbours=neighbours)
    check_writable(path, "the output")
    if kind != ".html":
        require("matplotlib", f"a {kind} picture")
    if method == "tsne":
        require("sklearn.manifold", "t-SNE")
    loaded = vectors if isinstance(vectors, WordVectors) else load(vectors, note=listener.note)
    chosen = _chosen(loaded, words, top, listener)
    name = None if isinstance(vectors, WordVectors) else Path(vectors).name
    content = _content(loaded, chosen, _projected(loaded, chosen, method, seed, listener), title, name)
    if len(chosen.rows) > MANY_WORDS:
        listener.note(f"{'finding the neighbours of' if kind == '.html' else 'drawing'} {len(chosen.rows):,} words")
    try:
        if kind == ".html":
            page.write_page(
                path, content, chosen.rows, loaded.words, *neighbours_of_rows(loaded.vectors, chosen.rows, neighbours)
            )
        else:
            _write_picture(path, kind, content, listener)
    except OSError as error:
        raise Fastw2vError(f"cannot draw {path}: {error.filename or ''} {reason(error)}") from error


def _check(both: bool, method: str, **numbers: int | None) -> None:
    if both:
        raise UsageError(
            f"{argument('words')} and {argument('top')} were both given: draw the words of a list, or the most frequent"
        )
    checked_choice("method", method, MAP_METHODS)
    for name, value in numbers.items():
        checked_number(name, value, MAP_RANGES[name], optional=True)


def _chosen(vectors: WordVectors, wanted: WantedWords | None, top: int | None, listener: Listener) -> Chosen:
    if wanted is None:
        return most_frequent(vectors, top or DEFAULT_TOP)
    chosen = words_of_list(vectors, wanted)
    if chosen.unknown:
        asked = len(chosen.rows) + len(chosen.unknown)
        listener.note(
            f"{len(chosen.unknown):,} of {asked:,} words have no vector and are skipped: {sample_of_words(chosen.unknown)}"
        )
    return chosen


def _projected(vectors: WordVectors, chosen: Chosen, method: str, seed: int, listener: Listener) -> Projection:
    drawn = vectors.vectors[chosen.rows]
    broken = np.flatnonzero(~np.isfinite(drawn).all(axis=1))
    if len(broken):
        word = readable(vectors.words[chosen.rows[broken[0]]])
        raise Fastw2vError(
            f"the vector of {word!r} holds what is no finite number: train again, with a smaller {option('alpha')}"
        )
    if method == "tsne" and len(drawn) >= FEWEST_FOR_TSNE:
        listener.note(f"placing {len(drawn):,} words by t-SNE")
    return project(drawn, method, seed)


def _content(vectors: WordVectors, chosen: Chosen, projection: Projection, title: str | None, name: str | None) -> WordMap:
    places = {group: place for place, group in enumerate(chosen.group_names)}
    count = f"{len(chosen.rows):,} word{'s' if len(chosen.rows) != 1 else ''}"
    return WordMap(
        words=[readable(vectors.words[row]) for row in chosen.rows],
        points=projection.points,
        groups=[places.get(group, -1) for group in chosen.groups],
        group_names=[readable(group) for group in chosen.group_names],
        title=readable(title if title is not None else f"{count} of {name}" if name else count),
        caption=projection.caption,
    )


def _write_picture(path: Path, kind: str, content: WordMap, listener: Listener) -> None:
    figure = figures.write_figure(lambda: map_figure(content), path, kind, listener)
    left_out = len(content.words) - len(figure.axes[0].texts)
    if left_out:
        listener.note(
            f"{left_out:,} of {len(content.words):,} words are dots without a label, because there is no room; "
            "in a page (.html) they appear when you zoom in"
        )
