"""Files that are not word vectors: each is named, with the way to get vectors from it."""

import zipfile
from pathlib import Path
from typing import IO

from fastw2v.compression.reading import ZIP
from fastw2v.errors import UsageError

GENSIM = "WordVectors.from_gensim(model).save('vectors.bin')"
EXPORT = (
    "save it as text with spaces or tabs between the columns, a word and its numbers a line, without a line of column names"
)
NO_WORDS = "numbers without words: WordVectors(words, array).save('vectors.bin') puts them together in Python"
WITH_ITS_LIBRARY = "read it with the library it belongs to, then WordVectors(words, array).save('vectors.bin') in Python"
BEGINNINGS = {
    b"\xba\x16\x4f\x2f": "a fastText model: use the .vec file that fastText wrote beside it, or in Python gensim's "
    f"load_facebook_vectors, then {GENSIM}",
    b"\x93NUMPY": f"a NumPy array, {NO_WORDS}",
    b"\xd0\xcf\x11\xe0": f"a spreadsheet or another Office file: {EXPORT}",
    b"\x89HDF": f"an HDF5 file: {WITH_ITS_LIBRARY}",
    b"SQLite format 3\0": f"an SQLite database, such as Magnitude's: {WITH_ITS_LIBRARY}",
    b"PAR1": f"a Parquet file: {WITH_ITS_LIBRARY}",
    b"ARROW1": f"an Arrow file: {WITH_ITS_LIBRARY}",
    b"GGUF": f"a GGUF model: {WITH_ITS_LIBRARY}",
    b"version https://git-lfs": "a Git LFS pointer instead of the file: run git lfs pull",
    b"%PDF-": "a PDF file: download the file of vectors itself",
    b"{": "JSON: " + WITH_ITS_LIBRARY,
    b"[": "JSON: " + WITH_ITS_LIBRARY,
    b"<": "a web page, or XML: download the file of vectors itself",
}
PICKLES = b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"
PICKLE = f"a Python pickle, such as gensim's save writes: load it in Python with the library that saved it, then {GENSIM}"
FLORET = "a floret table, whose rows belong to parts of words: get vectors of whole words from spaCy in Python, then "
FLORET += "WordVectors(words, array).save('vectors.bin')"
FLORET_FIELDS, FLORET_NUMBERS = 8, 6
CSV = f"comma-separated: {EXPORT}"
ARCHIVE_MEMBERS = {
    "[Content_Types].xml": BEGINNINGS[b"\xd0\xcf\x11\xe0"],
    "mimetype": BEGINNINGS[b"\xd0\xcf\x11\xe0"],
    ".npy": f"an archive of NumPy arrays, {NO_WORDS}",
    "data.pkl": f"a PyTorch file: {WITH_ITS_LIBRARY}",
}  # by suffix of a member of a zip archive


def foreign(data: bytes) -> str | None:
    """What a file that begins with `data` is, and how to get vectors from it; None if it is not recognised."""
    if data.startswith(PICKLES):
        return PICKLE
    if data[1:8].startswith(b"\0") and data[8:10] == b'{"':
        return f"a safetensors file: {WITH_ITS_LIBRARY}"
    for beginning, what in BEGINNINGS.items():
        if data.startswith(beginning) or (beginning == b"<" and data.lstrip().startswith(beginning)):
            return what
    line = data.split(b"\n", 1)[0]
    fields = line.split()
    if len(fields) == FLORET_FIELDS and all(field.isdigit() for field in fields[:FLORET_NUMBERS]):
        return FLORET
    return CSV if line.count(b",") > line.count(b" ") or line.count(b";") > line.count(b" ") else None


def refuse_archive(file: IO[bytes], path: Path) -> None:
    """Raise UsageError for a zip archive that is a file of another program. `file` is at its start, before and after."""
    if file.read(len(ZIP[0])) in ZIP:
        try:
            names = zipfile.ZipFile(file).namelist()
        except Exception:  # damaged: the error comes when it is read
            names = []
        for ending, what in ARCHIVE_MEMBERS.items():
            if any(name.endswith(ending) for name in names):
                raise UsageError(f"{path} is {what}")
    file.seek(0)
