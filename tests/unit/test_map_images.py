"""Maps of words as images: projection, labels, files, and what is said of wrong input."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.clustered_vectors import ODD_WORDS, clustered
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v._system.display import readable
from fastw2v.errors import Fastw2vError, UsageError
from fastw2v.plotting import draw_map
from fastw2v.plotting.content import WordMap
from fastw2v.plotting.figures import drawing, renderer_of
from fastw2v.plotting.labels import Box, around, place_labels
from fastw2v.plotting.neighbours import neighbours_of_rows
from fastw2v.plotting.picture import map_figure
from fastw2v.plotting.projection import pca, project
from fastw2v.reporting.listener import Listener
from fastw2v.vectors.word_vectors import WordVectors

CLI = Callable[..., tuple[int, str, str]]


class Notes(Listener):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def word_map(words: list[str], points: np.ndarray) -> WordMap:
    return WordMap(words, points, [-1] * len(words), [], "A map", "of words")


def overlaps(boxes: list[Any]) -> list[tuple[Any, Any]]:
    return [(a, b) for a, b in combinations(boxes, 2) if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1]


# Projection and neighbours


def test_pca_agrees_with_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    vectors = clustered().vectors[1:]
    theirs = PCA(2)
    expected = theirs.fit_transform(vectors.astype(np.float64))
    points, share = pca(vectors.astype(np.float64))
    signs = np.sign((points * expected).sum(axis=0))
    assert np.allclose(points, expected * signs, atol=1e-8)
    assert np.isclose(share, theirs.explained_variance_ratio_.sum())


def test_tsne_keeps_each_word_beside_one_of_its_cluster_and_is_the_same_for_the_same_seed() -> None:
    vectors = clustered(clusters=6, size=15).vectors[1:]
    points = project(vectors, "tsne", 3).points
    distances = np.linalg.norm(points[:, np.newaxis] - points, axis=2) + np.diag(np.full(len(points), np.inf))
    assert np.array_equal(distances.argmin(axis=1) // 15, np.arange(len(points)) // 15)
    assert np.array_equal(points, project(vectors, "tsne", 3).points)
    assert not np.allclose(points, project(vectors, "tsne", 4).points, atol=0.1)


@pytest.mark.parametrize("method", ["pca", "tsne"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("vectors", [np.eye(6, dtype=np.float32), np.ones((6, 3), np.float32), np.arange(6.0).reshape(6, 1)])
def test_few_equal_and_one_dimensional_vectors_have_their_points(vectors: np.ndarray, count: int, method: str) -> None:
    points = project(vectors[:count], method, 1).points
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


def test_neighbours_are_those_of_most_similar(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = clustered()
    monkeypatch.setattr("fastw2v.plotting.neighbours.COSINES_BYTES", 4 * len(vectors) * 3)  # three rows at a time
    rows = [1, 5, 8, 20, 21, 22, 40]
    found, cosines = neighbours_of_rows(vectors.vectors, rows, 6)
    for row, others, values in zip(rows, found, cosines):
        expected = vectors.most_similar(vectors.words[row], topn=6)
        assert [vectors.words[other] for other in others] == [word for word, _ in expected]
        assert np.allclose(values, [cosine for _, cosine in expected], atol=1e-5)
    assert neighbours_of_rows(vectors.vectors, [1], 100)[0].shape == (1, len(vectors) - 1)
    assert neighbours_of_rows(vectors.vectors, [1], 0)[0].shape == (1, 0)


def test_a_vector_that_is_no_numbers_is_nobodys_neighbour() -> None:
    vectors = clustered().vectors
    vectors[7] = np.nan
    found, cosines = neighbours_of_rows(vectors, [1, 2], 20)
    assert 7 not in found
    assert np.isfinite(cosines).all()


# Labels


@given(
    st.lists(st.tuples(*[st.floats(0, 100)] * 2, st.floats(1, 40), st.floats(1, 10)), min_size=1, max_size=40),
)
@settings(deadline=None)
def test_placed_labels_never_overlap_and_one_is_left_out_only_where_no_place_is_free(
    made: list[tuple[float, float, float, float]],
) -> None:
    dots, sizes = np.array(made)[:, :2], np.array(made)[:, 2:]
    bounds = Box(0, 0, 100, 100)
    placed = place_labels(dots, sizes, radius=1, gap=2, bounds=bounds)
    drawn: list[Box] = []
    for dot, size, box in zip(dots, sizes, placed):
        possible = [place for place in around(*dot, *size, 2) if place.within(bounds)]
        free = [place for place in possible if not any(place.overlaps(other) for other in drawn)]
        if box is None:
            assert not free
        else:
            assert box in free
            drawn.append(box)


@pytest.mark.parametrize("dpi", [150, 72])  # of the PNG, and what matplotlib draws an SVG with
def test_no_two_labels_of_a_picture_overlap_and_the_most_frequent_word_has_one(dpi: int) -> None:
    random = np.random.default_rng(2)
    words = ["most-frequent", *("".join(random.choice(list("abcgiMW$_"), random.integers(1, 14))) for _ in range(400))]
    with drawing():
        figure = map_figure(word_map(words, random.normal(size=(401, 2))))
        figure.set_dpi(dpi)
        axes = figure.axes[0]
        renderer = renderer_of(axes)
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
    assert not overlaps(boxes)
    assert 100 < len(boxes) < 401
    assert "most-frequent" in [text.get_text() for text in axes.texts]
    whole = figure.bbox
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= whole.x1 and box.y1 <= whole.y1 for box in boxes)


# Images


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_picture_is_of_its_kind_and_the_same_every_time(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        draw_map(clustered(), tmp_path / f"{name}.{kind}", title="Clusters")
    drawn = (tmp_path / f"a.{kind}").read_bytes()
    assert drawn == (tmp_path / f"b.{kind}").read_bytes()
    if kind == "png":
        assert drawn.startswith(b"\x89PNG\r\n")
    else:
        assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("kind", ["png", "svg", "html"])
def test_words_of_any_bytes_can_be_drawn_and_lacking_letters_are_said_once(tmp_path: Path, kind: str) -> None:
    random = np.random.default_rng(1)
    words = [*ODD_WORDS, *(chr(0x13000 + place) for place in range(30))]  # hieroglyphs are in no usual font
    groups = dict(zip(words, ["_hidden", "$a$", "<i>", ""] * 20))
    vectors = WordVectors(words, random.normal(size=(len(words), 5)).astype(np.float32))
    notes = Notes()
    draw_map(vectors, tmp_path / f"map.{kind}", words=groups, title="$\\frac$ </title>\udcff", listener=notes)
    assert (tmp_path / f"map.{kind}").stat().st_size > 1000
    assert len([note for note in notes.notes if "installed font" in note]) == (kind != "html")


def font_with(letter: str, name: str, path: Path) -> Path:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((500, 700), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "drawn"])
    font.setupCharacterMap({ord(letter): "drawn"})
    font.setupGlyf({".notdef": pen.glyph(), "drawn": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (600, 0), "drawn": (600, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name.replace(" ", "")})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return path


def test_a_font_installed_after_matplotlib_made_its_list_is_found_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from matplotlib import font_manager

    letter, lacked = "\U00013000", "\U00013001"
    installed = font_with(letter, "Nobodys List", tmp_path / "new.ttf")
    (tmp_path / "damaged.ttf").write_bytes(b"no font")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", list(font_manager.fontManager.ttflist))
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(tmp_path / "damaged.ttf"), str(installed)])
    for words, told in (([letter, "a"], 0), ([letter, lacked], 1), (["a", "b"], 0)):
        notes = Notes()
        draw_map(WordVectors(words, np.eye(2, dtype=np.float32)), tmp_path / "map.svg", listener=notes)
        assert len([note for note in notes.notes if "installed font" in note]) == told
        assert ("NobodysList" in (tmp_path / "map.svg").read_text()) == (letter in words)
    assert not caplog.records  # which a user would see


def test_readable_words_show_what_cannot_be_seen() -> None:
    assert readable("straße 日本") == "straße 日本"
    assert readable("x\udcff\x1b\u202e\n") == "x\\xff\\x1b\\u202e\\n"
    assert readable("می\u200cخواهم") == "می\u200cخواهم"
    assert readable("abcdef", 4) == "abc…"


# Wrong input

WRONG = {
    ("v.bin", "-o", "map.pdf"): "the output 'map.pdf' must end in .png, .svg or .html",
    ("v.bin", "-o", "none/map.png"): "does not exist",
    ("none.bin", "-o", "map.png"): "cannot read none.bin: ",
    ("v.bin", "-o", "map.html", "--words", "none"): "cannot read none: ",
    ("v.bin", "-o", "map.html", "--words", "blank"): "blank holds no word",
    ("v.bin", "-o", "map.html", "--words", "foreign"): "none of the 2 words to draw has a vector: one, two",
    ("v.bin", "-o", "map.html", "--words", "foreign", "--top", "3"): "--words and --top were both given",
    ("v.bin", "-o", "map.html", "--top", "0"): "--top is 0: it must be a whole number from 1",
    ("v.bin", "-o", "map.html", "--neighbours", "-1"): "--neighbours is -1",
    ("v.bin", "-o", "map.html", "--seed", "-1"): "--seed is -1",
    ("v.bin", "-o", "map.html", "--method", "umap"): "'umap' is not one of",
    ("end.bin", "-o", "map.html"): "there is no word to draw",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_input_gets_one_line_and_leaves_no_picture(
    cli: CLI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    clustered().save("v.bin")
    WordVectors(["</s>"], np.ones((1, 3), np.float32)).save("end.bin")
    Path("blank").write_text("\n\n")
    Path("foreign").write_text("one\ntwo\tgroup\n")
    before = sorted(tmp_path.iterdir())
    code, out, err = cli("plot", *arguments)
    assert (code, out) == (2, "")
    assert WRONG[arguments] in err
    assert err.strip().splitlines()[-1].startswith("fastw2v: ")
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == before


def test_vectors_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    vectors = clustered()
    vectors.vectors[3, 1] = np.nan
    with pytest.raises(Fastw2vError, match="the vector of 'c0w2' holds what is no finite number"):
        draw_map(vectors, tmp_path / "map.html")


@pytest.mark.parametrize(("output", "method", "lacking"), [("m.png", "pca", "matplotlib"), ("m.html", "tsne", "sklearn")])
def test_a_missing_library_is_named_with_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, method: str, lacking: str
) -> None:
    for name in [lacking, *(name for name in sys.modules if name.startswith(lacking + "."))]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=rf"{lacking} \(.*\): pip install 'fastw2v\[plot\]'"):
        draw_map(clustered(), tmp_path / output, method=method)
    draw_map(clustered(), tmp_path / "map.html", method="pca")


def test_help_shows_examples_and_imports_no_library() -> None:
    code = "import sys\nfrom fastw2v.cli import cli\n"
    code += "try: cli(['plot', '--help'], 'fastw2v')\nexcept SystemExit: pass\n"
    code += "assert not {'numba', 'numpy', 'matplotlib', 'sklearn'} & set(sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=200).stdout
    assert shown.count("fastw2v plot ") >= 3
