"""A whole run: the way of a word from file to vector."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v import warmup
from fastw2v.corpus.counting import count_words, select
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.ids import IdStream
from fastw2v.corpus.sources import Source, sources
from fastw2v.corpus.vocabulary import Vocabulary, read_vocabulary
from fastw2v.errors import Fastw2vError, UsageError, reason
from fastw2v.files import check_not_an_input, check_writable
from fastw2v.kernels.model import Model, model_bytes, new_model
from fastw2v.machine import available_memory, readable_bytes
from fastw2v.reporting.listener import Counts, Listener, Several, Summary
from fastw2v.reporting.log import JsonLog
from fastw2v.settings import SETTING_NAMES, Settings
from fastw2v.tables import tables, tables_bytes
from fastw2v.training.trainer import Trainer, random_start
from fastw2v.vectors.clusters import clusters, write_clusters
from fastw2v.vectors.word2vec_format import is_binary, write_vectors
from fastw2v.vectors.word_vectors import WordVectors

PathName = str | PathLike[str]
Corpus = PathName | Iterable[PathName] | Iterable[Iterable[str]]


@dataclass(frozen=True)
class Files:
    """The files that a run writes and reads beside the text; None for those not wanted.

    classes : where it is not 0, the output gets so many word classes in place of vectors
    """

    output: Path | None = None
    save_output_vectors: Path | None = None
    save_vocab: Path | None = None
    read_vocab: Path | None = None
    log: Path | None = None
    file_format: str = "auto"
    classes: int = 0

    @property
    def written(self) -> dict[str, Path]:
        """What will be written, by the role it has."""
        roles = {
            "the output": self.output,
            "the output vectors": self.save_output_vectors,
            "the vocabulary": self.save_vocab,
            "the log": self.log,
        }
        return {role: path for role, path in roles.items() if path is not None}

    @property
    def spool_folder(self) -> Path | None:
        """Where temporary files may lie: beside the output."""
        return Path(os.path.realpath(self.output)).parent if self.output else None


def train(
    corpus: Corpus,
    *,
    output: PathName | None = None,
    file_format: str = "auto",
    save_output_vectors: PathName | None = None,
    save_vocab: PathName | None = None,
    read_vocab: PathName | None = None,
    log: PathName | None = None,
    progress: bool = False,
    **settings: Any,
) -> WordVectors:
    """Train word vectors on a text.

    Parameters
    ----------
    corpus : a file, folder or glob, "-" for standard input, a list of these, or an iterable of sentences (lists of str)
    output : also write the vectors there; `file_format` is "auto" (binary for `.bin`), "binary" or "text"
    save_output_vectors, save_vocab, read_vocab, log : files, as on the command line
    progress : show progress and a summary on standard error
    **settings : the fields of `Settings`: model, dim, window, negative, hs, sample, min_count, max_vocab, epochs, alpha,
        threads, seed, kernel, memory

    Returns
    -------
    WordVectors, (vocabulary, dim) float32; the first word is `</s>`, the end of a sentence

    Raises
    ------
    UsageError : a setting out of range, a file that is not there, a text without words
    Fastw2vError : a disk that is full, damaged data, too little memory
    """
    unknown = sorted(set(settings) - set(SETTING_NAMES))
    if unknown:
        raise UsageError(f"no setting is called {', '.join(unknown)}; there are {', '.join(SETTING_NAMES)}")
    named = {"output": output, "save_output_vectors": save_output_vectors, "save_vocab": save_vocab}
    named |= {"read_vocab": read_vocab, "log": log}
    paths: dict[str, Any] = {name: Path(path) for name, path in named.items() if path is not None}
    files = Files(**paths, file_format=file_format)
    listener = Listener()
    if progress:
        from fastw2v.reporting.terminal import display

        listener = display()
    return run(corpus, Settings(**settings), files, listener)


def run(corpus: Corpus, settings: Settings, files: Files, listener: Listener) -> WordVectors:
    """The same for settings and files that are already checked one by one; `listener` hears what happens."""
    if files.log:
        listener = Several(listener, JsonLog(files.log))
    with _one_line_errors(listener):
        return _run(_text(corpus, settings, files), settings, files, listener)


def count(
    corpus: Corpus, settings: Settings | None = None, files: Files | None = None, listener: Listener | None = None
) -> tuple[Vocabulary, Counts]:
    """Only the vocabulary of a text, saved if `files` has a name for it. Of the settings, those about words count.

    count("corpus.txt", Settings(min_count=10), Files(save_vocab=Path("vocab.txt")))

    Raises what `train` raises.
    """
    settings, files, listener = settings or Settings(), files or Files(), listener or Listener()
    with _one_line_errors(listener):
        text = _text(corpus, settings, files)
        if not files.read_vocab:
            warmup.compile_counting(listener)
        return _vocabulary(text, settings, files, listener)


@contextmanager
def _one_line_errors(listener: Listener) -> Iterator[None]:
    """What the system says, as errors of this package; the listener is closed however it ends."""
    try:
        yield
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise Fastw2vError(f"{place}{reason(error)}") from error
    except RuntimeError as error:
        if "thread" not in str(error):
            raise
        raise Fastw2vError(f"{error}: fewer --threads, or more memory or processes allowed, would help") from error
    except MemoryError as error:
        raise Fastw2vError(
            f"memory ran out ({error}); a smaller --dim or --max-vocab, or a smaller --memory, needs less"
        ) from error
    finally:
        listener.close()


def _run(text: list[Source], settings: Settings, files: Files, listener: Listener) -> WordVectors:
    clock = Stopwatch()
    compile_seconds = warmup.compile_all(settings, listener)
    clock.lap()
    vocabulary, _ = _vocabulary(text, settings, files, listener)
    vocab_seconds = clock.lap()
    id_memory = _check_memory(vocabulary, settings)
    ids = _encoded(text, vocabulary, settings, id_memory, files, listener)
    encode_seconds = clock.lap()
    lookup = tables(vocabulary.counts, sample=settings.sample, negative=settings.negative, hs=settings.hs)
    model = new_model(
        len(vocabulary),
        settings.dim,
        negative=settings.negative,
        hs=settings.hs,
        random_state=random_start(settings.seed, 1),
        threads=settings.thread_count,
    )
    trainer = Trainer(ids, model, lookup, settings)
    clock.lap()
    end = trainer.run(listener.training)
    train_seconds = clock.lap()
    if not np.isfinite(model.input.sum(dtype=np.float64)):
        raise Fastw2vError("training diverged: the vectors are no longer numbers; a smaller --alpha helps")
    train_words = len(ids)
    ids.close()
    written = _save(vocabulary, model, settings, files)
    summary = Summary(
        settings=settings.as_dict(),
        vocab_size=len(vocabulary),
        train_words=train_words,
        compile_seconds=compile_seconds,
        vocab_seconds=vocab_seconds,
        encode_seconds=encode_seconds,
        train_seconds=train_seconds,
        save_seconds=clock.lap(),
        words_per_second=end.words / train_seconds,
        loss=trainer.last_epoch_loss,
        files=written,
    )
    listener.finished(summary)
    words = [word.decode("utf-8", "surrogateescape") for word in vocabulary.words()]
    return WordVectors(words, model.input[:, : settings.dim])


class Stopwatch:
    """Seconds from lap to lap."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        last, self.last = self.last, time.perf_counter()
        return self.last - last


