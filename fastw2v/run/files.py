"""The files of a run: their names, checks before the run, and writing the results."""

import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from fastw2v._system.files import check_not_an_input, check_writable, is_file_name, remove_leftovers, spool_folder
from fastw2v._system.text_encoding import words_to_bytes
from fastw2v.corpus.sources import Source, is_standard_input, sources
from fastw2v.errors import UsageError, argument
from fastw2v.settings import Settings
from fastw2v.vectors.clusters import clusters, write_clusters
from fastw2v.vectors.io import FORMATS, FileFormat
from fastw2v.vectors.io.folder import check_folder_writable
from fastw2v.vectors.io.writing import chosen_format
from fastw2v.vectors.word_vectors import WordVectors

NEEDS_FILES = "a run with checkpoints needs a text that can be read again: give files, not a pipe or sentences"


@dataclass(frozen=True)
class Files:
    """The files that a run reads and writes beside the text; None for those not wanted.

    classes : write this number of word classes instead of vectors; 0 for vectors
    checkpoint, checkpoint_every : the folder of checkpoints, and the seconds between two
    save_on_interrupt : a run that is stopped writes the vectors as they are then
    """

    output: Path | None = None
    save_output_vectors: Path | None = None
    save_vocab: Path | None = None
    read_vocab: Path | None = None
    init: Path | None = None
    log: Path | None = None
    file_format: FileFormat = "auto"
    classes: int = 0
    checkpoint: Path | None = None
    checkpoint_every: float = 600.0
    save_on_interrupt: bool = False

    @property
    def written(self) -> dict[str, Path]:
        """The files to be written, by their role."""
        roles = {
            "the output": self.output,
            "the output vectors": self.save_output_vectors,
            "the vocabulary": self.save_vocab,
            "the log": self.log,
        }
        return {role: path for role, path in roles.items() if path is not None}

    def only_read(self) -> "Files":
        """The same for a process that writes nothing."""
        return Files(read_vocab=self.read_vocab, init=self.init)

    @property
    def spool_folder(self) -> Path | None:
        """The folder for temporary files."""
        return spool_folder(self.output)

    def as_dict(self) -> dict[str, Any]:
        """The fields as JSON values, with absolute paths."""
        return {name: os.path.abspath(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Files":
        """The inverse of `as_dict`. Raises ValueError for anything else."""
        for name, value in fields.items():
            if name not in cls.__dataclass_fields__ or not _is_right(name, value):
                raise ValueError(f"{name} is {str(value)[:50]!r}")
        values: dict[str, Any] = {name: Path(value) if name in PATHS and value else value for name, value in fields.items()}
        return cls(**values)


PATHS = tuple(field.name for field in fields(Files) if field.default is None)


def _is_right(name: str, value: Any) -> bool:
    """Whether a field's value is of its type."""
    if name in PATHS:
        return value is None or is_file_name(value)
    if name == "file_format":
        return value in FORMATS
    if name == "checkpoint_every":
        return type(value) in (int, float) and 0 <= value < math.inf
    if name == "classes":
        return type(value) is int and value >= 0
    return isinstance(value, bool)


def _format_of_output_vectors(files: Files) -> FileFormat:
    return files.file_format if files.file_format != "folder" else "auto"


def _check_files(files: Files, settings: Settings) -> None:
    """Refuse outputs that could not be written, before any work, and remove what killed processes left in their folders.

    Raises UsageError.
    """
    for name in PATHS:
        if (path := getattr(files, name)) is not None and not is_file_name(os.fspath(path)):
            raise UsageError(f"{argument(name)} is {os.fspath(path)!r}: that cannot be the name of a file")
    chosen = chosen_format(files.output or Path(), files.file_format)
    folder = files.output is not None and chosen == "folder"
    if files.save_output_vectors:
        chosen_format(files.save_output_vectors, _format_of_output_vectors(files))
    seen: dict[str, str] = {}
    if files.checkpoint:
        seen[os.path.realpath(files.checkpoint)] = "the folder of checkpoints"
    for role, path in files.written.items():
        if role == "the output" and folder and not files.classes:
            check_folder_writable(path)
        else:
            check_writable(path, role)
        name = os.path.realpath(path)
        if name in seen and not name.startswith("/dev/"):
            raise UsageError(f"{role} and {seen[name]} have the same name, {path}: give two")
        seen[name] = role
        remove_leftovers(Path(name).parent)
    if folder and files.output:
        output = os.path.realpath(files.output)
        for name, role in seen.items():
            if Path(output) in Path(name).parents:
                raise UsageError(
                    f"{role} {name} lies in the output {files.output}, which is written as a whole: put it elsewhere"
                )
    if files.classes < 0:
        raise UsageError(f"{argument('classes')} is {files.classes}: it must be the number of word classes, or 0 for vectors")
    if files.save_output_vectors and settings.negative == 0:
        raise UsageError(
            f"{argument('save_output_vectors')} needs {argument('negative')}: the output vectors of {argument('hs')} belong to "
            "tree nodes, not to words"
        )


def checked_text(corpus: Any, settings: Settings, files: Files, note: Callable[[str], None]) -> list[Source]:
    """Check all files of a run, and open its text. Nothing is written before that. Raises UsageError.

    note : is told which files of folders are skipped

    A run with checkpoints may be resumed, so it needs a text that can be read again.
    """
    _check_files(files, settings)
    if files.checkpoint and any(map(is_standard_input, corpus if isinstance(corpus, (list, tuple)) else [corpus])):
        raise UsageError(NEEDS_FILES)
    text = sources(corpus, files.spool_folder, note)
    if files.checkpoint and any(source.path is None for source in text):
        raise UsageError(NEEDS_FILES)
    _check_no_input_is_written(files, text)
    return text


def _check_no_input_is_written(files: Files, text: list[Source]) -> None:
    """Refuse an output that is also an input. Raises UsageError."""
    inputs = [source.path for source in text if source.path] + [path for path in (files.read_vocab, files.init) if path]
    for role, output in files.written.items():
        check_not_an_input(output, role, inputs)


def save(vectors: WordVectors, files: Files) -> dict[str, int]:
    """Write the results. Returns the files and their sizes in bytes."""
    written = {}
    if files.output and files.classes:
        words = words_to_bytes(vectors.words)
        written[str(files.output)] = write_clusters(files.output, words, clusters(vectors.vectors, files.classes))
    elif files.output:
        written[str(files.output)] = vectors.save(files.output, files.file_format)
    if files.save_output_vectors and vectors.kept_output is not None:
        output = WordVectors(vectors.words, vectors.kept_output)
        written[str(files.save_output_vectors)] = output.save(files.save_output_vectors, _format_of_output_vectors(files))
    if files.save_vocab:
        written[str(files.save_vocab)] = files.save_vocab.stat().st_size
    return written
