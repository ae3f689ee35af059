"""Writers of vector files: word2vec binary and text, GloVe text, plain or compressed.

word2vec files start with a line "rows dimension", GloVe files do not. A text row is the word and its numbers, each followed by
a space; a binary row is the word, a space and the numbers as little-endian float32; a newline ends both. Numbers in text have
the fewest digits that read back as the same float32, in the format "original" six decimals. The formats "binary" and "original"
are byte for byte those of word2vec.c.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from fastw2v._system.files import written_whole
from fastw2v._system.text_encoding import quoted
from fastw2v.arguments import checked_choice
from fastw2v.compression import zstd
from fastw2v.compression.reading import is_plain
from fastw2v.errors import UsageError, option
from fastw2v.model.finite import first_not_finite
from fastw2v.vectors.io import FORMATS
from fastw2v.vectors.io.text_rows import LETTERS_OF_A_NUMBER, format_rows

FOLDER_SUFFIX = ".f2v"
ROWS_WRITTEN_AT_ONCE = 1024
FLOAT32_LE = np.dtype("<f4")
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
# Suffixes of other formats, whose readers could not read these files.
NOT_WRITTEN = frozenset(
    ".7z .arrow .avro .csv .db .feather .ftz .gguf .h5 .hdf5 .html .ipc .joblib .json .jsonl .kv .lz4 .lzma .magnitude .mat "
    ".npy .npz .ods .onnx .parquet .pdf .pickle .pkl .png .pt .pth .rar .safetensors .sqlite .svg .tar .tgz .tsv .xls .xlsx "
    ".xml .z .zip".split()
)


def chosen_format(path: Path, name: str = "auto") -> str:
    """Resolve the format "auto" by suffix: binary for `.bin`, a folder for `.f2v`, else text.

    Raises UsageError for an unknown format, and for "auto" with the suffix of a format that is not written.
    """
    checked_choice("file_format", name, FORMATS)
    if name != "auto":
        return name
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSED else ""
    suffix = suffixes[-1] if suffixes else ""
    if suffix in NOT_WRITTEN or (packed and suffix == FOLDER_SUFFIX):
        raise UsageError(
            f"{path}: vectors are not written as {suffix + packed}; there are .bin (word2vec binary), .txt and .vec (text), "
            f"each also with {', '.join(COMPRESSED)}, and {FOLDER_SUFFIX} (a folder); {option('file_format')} allows any name"
        )
    return {".bin": "binary", FOLDER_SUFFIX: "folder"}.get(suffix, "text")


def write_vectors(path: Path, words: Sequence[bytes], rows: Callable[[slice], np.ndarray], dim: int, file_format: str) -> int:
    """Write words and vectors to a file that appears whole or not at all. Returns its size in bytes, 0 for a pipe.

    words : n words as bytes
    rows : maps a slice of 0 … n - 1 to (m, dim) float32 vectors
    file_format : one of FILE_FORMATS

    Raises UsageError for words that are empty or contain a space or newline, for NaN and infinity, and for a first word with
    which a GloVe file would be taken for another kind of file.
    """
    for word in words:
        if not word or b" " in word or b"\n" in word:
            raise UsageError(
                f"the word {quoted(word)} is empty or has spaces, which this format cannot hold: write a {FOLDER_SUFFIX} folder"
            )
    if file_format == "glove" and words and not is_plain(words[0]):
        raise UsageError(
            f"a file that begins with the word {quoted(words[0])} would be taken for a compressed or UTF-16 file: "
            f"write another format, or put another word first"
        )
    with written_whole(path) as file:
        with _compressing(file, path.suffix.lower()) as stream:
            if file_format != "glove":
                stream.write(b"%d %d\n" % (len(words), dim))
            for start in range(0, len(words), ROWS_WRITTEN_AT_ONCE):
                part = slice(start, start + ROWS_WRITTEN_AT_ONCE)
                vectors = np.ascontiguousarray(rows(part), FLOAT32_LE)
                if (bad := first_not_finite(vectors)) is not None:
                    raise UsageError(f"the vector of {quoted(words[start + bad])} holds NaN or infinity and cannot be written")
                if file_format == "binary":
                    stream.write(b"".join(b"%s %s\n" % (word, row.tobytes()) for word, row in zip(words[part], vectors)))
                else:
                    for text in _formatted_rows(words[part], vectors, shortest=file_format != "original"):
                        stream.write(text)
        return file.tell() if file.seekable() else 0


def _formatted_rows(words: Sequence[bytes], vectors: np.ndarray, *, shortest: bool) -> Iterator[bytes]:
    """Rows as text; Python formats those that the compiled loop leaves."""
    ends = np.cumsum([len(word) for word in words], dtype=np.int64)
    letters = np.frombuffer(b"".join(words), np.uint8)
    out = np.empty(len(letters) + len(words) * (2 + vectors.shape[1] * LETTERS_OF_A_NUMBER), np.uint8)
    vectors = np.ascontiguousarray(vectors, np.float32)
    row = 0
    while row < len(words):
        row, size = format_rows(vectors, row, letters, ends, shortest, out)
        yield out[:size].tobytes()
        if row < len(words):
            numbers = [str(number) if shortest else f"{number:.6f}" for number in vectors[row]]
            yield words[row] + b" " + "".join(f"{number} " for number in numbers).encode() + b"\n"
            row += 1


@contextmanager
def _compressing(file: BinaryIO, suffix: str) -> Iterator[Any]:
    """A stream that writes to a file, compressed according to the suffix."""
    if suffix == ".gz":
        with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as stream:
            yield stream
    elif suffix == ".bz2":
        with bz2.BZ2File(file, "wb") as packed:
            yield packed
    elif suffix == ".xz":
        with lzma.LZMAFile(file, "wb") as packed_small:
            yield packed_small
    elif suffix == ".zst":
        with zstd.compressing(file) as frames:
            yield frames
    else:
        yield file
