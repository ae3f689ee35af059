"""The files that a name stands for: one file, those of a folder, or those that a glob pattern matches."""

import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v._system.display import first_names
from fastw2v.arguments import shown
from fastw2v.compression.reading import content
from fastw2v.compression.streams import NotRead
from fastw2v.corpus.texts import is_binary
from fastw2v.errors import Fastw2vError, UsageError, cannot_read

NAME_MARK = re.compile(r"[./\\*?\[]|^-$")  # typical of file names, rare in words


class Found(NamedTuple):
    """The files that one name stands for.

    texts : files to read
    others : names of skipped files that hold no text
    hidden : names of skipped hidden files and folders
    binary : whether it is the name of one file, which does not look like text
    """

    texts: list[Path]
    others: list[str]
    hidden: list[str]
    binary: bool = False

    def left_out(self) -> str:
        """A description of the skipped files, for messages; "" if none was skipped."""
        parts = [(self.others, "that hold no text"), (self.hidden, "hidden")]
        return ", ".join(f"{len(names):,} {what} ({first_names(names)})" for names, what in parts if names)


def check_corpus_argument(corpus: Any) -> None:
    """Raise UsageError if a str or a list of str seems to hold sentences or words, and not names of files."""
    names = [corpus] if isinstance(corpus, str) else corpus
    if not isinstance(names, Sequence) or not names or not all(isinstance(name, str) for name in names):
        return
    first = names[0]
    if os.path.exists(first) or "{rank}" in first or glob.glob(first, recursive=True):
        return
    if len(first.split()) > 1:
        raise UsageError(
            f"there is no file {shown(first)}, and a str in the corpus is the name of a file; "
            "for sentences give lists of words: [sentence.split() for sentence in sentences]"
        )
    if names is corpus and len(names) > 1 and not any(NAME_MARK.search(name) or os.path.exists(name) for name in names):
        raise UsageError(
            f"there is no file {shown(first)}, and a list of str holds the names of files; "
            "a sentence is a list of words, and the corpus a list of sentences: [[...], [...]]"
        )


def files_of(name: str) -> Found:
    """The files that a name stands for. A file given by its own name is always read; of a folder or pattern, only texts are.

    Raises UsageError if there is none, or if one cannot be read.
    """
    if not name:
        raise UsageError("the corpus has an empty name: no such file")
    path = Path(name)
    hidden: list[str] = []
    try:
        if path.is_dir():
            files, what = list(_below(path, hidden)), f"the folder {name} holds no files"
        elif path.exists():
            return Found([path], [], [], _looks_binary(path))
        else:
            matches = sorted(Path(match) for match in glob.glob(name, recursive=True))
            files, what = [path for path in matches if not path.is_dir()], f"nothing matches {name}"
    except UsageError:
        raise
    except (OSError, ValueError) as error:
        raise UsageError(cannot_read(name, error)) from error
    if not files and not path.is_dir() and not glob.has_magic(name):
        raise UsageError(cannot_read(name))
    if not files and not hidden:
        raise UsageError(what)
    found = Found([], [], hidden)
    for file in files:
        found.texts.append(file) if _holds_text(file) else found.others.append(str(file))
    if not found.texts:
        raise UsageError(f"no file of {name} is read: there are {found.left_out()}; give a file by its own name to read it")
    return found


def _below(folder: Path, hidden: list[str]) -> Iterator[Path]:
    """All files below a folder, sorted by name; names of hidden files and folders are appended to `hidden` instead."""

    def refuse(error: OSError) -> None:
        raise UsageError(cannot_read(error.filename, error))

    for where, folders, names in os.walk(folder, onerror=refuse):
        hidden += sorted(os.path.join(where, name) for name in (*folders, *names) if name.startswith("."))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if not name.startswith("."))


def _looks_binary(path: Path) -> bool:
    """Whether a file that can be read looks like a picture, a document or another file that is no text."""
    try:
        return path.is_file() and _content_is_binary(path)
    except (OSError, Fastw2vError):  # which come again when the file is read
        return False


def _holds_text(path: Path) -> bool:
    """Whether a file looks like text, compressed or not, or like an archive."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would block
            return False
        return not _content_is_binary(path)
    except NotRead:
        return False
    except OSError as error:
        raise UsageError(cannot_read(path, error)) from error


def _content_is_binary(path: Path) -> bool:
    with open(path, "rb") as file:
        return is_binary(content(file, str(path)))
