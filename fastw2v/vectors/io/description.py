"""A description of a file or folder of vectors, from its first rows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fastw2v._system.resources import readable_bytes
from fastw2v._system.text_encoding import words_to_text
from fastw2v.errors import UsageError
from fastw2v.vectors.io import folder
from fastw2v.vectors.io.reading import read_rows
from fastw2v.vectors.io.stored import lengths

ROWS_DESCRIBED = 1000
WORDS_SHOWN = 10


def describe(path: Path, *, lenient: bool = False, note: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """Describe a file or folder of vectors: format, words, dimension, size, first words, lengths of the first vectors.

    lenient, note : see `load`

    Raises UsageError for a file or folder that holds no vectors.
    """
    if path.is_dir():
        if not folder.is_folder(path):
            raise UsageError(f"{path} is a folder without {folder.MODEL_FILE}: it holds no saved model")
        model = folder.read_folder(path)
        size = sum(file.stat().st_size for file in path.iterdir())
        facts = {"format": f"fastw2v folder, {model.stored.dtype}", "words": f"{len(model.words):,}"}
        facts |= {"dimension": str(model.stored.codes.shape[1])}
        words, norms = model.words, model.norms[:ROWS_DESCRIBED]
        if model.settings:
            facts["settings"] = ", ".join(f"{name} {value}" for name, value in model.settings.items() if value is not None)
    else:
        kind, rows = read_rows(path, ROWS_DESCRIBED, lenient=lenient, note=note)
        size = path.stat().st_size
        packed = f", {kind.compression}" if kind.compression else ""
        words, norms = rows.words, lengths(rows.vectors)
        complete = len(words) < ROWS_DESCRIBED
        known = f"{kind.rows:,}" if kind.rows is not None else f"{len(words):,}" if complete else "not said in the file"
        facts = {"format": kind.name + packed, "words": known, "dimension": str(kind.dim)}
    facts["size"] = readable_bytes(size)
    facts["first words"] = " ".join(words_to_text(words[:WORDS_SHOWN]))
    if len(norms):
        norms = norms.astype(np.float64)
        shown = f"{norms.min():.3f} to {norms.max():.3f}, median {np.median(norms):.3f}"
        facts["lengths of vectors"] = f"{shown} (of the first {len(norms):,})"
    return facts
