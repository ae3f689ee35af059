"""A model as a folder: for large vectors, which are mapped into memory instead of read, and for training to go on from.

model.json     what it is, and the settings it was trained with
words.txt      a word a line
vectors.npy    (n, dim) float32, float16 or int8
scales.npy     (n,) float32, with int8: a row is its codes times its scale
norms.npy      (n,) float32, the vectors' lengths, so that a query need not read all rows first
counts.npy     (n,) int64, where they are known
output.npy     (n, dim) float32, the output vectors of negative sampling, where they were kept
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
from fastw2v.vectors.io.formats import DTYPES
from fastw2v.vectors.io.stored import ROWS_AT_ONCE, Stored

FORMAT, VERSION = "fastw2v model", 1
MODEL, WORDS = "model.json", "words.txt"
ARRAYS = "vectors", "scales", "norms", "counts", "output"


class Model(NamedTuple):
    """What a folder holds; None for what it does not."""

    words: list[bytes]
    stored: Stored
    norms: np.ndarray
    counts: np.ndarray | None
    output: np.ndarray | None
    settings: dict[str, Any]


def is_folder(path: Path) -> bool:
    """Whether there is such a folder."""
    return (path / MODEL).is_file()


def write_folder(path: Path, model: Model) -> int:
    """Write a folder, whole or not at all; one of ours that is there is replaced. Returns its size in bytes.

    Raises UsageError for words with a line's end, NaN and infinity.
    """
    check_folder_writable(path)
    for word in model.words:
        if b"\n" in word:
            raise UsageError(f"the word {quoted(word)} cannot be in a file: it has a line's end in it")
    for what, rows in (("vector", model.stored.codes), ("output vector", model.output)):
        if rows is not None:
            _check_finite(what, rows, model.words)
    target = Path(os.path.realpath(path))
    with folder_written_whole(target) as temporary:
        (temporary / WORDS).write_bytes(word_lines(model.words))
        arrays = {"vectors": model.stored.codes, "scales": model.stored.scales, "norms": model.norms}
        for name, array in (arrays | {"counts": model.counts, "output": model.output}).items():
            if array is not None:
                write_array(temporary / f"{name}.npy", array)
        about = {"rows": len(model.words), "dim": model.stored.codes.shape[1], "dtype": model.stored.dtype}
        (temporary / MODEL).write_text(description_text(FORMAT, VERSION, about | {"settings": model.settings}))
        return sum(file.stat().st_size for file in temporary.iterdir())


def _check_finite(what: str, rows: np.ndarray, words: list[bytes]) -> None:
    """Refuse NaN and infinity."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        if (bad := first_not_finite(rows[start : start + ROWS_AT_ONCE])) is not None:
            raise UsageError(f"the {what} of {quoted(words[start + bad])} holds NaN or infinity: it is not written")


def check_folder_writable(path: Path) -> None:
    """Refuse a name that is taken by something else than such a folder, or lies where nothing can be written.

    A folder that is there is replaced as a whole: one that holds what is not of a model is refused too.
    """
    check_folder_around(path, str(path))
    if path.exists() and not is_folder(path) and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path} is there and is no fastw2v folder: give another name, or remove it")
    if path.is_dir():
        others = sorted({file.name for file in path.iterdir()} - {MODEL, WORDS, *(f"{name}.npy" for name in ARRAYS)})
        if others:
            raise UsageError(f"{path} holds {others[0]!r} beside a model, which would be lost: put that elsewhere")


def read_folder(path: Path, limit: int | None = None) -> Model:
    """Open a folder, its vectors mapped into memory; all rows or the first `limit`.

    Raises UsageError that names the file in it that is missing or does not fit the others.
    """
    about = _about(path)
    rows, dim, dtype = about["rows"], about["dim"], about["dtype"]
    words = read_word_lines(path / WORDS)
    if len(words) != rows:
        raise UsageError(f"{path / WORDS}: it holds {len(words):,} words, {MODEL} says {rows:,}; it is of another model")
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
    return Model(
        words[first], Stored(codes, scales, unread=str(path / "vectors.npy")), norms, counts, output, about["settings"]
    )


def _about(path: Path) -> dict[str, Any]:
    """model.json, checked."""
    place = path / MODEL
    about = read_description(place, FORMAT, VERSION)
    right = all(type(about.get(name)) is int and about[name] >= least for name, least in (("rows", 0), ("dim", 1)))
    if not right or about.get("dtype") not in DTYPES or not isinstance(about.get("settings"), dict):
        raise UsageError(f"{place} is damaged: rows, dim, dtype and settings must be there and make sense")
    return about


def _array(path: Path, name: str, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """An array of the folder, mapped into memory."""
    place = path / f"{name}.npy"
    array = read_array(place)
    if array.shape != shape or array.dtype != np.dtype(dtype):
        found = f"{array.dtype} {array.shape}"
        raise UsageError(f"{place}: it holds {found}, {MODEL} says {dtype} {shape}; it is of another model")
    return array
