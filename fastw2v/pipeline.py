"""A whole run: the way of a word from file to vector."""

import time
from collections.abc import Iterable
from contextlib import ExitStack, closing
from os import PathLike
from pathlib import Path
from typing import Any

from fastw2v import warmup
from fastw2v.checkpoints.keeper import Keeper, described
from fastw2v.checkpoints.resuming import Resumed, read_run
from fastw2v.checkpoints.store import Store
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.ending import save_or_leave, train_or_leave
from fastw2v.errors import UsageError
from fastw2v.kernels.model import Model, new_model
from fastw2v.machine import usable_cores
from fastw2v.one_line_errors import one_line_errors
from fastw2v.preparation import encoded, vocabulary_for
from fastw2v.reporting import listener_for
from fastw2v.reporting.listener import Counts, Listener, Several, Summary
from fastw2v.reporting.log import JsonLog
from fastw2v.run_files import Files, checked_text
from fastw2v.settings import SETTING_NAMES, Settings
from fastw2v.tables import tables
from fastw2v.training.devices import new_engine, with_device
from fastw2v.training.earlier import check_fits, start_from, with_earlier_words
from fastw2v.training.shares import random_start
from fastw2v.training.trainer import Trainer
from fastw2v.utf8 import words_to_text
from fastw2v.vectors.word_vectors import WordVectors, load

__all__ = ["Files", "count", "resume", "run", "train"]

NEEDS_LESS = "a smaller --dim or --max-vocab, or a smaller --memory,"

PathName = str | PathLike[str]
Corpus = PathName | Iterable[PathName] | Iterable[Iterable[str]]


def train(
    corpus: Corpus,
    *,
    output: PathName | None = None,
    file_format: str = "auto",
    save_output_vectors: PathName | None = None,
    save_vocab: PathName | None = None,
    read_vocab: PathName | None = None,
    init: PathName | None = None,
    log: PathName | None = None,
    checkpoint: PathName | None = None,
    checkpoint_every: float = 600.0,
    save_on_interrupt: bool = False,
    progress: bool = False,
    **settings: Any,
) -> WordVectors:
    """Train word vectors on a text.

    Parameters
    ----------
    corpus : a file, folder or glob, "-" for standard input, a list of these, or an iterable of sentences (lists of str)
    output : also write the vectors there; `file_format` is "auto" (binary for `.bin`, a folder for `.f2v`), "binary", "text",
        "glove" or "folder"
    init : a model to go on from: its words are kept, and training starts from its vectors; from its output vectors too where
        it is a folder that training wrote
    save_output_vectors, save_vocab, read_vocab, log : files, as on the command line
    checkpoint, checkpoint_every : a folder for the state of the run, and the seconds between two checkpoints; `resume` goes on
    save_on_interrupt : a run that Ctrl-C stops writes its output as far as it has come
    progress : show progress and a summary on standard error
    **settings : the fields of `Settings`: model, dim, window, negative, hs, sample, min_count, max_vocab, epochs, alpha,
        threads, seed, kernel, memory, device, stretches

    Returns
    -------
    WordVectors, (vocabulary, dim) float32; the first word is `</s>`, the end of a sentence

    Raises
    ------
    UsageError : a setting out of range, a file that is not there, a text without words
    Fastw2vError : a disk that is full, damaged data, too little memory, a run that was stopped
    """
    unknown = sorted(set(settings) - set(SETTING_NAMES))
    if unknown:
        raise UsageError(f"no setting is called {', '.join(unknown)}; there are {', '.join(SETTING_NAMES)}")
    named = {"output": output, "save_output_vectors": save_output_vectors, "save_vocab": save_vocab}
    named |= {"read_vocab": read_vocab, "init": init, "log": log, "checkpoint": checkpoint}
    paths: dict[str, Any] = {name: Path(path) for name, path in named.items() if path is not None}
    files = Files(**paths, file_format=file_format, checkpoint_every=checkpoint_every, save_on_interrupt=save_on_interrupt)
    return run(corpus, Settings(**settings), files, listener_for(progress=progress))


def run(corpus: Corpus, settings: Settings, files: Files, listener: Listener, *, force: bool = False) -> WordVectors:
    """The same for settings and files that are already checked one by one; `listener` hears what happens.

    force : a checkpoint that is there already is overwritten
    """
    if files.log:
        listener = Several(listener, JsonLog(files.log))
    with closing(listener), one_line_errors(NEEDS_LESS), ExitStack() as stack:
        text = checked_text(corpus, settings, files)
        store = Store(files.checkpoint) if files.checkpoint else None
        if store:
            store.prepare()
            stack.enter_context(store.held())
            if store.numbers() and not force:
                raise UsageError(
                    f"there is a checkpoint in {store.folder}: fastw2v resume goes on from it, --force starts anew"
                )
        return _run(text, settings, files, listener, store)