def _text(corpus: Corpus, settings: Settings, files: Files) -> list[Source]:
    """Where the text comes from, once it is sure that the files can be written and that none of them is an input."""
    _check_files(files, settings)
    text = sources(corpus, files.spool_folder)
    inputs = [source.path for source in text if source.path] + ([files.read_vocab] if files.read_vocab else [])
    for role, output in files.written.items():
        check_not_an_input(output, role, inputs)
    return text


def _check_files(files: Files, settings: Settings) -> None:
    """Refuse outputs that could not be written, before any work."""
    is_binary(files.output or Path(), files.file_format)
    seen: dict[str, str] = {}
    for role, path in files.written.items():
        check_writable(path, role)
        name = os.path.realpath(path)
        if name in seen and not name.startswith("/dev/"):
            raise UsageError(f"{role} and {seen[name]} are the same file, {path}: give two names")
        seen[name] = role
    if files.classes < 0:
        raise UsageError(f"classes is {files.classes}: it must be the number of word classes, or 0 for vectors")
    if files.save_output_vectors and settings.negative == 0:
        raise UsageError(
            "--save-output-vectors needs --negative: the output vectors of --hs belong to tree nodes, not to words"
        )


def _vocabulary(text: list[Source], settings: Settings, files: Files, listener: Listener) -> tuple[Vocabulary, Counts]:
    """Count the text, or read the counts; save them if asked to."""
    if files.read_vocab:
        vocabulary = read_vocabulary(files.read_vocab, min_count=settings.min_count, max_vocab=settings.max_vocab)
        distinct, words = len(vocabulary), vocabulary.train_words
        most = max((int(n) for n in vocabulary.counts[1:]), default=0)
    else:
        listener.reading("counting", sum(source.size for source in text))
        memory = settings.memory or available_memory() // 2
        counted, pruned_up_to = count_words(text, threads=settings.thread_count, memory=memory, advanced=listener.read)
        if pruned_up_to:
            listener.note(
                f"memory for counting was spent: words seen {pruned_up_to} times or less were forgotten on the way; "
                "--memory gives more"
            )
        distinct = int(counted.used[0])
        words = int(counted.counts[:distinct].sum())
        if words == 0:
            raise UsageError("the text is empty")
        most = int(counted.counts[1:distinct].max(initial=0))
        vocabulary = select(counted, min_count=settings.min_count, max_vocab=settings.max_vocab)
    if len(vocabulary) < 2:
        most_often = f"the most frequent word occurs {most} time{'s' if most != 1 else ''}" if most else "there is no word"
        raise UsageError(f"no word occurs {settings.min_count} times or more ({most_often}): lower --min-count")
    counts = Counts(len(vocabulary), vocabulary.train_words, distinct, words)
    listener.counted(counts)
    if files.save_vocab:
        vocabulary.save(files.save_vocab)
    return vocabulary, counts


