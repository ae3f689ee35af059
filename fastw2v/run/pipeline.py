"""A whole run: the way of a word from file to vector."""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastw2v._system.os_errors import one_line_errors
from fastw2v._system.resources import usable_cores
from fastw2v._system.signals import signals_held
from fastw2v._system.text_encoding import words_to_text
from fastw2v.arguments import Range, checked_choice, checked_flag, checked_number, checked_path
from fastw2v.checkpoints.resuming import Resumed, for_all, read_run, refuse_to_begin
from fastw2v.checkpoints.store import Store
from fastw2v.checkpoints.writer import Keeper
from fastw2v.corpus.findings import Findings
from fastw2v.corpus.ids import IdStream
from fastw2v.corpus.names import refuse_unsplit
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.distributed.checkpoints import described_by_all
from fastw2v.distributed.communicator import Alone, Verbs
from fastw2v.distributed.corpus import Text, names_for, part_for
from fastw2v.distributed.counts import from_rank_0
from fastw2v.distributed.serialization import told_by_all
from fastw2v.distributed.session import settings_here, settings_to_train, together
from fastw2v.distributed.training import Together, same_model
from fastw2v.errors import UsageError
from fastw2v.model.matrices import Model, new_model
from fastw2v.model.tables import Tables, tables
from fastw2v.reporting import listener_for
from fastw2v.reporting.listener import Counts, Listener, Several, Summary
from fastw2v.reporting.log import JsonLog
from fastw2v.run import warmup
from fastw2v.run.files import Files, checked_text
from fastw2v.run.finish import save_or_leave, train_or_leave
from fastw2v.run.preparation import encoded, told_findings, vocabulary_for
from fastw2v.settings import SETTING_NAMES, Settings
from fastw2v.training.devices import new_engine, with_device
from fastw2v.training.partitions import random_start
from fastw2v.training.state import captured
from fastw2v.training.trainer import Trainer
from fastw2v.training.warm_start import Earlier, opened, start_from
from fastw2v.vectors.io.formats import FORMATS
from fastw2v.vectors.word_vectors import WordVectors

__all__ = ["Files", "count", "resume", "run", "train"]

NEEDS_LESS = "a smaller --dim or --max-vocab, or a smaller --memory,"

PathName = str | PathLike[str]
Corpus = PathName | Sequence[PathName] | Iterable[Iterable[str]]
SECONDS = Range(0, 10**9)