def resume(folder: PathName, *, force: bool = False, listener: Listener | None = None, progress: bool = False) -> WordVectors:
    """Go on with a run from its newest checkpoint, with the same settings, text and files.

    force : go on though the text has changed since

    Raises UsageError where there is no checkpoint, or what changed.
    """
    listener = listener or listener_for(progress=progress)
    store = Store(Path(folder))
    with closing(listener), one_line_errors(NEEDS_LESS), store.held(), ExitStack() as stack:
        resumed = read_run(store, force)
        if resumed.files.log:
            log = stack.enter_context(closing(JsonLog(resumed.files.log, append=True)))
            listener = Several(listener, log)
        store.prepare()
        text = checked_text(resumed.corpus, resumed.settings, resumed.files)
        return _run(text, resumed.settings, resumed.files, listener, store, resumed)


def count(
    corpus: Corpus, settings: Settings | None = None, files: Files | None = None, listener: Listener | None = None
) -> tuple[Vocabulary, Counts]:
    """Only the vocabulary of a text, saved if `files` has a name for it. Of the settings, those about words count.

    count("corpus.txt", Settings(min_count=10), Files(save_vocab=Path("vocab.txt")))

    Raises what `train` raises.
    """
    settings, files, listener = settings or Settings(), files or Files(), listener or Listener()
    with closing(listener), one_line_errors(NEEDS_LESS):
        text = checked_text(corpus, settings, files)
        if not files.read_vocab:
            warmup.compile_counting(listener)
        vocabulary, counts = vocabulary_for(text, settings, files, listener)
        if files.save_vocab:
            vocabulary.save(files.save_vocab)
        return vocabulary, counts


def _run(
    text: list[Source],
    settings: Settings,
    files: Files,
    listener: Listener,
    store: Store | None = None,
    resumed: Resumed | None = None,
) -> WordVectors:
    clock = Stopwatch()
    if settings.thread_count > (cores := usable_cores()):
        listener.note(f"{settings.thread_count} threads, and this process may use {cores} cores: they do not make it faster")
    earlier = load(files.init) if files.init and not resumed else None
    if earlier is not None:
        check_fits(earlier, settings.dim)
    settings = with_device(settings, listener.note)
    compile_seconds = warmup.compile_all(settings, listener)
    clock.lap()
    vocabulary = resumed.vocabulary if resumed else vocabulary_for(text, settings, files, listener)[0]
    if earlier is not None:
        vocabulary = with_earlier_words(vocabulary, earlier)
    if files.save_vocab and not resumed:
        vocabulary.save(files.save_vocab)
    vocab_seconds = clock.lap()
    ids = encoded(text, vocabulary, settings, files, listener)
    encode_seconds = clock.lap()
    lookup = tables(vocabulary.counts, sample=settings.sample, negative=settings.negative, hs=settings.hs)
    model = _new_model(vocabulary, settings)
    if earlier is not None:
        kept = start_from(model, vocabulary, earlier)
        listener.note(f"going on from {files.init}: {kept:,} words of {len(vocabulary):,} have vectors")
    if settings.device == "cuda":
        listener.note("compiling for the GPU (some ten seconds)")
    clock.lap()
    engine = new_engine(ids, model, lookup, settings)
    compile_seconds += clock.lap() if settings.device == "cuda" else 0
    settings = engine.settings
    trainer = Trainer(engine, settings)
    keeper = None
    if store:
        about = described(text, ids)
        if resumed:
            listener.note(resumed.put_back(trainer, about))
        what = {"settings": settings.as_dict(), "output_files": files.as_dict(), "text": about}
        keeper = Keeper(store, files.checkpoint_every, what, list(vocabulary.words()), vocabulary.counts)
    vectors = _vectors(vocabulary, model, settings)
    clock.lap()
    words_before = trainer.words_done
    end = train_or_leave(trainer, keeper, vectors, files, listener)
    train_seconds = clock.lap()
    train_words = len(ids)
    ids.close()
    written = save_or_leave(trainer, keeper, vectors, files)
    if store:
        store.remove()
    listener.finished(
        Summary(
            settings=settings.as_dict(),
            vocab_size=len(vocabulary),
            train_words=train_words,
            compile_seconds=compile_seconds,
            vocab_seconds=vocab_seconds,
            encode_seconds=encode_seconds,
            train_seconds=train_seconds,
            save_seconds=clock.lap(),
            words_per_second=(end.words - words_before) / train_seconds,
            loss=trainer.last_epoch_loss,
            files=written,
        )
    )
    return vectors


def _new_model(vocabulary: Vocabulary, settings: Settings) -> Model:
    return new_model(
        len(vocabulary),
        settings.dim,
        negative=settings.negative,
        hs=settings.hs,
        random_state=random_start(settings.seed, 1),
        threads=settings.thread_count if settings.device == "cpu" else 1,
    )


def _vectors(vocabulary: Vocabulary, model: Model, settings: Settings) -> WordVectors:
    """What is learned, with the words: views of the matrices."""
    return WordVectors(
        words_to_text(vocabulary.words()),
        model.input[:, : settings.dim],
        counts=vocabulary.counts,
        settings=settings.as_dict(),
        output_vectors=model.output[:, : settings.dim] if settings.negative else None,
    )


class Stopwatch:
    """Seconds from lap to lap."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        last, self.last = self.last, time.perf_counter()
        return self.last - last