def _check_memory(vocabulary: Vocabulary, settings: Settings) -> int:
    """Refuse a model larger than memory; returns the bytes that the ids may take."""
    matrices = model_bytes(len(vocabulary), settings.dim, negative=settings.negative, hs=settings.hs)
    needed = matrices + tables_bytes(len(vocabulary), negative=settings.negative, hs=settings.hs)
    available = available_memory()
    if needed > available:
        raise Fastw2vError(
            f"the model needs {readable_bytes(needed)} of memory ({len(vocabulary):,} words, dimension {settings.dim}), "
            f"{readable_bytes(available)} are available: a smaller --dim, a higher --min-count or a --max-vocab needs less"
        )
    return min(settings.memory or available // 2, available - needed)


def _encoded(
    text: list[Source], vocabulary: Vocabulary, settings: Settings, memory: int, files: Files, listener: Listener
) -> IdStream:
    """The text as ids, in memory or in a temporary file."""
    expected = 0 if files.read_vocab else vocabulary.train_words
    ids = IdStream(memory=memory, expected=expected, folder=files.spool_folder)
    listener.reading("encoding", sum(source.size for source in text))
    encode(text, vocabulary, ids, threads=settings.thread_count, advanced=listener.read)
    if not ids.in_memory:
        size = readable_bytes(len(ids) * 4)
        listener.note(f"the text's word ids ({size}) are in a temporary file, for they are more than --memory allows")
    if not np.any(ids.read(0, min(len(ids), 10**6))) and len(ids) < 10**6:
        raise UsageError("the text holds no word of the vocabulary")
    return ids


def _save(vocabulary: Vocabulary, model: Model, settings: Settings, files: Files) -> dict[str, int]:
    """Write what was asked for; the files and their sizes."""
    written = {}
    vectors_file = None if files.classes else files.output
    if files.output and files.classes:
        found = clusters(model.input[:, : settings.dim], files.classes)
        written[str(files.output)] = write_clusters(files.output, vocabulary.words(), found)
    for path, matrix in ((vectors_file, model.input), (files.save_output_vectors, model.output)):
        if path is not None:
            binary = is_binary(path, files.file_format)
            written[str(path)] = write_vectors(path, vocabulary.words(), matrix[:, : settings.dim], binary=binary)
    if files.save_vocab:
        written[str(files.save_vocab)] = files.save_vocab.stat().st_size
    return written
