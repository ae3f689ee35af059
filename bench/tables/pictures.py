"""Pictures as SVG, on no background and in colours that can be read on white and on black."""

import hashlib
import json
from pathlib import Path

from bench.tables.figures import Document, Picture
from fastw2v._system.files import written_whole
from fastw2v.plotting.figures import require

GREY, FAINT = "#7d858f", "#8a919c55"
COLOURS = {
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "axes.edgecolor": FAINT,
    "grid.color": FAINT,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
}


def digest(document: Document) -> str:
    """A short name for what was measured; a picture carries it, so that one of other results can be told."""
    return hashlib.sha256(json.dumps(document["runs"], sort_keys=True).encode()).hexdigest()[:16]


def is_of(path: Path, document: Document) -> bool:
    """Whether a picture is there and was made of these results."""
    return path.exists() and f"results {digest(document)}" in path.read_text(errors="replace")


def write_picture(picture: Picture, document: Document, path: Path) -> None:
    """Draw. Raises UsageError where matplotlib is missing."""
    require("matplotlib", "a picture of results")
    from io import BytesIO

    from matplotlib import rc_context

    from fastw2v.plotting.figures import drawing, new_figure

    drawn = BytesIO()
    with drawing(), rc_context(COLOURS):
        figure = new_figure(*picture.size)
        figure.set_layout_engine("constrained")
        picture.draw(document, figure)
        about = {"Date": None, "Title": picture.text, "Description": f"results {digest(document)}"}
        figure.savefig(drawn, format="svg", transparent=True, metadata=about)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        file.write(drawn.getvalue())
