"""A model as a folder (`.f2v`): vectors are mapped into memory instead of read, and a warm start finds all it needs.

model.json     format, version, rows, dim, dtype, and the settings of the training
words.txt      one word a line
vectors.npy    (n, dim) float32, float16 or int8
scales.npy     (n,) float32, only with int8: a vector is its row of codes times its scale
norms.npy      (n,) float32, lengths of the vectors, so that a query need not read all rows first
counts.npy     (n,) int64, counts of the words, if known
output.npy     (n, dim) float32, output embeddings of negative sampling, if kept
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastw2v._system.array_folder import (
    description_text,
    read_array,
    read_description,
    read_word_lines,
    word_lines,
    write_array,
)
from fastw2v._system.files import check_folder_around, folder_written_whole
from fastw2v._system.text_encoding import quoted
from fastw2v.errors import UsageError
from fastw2v.model.finite import first_not_finite
from fastw2v.vectors.io import DTYPES
from fastw2v.vectors.io.stored import ROWS_DECODED_AT_ONCE, Stored

FOLDER_FORMAT, FOLDER_VERSION = "fastw2v model", 1
MODEL_FILE, WORDS_FILE = "model.json", "words.txt"
ARRAYS = "vectors", "scales", "norms", "counts", "output"


class SavedModel(NamedTuple):
    """Contents of a model folder; None for parts that it lacks. Shapes and dtypes are those of the files."""

    words: list[bytes]
    stored: Stored
    norms: np.ndarray
    counts: np.ndarray | None
    output: np.ndarray | None
    settings: dict[str, Any]


def is_folder(path: Path) -> bool:
    """Whether `path` is a model folder."""
    return (path / MODEL_FILE).is_file()


def write_folder(path: Path, model: SavedModel) -> int:
    """Write a model folder, whole or not at all, in place of one that exists. Returns its size in bytes.

    Raises UsageError for a word with a newline, for NaN and infinity, and for a path that `check_folder_writable` refuses.
    """
    check_folder_writable(path)
    for word in model.words:
        if b"\n" in word:
            raise UsageError(f"the word {quoted(word)} contains a newline and cannot be written")
    for what, rows in (("vector", model.stored.codes), ("output vector", model.output)):
        if rows is not None:
            _check_finite(what, rows, model.words)
    target = Path(os.path.realpath(path))
    with folder_written_whole(target) as temporary:
        (temporary / WORDS_FILE).write_bytes(word_lines(model.words))
        arrays = {"vectors": model.stored.codes, "scales": model.stored.scales, "norms": model.norms}
        for name, array in (arrays | {"counts": model.counts, "output": model.output}).items():
            if array is not None:
                write_array(temporary / f"{name}.npy", array)
        about = {"rows": len(model.words), "dim": model.stored.codes.shape[1], "dtype": model.stored.dtype}
        about |= {"settings": model.settings}
        (temporary / MODEL_FILE).write_text(description_text(FOLDER_FORMAT, FOLDER_VERSION, about))
        return sum(file.stat().st_size for file in temporary.iterdir())


def _check_finite(what: str, rows: np.ndarray, words: list[bytes]) -> None:
    """Raise UsageError for NaN and infinity in (n, dim) `rows`."""
    for start in range(0, len(rows), ROWS_DECODED_AT_ONCE):
        if (bad := first_not_finite(rows[start : start + ROWS_DECODED_AT_ONCE])) is not None:
            raise UsageError(f"the {what} of {quoted(words[start + bad])} holds NaN or infinity and cannot be written")


def check_folder_writable(path: Path) -> None:
    """Raise UsageError for a path where no model folder can be written.

    An existing model folder is replaced as a whole, so one that also holds other files is refused.
    """
    check_folder_around(path, str(path))
    if path.exists() and not is_folder(path) and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path} exists and is not a fastw2v model folder: give another name, or remove it")
    if path.is_dir():
        others = sorted({file.name for file in path.iterdir()} - {MODEL_FILE, WORDS_FILE, *(f"{name}.npy" for name in ARRAYS)})
        if others:
            raise UsageError(f"{path} also holds {others[0]!r}, which overwriting the model would remove: move that elsewhere")


def read_folder(path: Path, limit: int | None = None) -> SavedModel:
    """Open a model folder and map its vectors into memory; all rows or the first `limit`.

    Raises UsageError that names the file that is missing, is damaged or does not match the others.
    """
    about = _about(path)
    rows, dim, dtype = about["rows"], about["dim"], about["dtype"]
    words = read_word_lines(path / WORDS_FILE)
    if len(words) != rows:
        raise UsageError(
            f"{path / WORDS_FILE}: it holds {len(words):,} words, but {MODEL_FILE} says {rows:,}; they are of different models"
        )
    codes = _array(path, "vectors", (rows, dim), dtype)
    scales = _array(path, "scales", (rows,), "float32") if dtype == "int8" else None
    norms = _array(path, "norms", (rows,), "float32")
    counts = _array(path, "counts", (rows,), "int64") if (path / "counts.npy").exists() else None
    output = _array(path, "output", (rows, dim), "float32") if (path / "output.npy").exists() else None
    for name, numbers in {"norms": norms, "scales": scales}.items():
        if numbers is not None and not np.isfinite(numbers).all():
            raise UsageError(f"{path / name}.npy: row {int(np.argmin(np.isfinite(numbers))) + 1:,} is NaN or infinity")
    first = slice(limit)
    codes, norms = codes[first], np.asarray(norms[first])
    scales, counts, output = (None if array is None else array[first] for array in (scales, counts, output))
    return SavedModel(
        words[first], Stored(codes, scales, unread=str(path / "vectors.npy")), norms, counts, output, about["settings"]
    )


def _about(path: Path) -> dict[str, Any]:
    """The contents of model.json. Raises UsageError if they make no sense."""
    place = path / MODEL_FILE
    about = read_description(place, FOLDER_FORMAT, FOLDER_VERSION)
    right = all(type(about.get(name)) is int and about[name] >= least for name, least in (("rows", 0), ("dim", 1)))
    if not right or about.get("dtype") not in DTYPES or not isinstance(about.get("settings"), dict):
        raise UsageError(f"{place} is damaged: rows, dim, dtype or settings are missing or make no sense")
    return about


def _array(path: Path, name: str, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """An array of the folder, mapped into memory. Raises UsageError if its shape or dtype differs."""
    place = path / f"{name}.npy"
    array = read_array(place)
    if array.shape != shape or array.dtype != np.dtype(dtype):
        found = f"{array.dtype} {array.shape}"
        raise UsageError(f"{place}: it holds {found}, but {MODEL_FILE} says {dtype} {shape}; they are of different models")
    return array
