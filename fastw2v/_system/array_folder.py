"""The files of a folder of arrays: a JSON description, a file with a word a line, and a .npy file for each array.

Nothing is unpickled. Functions that read raise UsageError, with the name of the file, if it is missing, damaged or of another
kind.
"""

import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v._system.direct_file import SECTOR, DirectFile
from fastw2v.errors import UsageError, cannot_read

ARRAY_BUFFER_BYTES = 1 << 24  # of an array, copied or summed at a time


def description_text(kind: str, version: int, fields: dict[str, Any]) -> str:
    """The JSON description of a folder: its kind, its format version, and further fields."""
    return json.dumps({"format": kind, "version": version} | fields, indent=1) + "\n"


def read_description(path: Path, kind: str, *versions: int) -> dict[str, Any]:
    """Read a description file. Raises UsageError unless it is of this kind and one of these versions."""
    return parse_description(path, read_file(path), kind, *versions)


def parse_description(path: Path, content: bytes, kind: str, *versions: int) -> dict[str, Any]:
    """Parse the content of a description file, as `read_description` does."""
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is damaged: it is not JSON ({error})") from error
    if not isinstance(about, dict) or about.get("format") != kind:
        raise UsageError(f"{path} does not describe a {kind}")
    if type(about.get("version")) is not int or about["version"] not in versions:
        known = f"{' and '.join(map(str, versions))} {'are' if len(versions) > 1 else 'is'}"
        raise UsageError(f"{path}: version {about.get('version')!r} is not known, {known}; a newer fastw2v may read it")
    return about


def read_file(path: Path) -> bytes:
    """The content of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(cannot_read(path, error)) from error


def word_lines(words: list[bytes]) -> bytes:
    """The words, one a line."""
    return b"".join(word + b"\n" for word in words)


def read_word_lines(path: Path) -> list[bytes]:
    """Read a file with a word a line."""
    words = read_file(path).split(b"\n")
    if words.pop():
        raise UsageError(f"{path} is cut short: its last line, after {len(words):,} complete ones, has no newline")
    return words


def write_array(path: Path, array: np.ndarray) -> None:
    """Write an array of any shape and dtype as a .npy file. Raises OSError with the cause, where np.save only counts bytes."""
    with DirectFile(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)) as file:
        file.write(array_header(array))
        step = max(1, len(array) if array.flags.c_contiguous else ARRAY_BUFFER_BYTES * len(array) // max(1, array.nbytes))
        for start in range(0, len(array), step):
            file.write(np.ascontiguousarray(array[start : start + step]).reshape(-1).view(np.uint8).data)
        file.finish()


def array_header(array: np.ndarray) -> bytes:
    """The header of a .npy file, padded so that the data begin at a sector (_system/direct_file.py)."""
    about = np.lib.format.header_data_from_array_1_0(np.empty((0, *array.shape[1:]), array.dtype)) | {"shape": array.shape}
    start = np.lib.format.magic(1, 0) + struct.pack("<H", SECTOR - 10)
    return (start + repr(about).encode("latin-1")).ljust(SECTOR - 1) + b"\n"


def read_array(path: Path) -> np.ndarray:
    """Map the array of a .npy file into memory, read-only."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise UsageError(cannot_read(path, error)) from error
    except ValueError as error:
        if "mmap" not in str(error) and "empty" not in str(error):
            raise UsageError(f"{path} is damaged or cut short ({error})") from error
        array = _empty_array(path)
    except Exception as error:  # NumPy's header parser raises many kinds
        raise UsageError(f"{path} is damaged or cut short ({error})") from error
    if not isinstance(array, np.ndarray):  # for a zip archive NumPy returns several arrays
        raise UsageError(f"{path} is damaged: it is not an array")
    return array


def _empty_array(path: Path) -> np.ndarray:
    """Read an array without elements, which cannot be mapped."""
    try:
        with open(path, "rb") as file:
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if 0 in shape and not dtype.hasobject:
            return np.empty(shape, dtype)
    except Exception as error:
        raise UsageError(f"{path} is damaged or cut short ({error})") from error
    raise UsageError(f"{path} is damaged or cut short")
