"""What a folder of arrays is made of: a JSON file that says what it is, a file with a word a line, an array in each .npy file.

Nothing in it is ever unpickled. What is read may be damaged, or no folder of ours: every function says so by a UsageError
that names the file.
"""

import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v._system.direct_file import SECTOR, DirectFile
from fastw2v.errors import UsageError, reason

ARRAY_BUFFER_BYTES = 1 << 24  # bytes


def description_text(kind: str, version: int, fields: dict[str, Any]) -> str:
    """What a folder is, as JSON: its kind, the version of that kind's format, and more."""
    return json.dumps({"format": kind, "version": version} | fields, indent=1) + "\n"


def read_description(path: Path, kind: str, *versions: int) -> dict[str, Any]:
    """What a file says that holds what `description_text` returns, if it is of this kind and of one of these versions."""
    return parse_description(path, read_file(path), kind, *versions)


def parse_description(path: Path, content: bytes, kind: str, *versions: int) -> dict[str, Any]:
    """The same of what was read from the file."""
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is damaged: it is no JSON ({error})") from error
    if not isinstance(about, dict) or about.get("format") != kind:
        raise UsageError(f"{path} does not describe a {kind}")
    if type(about.get("version")) is not int or about["version"] not in versions:
        known = f"{' and '.join(map(str, versions))} {'are' if len(versions) > 1 else 'is'}"
        raise UsageError(f"{path}: version {about.get('version')!r} is not known, {known}; a newer fastw2v may read it")
    return about


def read_file(path: Path) -> bytes:
    """All of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason(error)}") from error


def word_lines(words: list[bytes]) -> bytes:
    """A word a line."""
    return b"".join(word + b"\n" for word in words)


def read_word_lines(path: Path) -> list[bytes]:
    """The words of a file, a word a line."""
    words = read_file(path).split(b"\n")
    if words.pop():
        raise UsageError(f"{path} is cut short: its last line, after {len(words):,} whole ones, has no end")
    return words


def write_array(path: Path, array: np.ndarray) -> None:
    """Write an array as a .npy file.

    Unlike np.save it says why it could not: the disk is full, and not how many bytes went.
    """
    with DirectFile(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)) as file:
        file.write(array_header(array))
        step = max(1, len(array) if array.flags.c_contiguous else ARRAY_BUFFER_BYTES * len(array) // max(1, array.nbytes))
        for start in range(0, len(array), step):
            file.write(np.ascontiguousarray(array[start : start + step]).reshape(-1).view(np.uint8).data)
        file.finish()


def array_header(array: np.ndarray) -> bytes:
    """What a .npy file begins with, filled up to a block of the disk: the data then begin at one."""
    about = np.lib.format.header_data_from_array_1_0(np.empty((0, *array.shape[1:]), array.dtype)) | {"shape": array.shape}
    start = np.lib.format.magic(1, 0) + struct.pack("<H", SECTOR - 10)
    return (start + repr(about).encode("latin-1")).ljust(SECTOR - 1) + b"\n"


def read_array(path: Path) -> np.ndarray:
    """An array, mapped into memory."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {reason(error)}") from error
    except ValueError as error:
        if "mmap" not in str(error) and "empty" not in str(error):
            raise UsageError(f"{path} is damaged or cut short ({error})") from error
        array = _empty_array(path)
    except Exception as error:  # NumPy lets what its parser of headers raises through
        raise UsageError(f"{path} is damaged or cut short ({error})") from error
    if not isinstance(array, np.ndarray):  # NumPy takes a zip archive for several arrays
        raise UsageError(f"{path} is damaged: it is no array")
    return array


def _empty_array(path: Path) -> np.ndarray:
    """An array without elements, which cannot be mapped."""
    try:
        with open(path, "rb") as file:
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if 0 in shape and not dtype.hasobject:
            return np.empty(shape, dtype)
    except Exception as error:
        raise UsageError(f"{path} is damaged or cut short ({error})") from error
    raise UsageError(f"{path} is damaged or cut short")
