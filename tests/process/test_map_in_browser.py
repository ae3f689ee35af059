"""The page of a map of words in a real browser: it is searched, zoomed and clicked, and words that are markup stay words."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.clustered_vectors import ODD_WORDS, clustered

from fastw2v.plotting import draw_map
from fastw2v.vectors.word_vectors import WordVectors

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium"),
    pytest.mark.xdist_group("browser"),
]
# Without a sandbox, which root has none of, and without asking the network for anything.
OPTIONS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
    --disable-sync""".split()
# What was drawn since the canvas was last emptied: labels with the place where they begin, and dots.
SEEN = """
const drawing = CanvasRenderingContext2D.prototype, { clearRect, fillText, arc } = drawing;
window.seen = { labels: [], dots: [] };
drawing.clearRect = function (...box) { window.seen = { labels: [], dots: [] }; return clearRect.apply(this, box); };
drawing.fillText = function (text, x, y) { window.seen.labels.push([text, x, y]); return fillText.call(this, text, x, y); };
drawing.arc = function (x, y, ...more) { window.seen.dots.push([x, y]); return arc.call(this, x, y, ...more); };
"""
HOSTILE = [
    *ODD_WORDS,
    "<img/src=x/onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<svg/onload=alert(3)>",
    "javascript:alert(4)",
    "</title></style><b>",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield started
        started.close()


class Map:
    """A page in the browser, and what went wrong on it."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.set_default_timeout(150_000)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self.wrong.append(f"request: {request.url}"))
        page.add_init_script(SEEN)
        page.goto(path.as_uri())
        assert self.wrong.pop(0) == f"request: {path.as_uri()}"

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def seen(self) -> dict[str, list[Any]]:
        """What is drawn, once all that was asked for is."""
        drawn = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.seen))))"
        return dict(self.page.evaluate(drawn))

    def heading(self) -> str | None:
        """The word whose neighbours are shown."""
        return str(self.page.text_content("#chosen")) if self.page.is_visible("#panel") else None

    def neighbours(self) -> list[tuple[str, float]]:
        """Those that are shown, with their cosines."""
        items = [item.query_selector_all("button, span") for item in self.page.query_selector_all("#near li")]
        return [(word.text_content(), float(cosine.text_content())) for word, cosine in items]

    def click(self, x: float, y: float) -> None:
        """Click on a place of the map."""
        self.page.click("#map", position={"x": x, "y": y})


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A function that draws a map and shows its page. At the end nothing may have gone wrong on it."""
    context = browser.new_context(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    maps: list[Map] = []

    def show(vectors: WordVectors, **settings: Any) -> Map:
        draw_map(vectors, tmp_path / "map.html", **settings)
        maps.append(Map(context.new_page(), tmp_path / "map.html"))
        return maps[-1]

    yield show
    context.close()
    assert [each.wrong for each in maps] == [[]] * len(maps)


def test_a_word_is_searched_for_and_its_neighbours_are_shown(shown: Any) -> None:
    vectors = clustered(clusters=12, size=25)
    map_ = shown(vectors, top=290)
    assert len(map_.seen()["dots"]) == 290
    map_.page.keyboard.press("/")
    map_.page.keyboard.type("c3w")
    assert map_.page.locator("#suggestions li").all_text_contents() == [f"c3w{word}" for word in range(12)]
    map_.page.keyboard.type("7")
    map_.page.keyboard.press("Enter")
    assert map_.heading() == "c3w7"
    assert map_.page.is_hidden("#suggestions")
    expected = vectors.most_similar("c3w7", topn=10)
    assert [word for word, _ in map_.neighbours()] == [word for word, _ in expected]
    assert np.allclose([cosine for _, cosine in map_.neighbours()], [cosine for _, cosine in expected], atol=0.006)
    box = map_.page.locator("#map").bounding_box()
    labels = {text: (x, y) for text, x, y in map_.seen()["labels"]}
    assert np.allclose(labels["c3w7"], (box["width"] / 2, box["height"] / 2), atol=60)
    map_.page.fill("#search", "nowhere")
    assert map_.page.locator("#suggestions li").all_text_contents() == ["no matching word on the map"]


def test_the_map_is_zoomed_moved_and_shown_whole_again(shown: Any) -> None:
    map_ = shown(clustered(clusters=12, size=25), top=290)
    whole = map_.seen()
    for zoom_in in (lambda: map_.page.click("#closer"), lambda: map_.page.mouse.wheel(0, -400)):
        before = map_.seen()
        map_.page.hover("#map")
        zoom_in()
        map_.page.wait_for_function("(dots) => window.seen.dots.length < dots", arg=len(before["dots"]))
    closer = map_.seen()
    assert len(closer["labels"]) / len(closer["dots"]) > len(whole["labels"]) / len(whole["dots"])
    map_.page.click("#whole")
    map_.page.mouse.move(5, 5)  # away from all words
    map_.page.wait_for_function("(dots) => window.seen.dots.length === dots", arg=290)
    assert sorted(map_.seen()["dots"]) == sorted(whole["dots"])
    map_.page.mouse.move(300, 300)
    map_.page.mouse.down()
    map_.page.mouse.move(330, 280)
    map_.page.mouse.up()
    map_.page.mouse.move(5, 5)
    moved = [[x + 30, y - 20] for x, y in whole["dots"]]
    left = [dot for dot in map_.seen()["dots"] if any(np.allclose(dot, other, atol=0.01) for other in moved)]
    assert len(left) == len(map_.seen()["dots"]) > 200
    assert map_.heading() is None


def test_a_clicked_word_is_chosen_and_its_neighbours_lead_on(shown: Any) -> None:
    map_ = shown(clustered(clusters=12, size=25), top=290)
    word, x, y = map_.seen()["labels"][0]
    map_.click(x + 10, y)
    assert map_.heading() == word
    button = map_.page.locator("#near button").first
    next_word = button.text_content()
    button.click()
    assert map_.heading() == next_word != word
    assert map_.page.evaluate("document.activeElement.id") == "chosen"
    map_.page.keyboard.press("Escape")
    assert map_.heading() is None
    assert map_.page.evaluate("document.activeElement.id") == "map"


def test_words_and_titles_that_are_markup_are_shown_and_not_obeyed(shown: Any) -> None:
    random = np.random.default_rng(1)
    vectors = WordVectors(HOSTILE, random.normal(size=(len(HOSTILE), 4)).astype(np.float32))
    map_ = shown(vectors, title="<script>alert(5)</script>", words=dict.fromkeys(HOSTILE, "<img/src=x/onerror=alert(6)>"))
    assert map_.page.title() == map_.page.text_content("h1") == "<script>alert(5)</script>"
    elements = "() => [...document.querySelectorAll('script, img, svg, b, iframe, a')].map((element) => element.tagName)"
    assert map_.page.evaluate(elements) == ["SCRIPT", "SCRIPT"]
    words = map_.page.evaluate("() => JSON.parse(document.getElementById('data').textContent).words")
    assert len(words) == len(HOSTILE)
    for word in words:
        map_.page.fill("#search", word)
        map_.page.keyboard.press("Enter")
        assert map_.heading() == word
        assert map_.page.input_value("#search") == word
        assert len(map_.neighbours()) == 10
        assert word in [text for text, _, _ in map_.seen()["labels"]]
    assert map_.page.evaluate(elements) == ["SCRIPT", "SCRIPT"]
