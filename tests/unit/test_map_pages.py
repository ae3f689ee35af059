"""Maps of words as a page: its data, its safety, what it does, and which words are on it."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import HELPERS
from helpers.clustered_vectors import ODD_WORDS, clustered
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v._system.display import readable
from fastw2v._system.resources import readable_bytes
from fastw2v.plotting import draw_map, read_word_list
from fastw2v.plotting.content import WordMap
from fastw2v.plotting.page import page, page_data
from fastw2v.vectors.word_vectors import WordVectors

CLI = Callable[..., tuple[int, str, str]]


class Tags(HTMLParser):
    """What a browser sees of a page: its elements, and the text of the one with the data."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[Any, ...]]] = []
        self.data = ""
        self.inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        self.inside = ("id", "data") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(("/" + tag, ()))
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.data += data


def filled(words: list[str], title: str, groups: list[str]) -> tuple[str, dict[str, Any]]:
    content = WordMap(words, np.zeros((len(words), 2)), [0] * len(words), groups, title, title)
    data = page_data(content, [0], words, np.zeros((1, 1), int), np.ones((1, 1)))
    return page(content, data), data


PLAIN = Tags(filled(["word"], "title", ["group"])[0]).tags
words_of_any_letters = st.one_of(st.sampled_from([readable(word) for word in ODD_WORDS]), st.text(min_size=1).map(readable))


@given(st.lists(words_of_any_letters, min_size=1, max_size=5), words_of_any_letters, words_of_any_letters)
@settings(deadline=None)
def test_words_titles_and_groups_are_data_to_the_page_and_never_markup(words: list[str], title: str, group: str) -> None:
    text, data = filled(words, title, [group])
    seen = Tags(text)
    assert seen.tags == PLAIN
    assert json.loads(seen.data) == data
    assert data["words"] == words


def test_a_page_needs_nothing_outside_itself(tmp_path: Path) -> None:
    draw_map(clustered(), tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text("utf-8")
    assert not re.search(r"https?:|\bsrc=|url\(|import\b|fetch\(|XMLHttp|innerHTML|\{\{", text)
    assert "default-src 'none'" in text
    assert re.findall(r"href=\"(.*?)\"", text) == ["data:,"]


def test_the_page_tells_the_neighbours_among_all_words_of_each_word_on_it(tmp_path: Path) -> None:
    vectors = clustered()
    draw_map(vectors, tmp_path / "map.html", top=7, neighbours=12)
    data = json.loads(Tags((tmp_path / "map.html").read_text("utf-8")).data)
    assert data["words"][:7] == vectors.words[1:8]
    assert len(data["x"]) == len(data["y"]) == 7
    for word, near in zip(data["words"], data["near"]):
        told = [(data["words"][other], cosine) for other, cosine in near]
        expected = [(other, round(cosine, 3)) for other, cosine in vectors.most_similar(word, topn=12)]
        assert [other for other, _ in told] == [other for other, _ in expected]
        assert np.allclose([cosine for _, cosine in told], [cosine for _, cosine in expected], atol=1.1e-3)


@pytest.mark.skipif(shutil.which("node") is None, reason="plays with the page in Node.js")
def test_in_the_page_one_can_zoom_drag_search_and_click(tmp_path: Path) -> None:
    vectors = clustered(clusters=12, size=25)
    draw_map(vectors, tmp_path / "map.html", top=290)
    command = ["node", HELPERS / "page_in_node.js", tmp_path / "map.html", "c3w7"]
    seen = json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=200).stdout)

    assert len(seen["whole"]["dots"]) == 290
    assert seen["again"] == seen["whole"]
    for look in ("whole", "zoomed", "found", "pinched"):
        for a, b in combinations(seen[look]["labels"], 2):
            apart = a["right"] <= b["left"] or b["right"] <= a["left"] or a["bottom"] <= b["top"] or b["bottom"] <= a["top"]
            assert apart, (look, a, b)
        assert all(label["left"] >= 0 and label["right"] <= 900 for label in seen[look]["labels"])
    shown = len(seen["whole"]["labels"]) / len(seen["whole"]["dots"])
    assert shown < 0.9
    assert len(seen["zoomed"]["labels"]) / len(seen["zoomed"]["dots"]) > shown

    assert seen["suggested"] == [f"c3w{word}" for word in range(12)]
    assert seen["notSuggested"] == ["no matching word on the map"]
    assert seen["found"]["heading"] == "c3w7"
    assert seen["found"]["panel"]
    at = next(label for label in seen["found"]["labels"] if label["text"] == "c3w7")
    assert abs(at["left"] - 450) < 60
    assert abs(at["top"] - 300) < 30
    expected = vectors.most_similar("c3w7", topn=10)
    assert [word for word, _, _ in seen["found"]["near"]] == [word for word, _ in expected]
    assert np.allclose([cosine for _, cosine, _ in seen["found"]["near"]], [cosine for _, cosine in expected], atol=0.006)
    on_map = set(vectors.words[1:291])
    assert [tag for _, _, tag in seen["found"]["near"]] == ["button" if word in on_map else "span" for word, _ in expected]

    assert seen["followed"] == {
        "clicked": seen["followed"]["clicked"],
        "heading": seen["followed"]["clicked"],
        "focused": "chosen",
    }
    assert seen["clicked"]["label"] == seen["clicked"]["heading"]
    assert seen["closed"] is True
    assert np.allclose(seen["dragged"]["moved"], [30, -20])
    assert not seen["dragged"]["panel"]
    widths = [max(x for x, _ in seen[look]["dots"]) - min(x for x, _ in seen[look]["dots"]) for look in ("whole", "pinched")]
    assert widths[1] > 1.2 * widths[0]
    assert len(seen["resized"]["dots"]) == 290
    assert all(0 <= x <= 500 for x, _ in seen["resized"]["dots"])


# Which words


def test_without_a_list_the_most_frequent_words_are_drawn_but_not_the_end_of_a_sentence(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    vectors = WordVectors(["</s>", *(f"w{i}" for i in range(700))], random.normal(size=(701, 4)).astype(np.float32))
    for top, expected in ((None, 500), (3, 3), (5000, 700)):
        draw_map(vectors, tmp_path / "map.html", top=top, neighbours=0)
        assert json.loads(Tags((tmp_path / "map.html").read_text("utf-8")).data)["words"] == vectors.words[1 : expected + 1]


def test_a_list_of_words_names_groups_and_what_is_unknown_is_said_in_one_line(cli: CLI, tmp_path: Path) -> None:
    clustered().save(tmp_path / "v.bin")
    (tmp_path / "words").write_bytes(b"c1w2\tsecond\r\nnone\n\nc0w1\tfirst\nc3w3\nc1w2\tthird\n\xff\xfe\tfirst\n")
    assert read_word_list(tmp_path / "words") == {
        "c1w2": "second", "none": "", "c0w1": "first", "c3w3": "", "\udcff\udcfe": "first"
    }  # fmt: skip
    code, out, err = cli("plot", tmp_path / "v.bin", "-o", tmp_path / "map.html", "--words", tmp_path / "words", "--title", "T")
    assert (code, out) == (0, f"{tmp_path / 'map.html'}: {readable_bytes((tmp_path / 'map.html').stat().st_size)}\n")
    assert err == "2 of 5 words have no vector and are skipped: none, \\xff\\xfe\n"
    data = json.loads(Tags((tmp_path / "map.html").read_text("utf-8")).data)
    assert data["words"][:3] == ["c0w1", "c1w2", "c3w3"]
    assert data["group_names"] == ["second", "first"]
    assert data["groups"] == [1, 0, -1]