def train(
    corpus: Corpus,
    *,
    output: PathName | None = None,
    file_format: str = "auto",
    save_output_vectors: PathName | None = None,
    save_vocab: PathName | None = None,
    read_vocab: PathName | None = None,
    init: PathName | WordVectors | None = None,
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
    init : vectors for a warm start, themselves or the name of their file or folder. Their words stay, and counts are added
        up. A `.f2v` folder and what `train` returned have counts and output vectors, which are used too. Of a file, which
        has none, each word counts as seen once
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
    Fastw2vError : a disk that is full, damaged data, too little memory
    Interrupted : a run that was stopped, by Ctrl-C, a KeyboardInterrupt
    """
    refuse_unsplit(corpus)
    unknown = sorted(set(settings) - set(SETTING_NAMES))
    if unknown:
        raise UsageError(f"no setting is called {', '.join(unknown)}; there are {', '.join(SETTING_NAMES)}")
    vectors, init_file = (init, None) if isinstance(init, WordVectors) else (None, init)
    if not isinstance(init_file, (str, os.PathLike, type(None))):
        raise UsageError(
            f"init is a {type(init).__name__}: give a name, or WordVectors, which WordVectors.from_gensim makes too"
        )
    named = {"output": output, "save_output_vectors": save_output_vectors, "save_vocab": save_vocab}
    named |= {"read_vocab": read_vocab, "init": init_file, "log": log, "checkpoint": checkpoint}
    paths: dict[str, Any] = {name: checked_path(name, path) for name, path in named.items() if path is not None}
    files = Files(
        **paths,
        file_format=checked_choice("file_format", file_format, FORMATS),
        checkpoint_every=checked_number("checkpoint_every", checkpoint_every, SECONDS, whole=False),
        save_on_interrupt=checked_flag("save_on_interrupt", save_on_interrupt),
    )
    return run(corpus, Settings(**settings), files, listener_for(progress=progress), init=vectors)


def run(
    corpus: Corpus,
    settings: Settings,
    files: Files,
    listener: Listener,
    *,
    force: bool = False,
    init: WordVectors | None = None,
) -> WordVectors:
    """The same for settings and files that are already checked one by one; `listener` hears what happens.

    force : a checkpoint that is there already is set aside, and overwritten by the first of this run
    init : vectors for a warm start that are in no file
    """
    with together(corpus) as ranks, one_line_errors(NEEDS_LESS), ExitStack() as stack:
        if ranks.rank > 0:
            listener, files = Listener(), files.only_read()
        if files.log:
            listener = Several(listener, JsonLog(files.log))
        stack.enter_context(closing(listener))
        text = checked_text(names_for(corpus, ranks), settings, files, listener.note)
        store = Store(files.checkpoint) if files.checkpoint else None
        if store:
            with signals_held():  # a folder that `prepare` makes is removed once it is held
                store.prepare()
                stack.enter_context(store.held())
            if force:
                store.set_aside()
            else:
                refuse_to_begin(store, settings)
        part = Text(text, part_for(text, corpus, ranks), corpus)
        return _run(ranks, Job(part, settings, files, files.init if init is None else init), listener, store)


def resume(folder: PathName, *, force: bool = False, listener: Listener | None = None, progress: bool = False) -> WordVectors:
    """Go on with a run from its newest checkpoint, with the same settings, text and files.

    force : go on though the text has changed since

    Raises UsageError where there is no checkpoint, or what changed.
    """
    with together() as ranks, one_line_errors(NEEDS_LESS), ExitStack() as stack:
        listener = listener or listener_for(progress=progress) if ranks.rank == 0 else Listener()
        stack.enter_context(closing(listener))
        store, resumed = None, None
        if ranks.rank == 0:
            store = Store(checked_path("folder", folder))
            stack.enter_context(store.held())
            resumed = read_run(store, force)
            store.prepare()
        resumed = for_all(ranks, resumed)
        if resumed.files.log:
            log = stack.enter_context(closing(JsonLog(resumed.files.log, append=True)))
            listener = Several(listener, log)
        text = checked_text(names_for(resumed.corpus, ranks), resumed.settings, resumed.files, listener.note)
        part = Text(text, part_for(text, resumed.corpus, ranks), resumed.corpus)
        return _run(ranks, Job(part, resumed.settings, resumed.files, resumed=resumed), listener, store)


def count(
    corpus: Corpus, settings: Settings | None = None, files: Files | None = None, listener: Listener | None = None
) -> tuple[Vocabulary, Counts]:
    """Only the vocabulary of a text, saved if `files` has a name for it. Of the settings, those about words count.

    count("corpus.txt", Settings(min_count=10), Files(save_vocab=Path("vocab.txt")))

    Raises what `train` raises.
    """
    settings, files, listener = settings or Settings(), files or Files(), listener or Listener()
    with closing(listener), one_line_errors(NEEDS_LESS):
        text = checked_text(corpus, settings, files, listener.note)
        if not files.read_vocab:
            warmup.compile_counting(listener)
        vocabulary, counts = vocabulary_for(Alone(), text, settings, files, listener)
        found = told_findings(Alone(), text, listener)
        if files.save_vocab:
            vocabulary.save(files.save_vocab)
        if not files.read_vocab:
            counts = counts._replace(texts=found.texts, empty_texts=found.empty)
        return vocabulary, counts


class Job(NamedTuple):
    """What a run is to do.

    asked : the settings as they were given
    init : vectors for a warm start, or the name of their file or folder
    resumed : the checkpoint to resume from instead, which holds what there was of a warm start
    """

    text: Text
    asked: Settings
    files: Files
    init: Path | WordVectors | None = None
    resumed: Resumed | None = None


def _run(ranks: Verbs, job: Job, listener: Listener, store: Store | None) -> WordVectors:
    files, resumed = job.files, job.resumed
    ready = _prepared(ranks, job, listener)
    settings, vocabulary, ids = ready.settings, ready.vocabulary, ready.ids
    kind: dict[str, Any] = {"sample": settings.sample, "negative": settings.negative, "hs": settings.hs}
    lookup = tables(vocabulary.counts, text_counts=vocabulary.text_counts, **kind)
    model = _start(ranks, ready, listener)
    ready = ready._replace(earlier=None)  # training need not hold what it started from
    train_words = int(ranks.sum(np.array([len(ids)]))[0])
    trainer, gpu_seconds = _trainer(ranks, ready, model, lookup, train_words, listener)
    settings = trainer.settings
    about = described_by_all(ranks, job.text, ids) if any(told_by_all(ranks, store is not None)) else {}
    if resumed:
        listener.note(resumed.put_back(trainer, about, ranks))
    company = Together(ranks, trainer, lookup, vocabulary, settings) if ranks.size > 1 else None
    keeper = None
    if store:
        keeper = Keeper(store, files.checkpoint_every, _to_go_on(ranks, job, about, settings), vocabulary)
    vectors = _vectors(vocabulary, model, settings)
    clock, words_before = Stopwatch(), trainer.words_done
    end = train_or_leave(trainer, keeper, vectors, files, listener, company)
    train_seconds = clock.lap()
    ids.close()
    written = save_or_leave(company.left if company else captured(trainer), keeper, vectors, files)
    if store:
        store.remove()
    listener.finished(
        Summary(
            settings=settings.as_dict(),
            vocab_size=len(vocabulary),
            train_words=train_words,
            compile_seconds=ready.compile_seconds + gpu_seconds,
            vocab_seconds=ready.vocab_seconds,
            encode_seconds=ready.encode_seconds,
            train_seconds=train_seconds,
            save_seconds=clock.lap(),
            words_per_second=(end.words - words_before) / train_seconds,
            loss=company.last_epoch_loss if company else trainer.last_epoch_loss,
            files=written,
            texts=ready.found.texts,
            empty_texts=ready.found.empty,
            **(company.rank_figures if company else {}),
        )
    )
    return vectors


class Prepared(NamedTuple):
    """A text that is ready to be trained on.

    found : what was found out about its files
    warm : whether there is a warm start
    earlier : its vectors, on rank 0
    """

    settings: Settings
    vocabulary: Vocabulary
    ids: IdStream
    found: Findings
    warm: bool
    earlier: Earlier | None
    compile_seconds: float
    vocab_seconds: float
    encode_seconds: float


def _prepared(ranks: Verbs, job: Job, listener: Listener) -> Prepared:
    """Compile, count or take the vocabulary that is there, and encode."""
    text, files, resumed = job.text.part, job.files, job.resumed
    settings = settings_here(job.asked, ranks)
    if ranks.size == 1 and settings.thread_count > (cores := usable_cores()):
        listener.note(f"{settings.thread_count} threads, and this process may use {cores} cores: they do not make it faster")
    warm = told_by_all(ranks, job.init is not None)[0]
    earlier = opened(job.init, settings.dim, listener.note) if job.init is not None and ranks.rank == 0 else None
    settings = with_device(settings, listener.note)
    compile_seconds = _compiled(ranks, settings, listener)
    clock = Stopwatch()
    known = earlier.vocabulary if earlier else None
    if warm and ranks.size > 1:
        known = from_rank_0(ranks, known)
    vocabulary = resumed.vocabulary if resumed else vocabulary_for(ranks, text, settings, files, listener, known)[0]
    if files.save_vocab and not resumed:
        vocabulary.save(files.save_vocab)
    vocab_seconds = clock.lap()
    ids = encoded(ranks, text, vocabulary, settings, files, listener)
    found = told_findings(ranks, text, listener)
    return Prepared(settings, vocabulary, ids, found, warm, earlier, compile_seconds, vocab_seconds, encode_seconds=clock.lap())


def _start(ranks: Verbs, ready: Prepared, listener: Listener) -> Model:
    """The model that training starts from: the same on all ranks, with the earlier vectors where there are some."""
    model = _new_model(ready.vocabulary, ready.settings)
    if ready.earlier:
        listener.note(start_from(model, ready.vocabulary, ready.earlier))
    if ready.warm:
        same_model(ranks, model)
    return model


def _trainer(
    ranks: Verbs, ready: Prepared, model: Model, lookup: Tables, train_words: int, listener: Listener
) -> tuple[Trainer, float]:
    """The trainer on the device that was chosen, and the seconds that compiling for a GPU took.

    train_words : of all ranks, one epoch
    """
    settings = ready.settings
    gpu = settings.device == "cuda"
    if gpu:
        listener.note("compiling for the GPU (some ten seconds)")
    clock, total_words = Stopwatch(), train_words * settings.epochs if ranks.size > 1 else None
    engine = new_engine(ready.ids, model, lookup, settings_to_train(settings, ranks), total_words, ranks.place)
    return Trainer(engine, replace(engine.settings, seed=settings.seed)), clock.lap() if gpu else 0.0


def _compiled(ranks: Verbs, settings: Settings, listener: Listener) -> float:
    """Compile what will be called, first on one rank of each machine: the others find it in the cache. Returns the seconds."""
    seconds = warmup.compile_all(settings, listener) if ranks.place == 0 else 0.0
    ranks.sum(np.zeros(1))
    return warmup.compile_all(settings, listener) if ranks.place > 0 else seconds


def _to_go_on(ranks: Verbs, job: Job, about: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """What a checkpoint says of the run; of several ranks', which may go on elsewhere, not what the machine's part was."""
    text = job.text
    chosen = settings.as_dict()
    if ranks.size > 1:
        chosen |= {"threads": job.asked.threads, "memory": job.asked.memory}
    what = {"settings": chosen, "output_files": job.files.as_dict(), "text": about}
    return what | {"corpus": [os.path.abspath(name) for name in text.names]} if text.own_files else what


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
