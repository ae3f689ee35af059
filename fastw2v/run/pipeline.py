"""A whole run: from the text to the files of its vectors."""

import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fastw2v._system.os_errors import one_line_errors
from fastw2v._system.resources import usable_cores
from fastw2v._system.signals import signals_held
from fastw2v._system.text_encoding import words_to_text
from fastw2v.arguments import checked_path
from fastw2v.checkpoints.periodic import CheckpointWriter
from fastw2v.checkpoints.store import Store
from fastw2v.corpus.findings import Findings
from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import close_copies
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.model.matrices import Model, new_model
from fastw2v.model.tables import Tables, tables
from fastw2v.reporting.listener import Counts, Listener, Listeners, Summary
from fastw2v.reporting.log import JsonLog
from fastw2v.run import warmup
from fastw2v.run.files import Files, checked_text
from fastw2v.run.finish import save_or_leave, train_or_leave
from fastw2v.run.preparation import encoded, gathered_findings, vocabulary_for
from fastw2v.run.resuming import Resumed, read_run, refuse_to_begin
from fastw2v.run.session import CorpusFiles, Session, open_session
from fastw2v.settings import Settings
from fastw2v.training.devices import new_engine, with_device
from fastw2v.training.trainer import Trainer
from fastw2v.training.warm_start import WarmStart, opened, start_from
from fastw2v.vectors.word_vectors import WordVectors

__all__ = ["Files", "count", "resume", "run"]

NEEDS_LESS = ("dim", "max_vocab", "memory")  # settings

PathName = str | PathLike[str]
Corpus = PathName | Sequence[PathName] | Iterable[Iterable[str]]


def run(
    corpus: Corpus,
    settings: Settings,
    files: Files,
    listener: Listener,
    *,
    force: bool = False,
    init: WordVectors | None = None,
) -> WordVectors:
    """Train on a text and write the files that are asked for; settings and files are already checked one by one.

    listener : is told of progress, notes and the summary
    force : a checkpoint that is there already is set aside, and overwritten by the first of this run
    init : vectors for a warm start that are in no file
    """
    with open_session(corpus) as session, one_line_errors(*NEEDS_LESS), ExitStack() as stack:
        if not session.leads:
            listener, files = Listener(), files.only_read()
        if files.log:
            listener = Listeners(listener, JsonLog(files.log))
        stack.enter_context(closing(listener))
        text = checked_text(session.names(corpus), settings, files, listener.warn)
        stack.callback(close_copies, text)
        store = Store(files.checkpoint) if files.checkpoint else None
        if store:
            with signals_held():  # a folder that `prepare` makes is removed once it is held
                store.prepare()
                stack.enter_context(store.held())
            if force:
                store.set_aside()
            else:
                refuse_to_begin(store, settings)
        job = Job(session.text(text, corpus), settings, files, files.init if init is None else init)
        return _run(session, job, listener, store)


def resume(folder: PathName, *, force: bool = False, listener: Listener | None = None) -> WordVectors:
    """Continue a run from its newest checkpoint, with the same settings, text and files.

    force : continue though the text has changed since

    Raises UsageError where there is no checkpoint, or what changed.
    """
    with open_session() as session, one_line_errors(*NEEDS_LESS), ExitStack() as stack:
        listener = listener if listener and session.leads else Listener()
        stack.enter_context(closing(listener))
        store, resumed = None, None
        if session.leads:
            store = Store(checked_path("folder", folder))
            stack.enter_context(store.held())
            resumed = read_run(store, force)
            store.prepare()
        resumed = session.share_resumed(resumed)
        if resumed.files.log:
            log = stack.enter_context(closing(JsonLog(resumed.files.log, append=True)))
            listener = Listeners(listener, log)
        text = checked_text(session.names(resumed.corpus), resumed.settings, resumed.files, listener.warn)
        stack.callback(close_copies, text)
        job = Job(session.text(text, resumed.corpus), resumed.settings, resumed.files, resumed=resumed)
        return _run(session, job, listener, store)


def count(
    corpus: Corpus, settings: Settings | None = None, files: Files | None = None, listener: Listener | None = None
) -> tuple[Vocabulary, Counts]:
    """Only the vocabulary of a text, saved if `files` has a name for it. Of the settings, those about words count.

    count("corpus.txt", Settings(min_count=10), Files(save_vocab=Path("vocab.txt")))

    Raises what `train` raises.
    """
    settings, files, listener, session = settings or Settings(), files or Files(), listener or Listener(), Session()
    with closing(listener), one_line_errors(*NEEDS_LESS):
        text = checked_text(corpus, settings, files, listener.warn)
        if not files.read_vocab:
            warmup.compile_counting(listener)
        vocabulary, counts = vocabulary_for(session, text, settings, files, listener)
        found = gathered_findings(session, text, listener)
        if files.save_vocab:
            vocabulary.save(files.save_vocab)
        if not files.read_vocab:
            counts = counts._replace(texts=found.texts, empty_texts=found.empty)
        close_copies(text)
        return vocabulary, counts


class Job(NamedTuple):
    """The text, settings and files of a run.

    asked : the settings as they were given
    init : vectors for a warm start, or the name of their file or folder
    resumed : the checkpoint to resume from instead, which holds what there was of a warm start
    """

    text: CorpusFiles
    asked: Settings
    files: Files
    init: Path | WordVectors | None = None
    resumed: Resumed | None = None


def _run(session: Session, job: Job, listener: Listener, store: Store | None) -> WordVectors:
    resumed = job.resumed
    ready = _prepared(session, job, listener)
    vocabulary, ids = ready.vocabulary, ready.ids
    lookup = tables(vocabulary.counts, ready.settings, vocabulary.text_counts)
    model = _start(session, ready, listener)
    ready = ready._replace(earlier=None)  # training need not hold what it started from
    train_words = int(session.total(np.array([len(ids)]))[0])
    trainer, gpu_seconds = _trainer(session, ready, model, lookup, train_words, listener)
    settings = trainer.settings
    writer = None
    if any(session.gathered(store is not None)):
        about = session.description(job.text, ids, job.asked, settings)
        if resumed:
            listener.note(resumed.restore(trainer, about["text"], session))
        if store:
            about |= {"output_files": job.files.as_dict()}
            writer = CheckpointWriter(store, job.files.checkpoint_every, about, vocabulary)
    training = session.training(trainer, lookup, vocabulary, writer, listener.warn)
    vectors = _vectors(vocabulary, model, settings)
    clock, words_before = Stopwatch(), trainer.words_done
    end = train_or_leave(session, training, vectors, job.files, listener)
    train_seconds = clock.lap()
    ids.close()
    written = save_or_leave(training, vectors, job.files)
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
            loss=training.last_epoch_loss,
            files=written,
            texts=ready.found.texts,
            empty_texts=ready.found.empty,
            **training.figures,
        )
    )
    return vectors


class Prepared(NamedTuple):
    """A text that is ready to be trained on.

    found : what was found out about its files
    warm : whether this is a warm start
    earlier : its vectors, where this process leads
    """

    settings: Settings
    vocabulary: Vocabulary
    ids: IdStream
    found: Findings
    warm: bool
    earlier: WarmStart | None
    compile_seconds: float
    vocab_seconds: float
    encode_seconds: float


def _prepared(session: Session, job: Job, listener: Listener) -> Prepared:
    """Compile, count the words or take the vocabulary that is there, and encode the text."""
    text, files, resumed = job.text.part, job.files, job.resumed
    settings = session.local_settings(job.asked)
    if session.size == 1 and settings.thread_count > (cores := usable_cores()):
        listener.warn(
            f"{settings.thread_count} threads are more than the {cores} core{'s' if cores != 1 else ''} "
            "that this process may use, and do not train faster"
        )
    warm = session.gathered(job.init is not None)[0]
    earlier = opened(job.init, settings.dim, listener.warn) if job.init is not None and session.leads else None
    settings = with_device(settings, listener.note)
    compile_seconds = session.compiled(partial(warmup.compile_all, settings, listener))
    clock = Stopwatch()
    known = session.shared_vocabulary(earlier.vocabulary if earlier else None) if warm else None
    vocabulary = resumed.vocabulary if resumed else vocabulary_for(session, text, settings, files, listener, known)[0]
    if files.save_vocab and not resumed:
        vocabulary.save(files.save_vocab)
    vocab_seconds = clock.lap()
    ids = encoded(session, text, vocabulary, settings, files, listener)
    found = gathered_findings(session, text, listener)
    return Prepared(settings, vocabulary, ids, found, warm, earlier, compile_seconds, vocab_seconds, encode_seconds=clock.lap())


def _start(session: Session, ready: Prepared, listener: Listener) -> Model:
    """The model that training starts from: new, or for a warm start with the earlier vectors."""
    model = new_model(len(ready.vocabulary), ready.settings)
    if ready.earlier:
        listener.note(start_from(model, ready.vocabulary, ready.earlier))
        if ready.earlier.vectors.counts is None:
            listener.warn(f"{ready.earlier.name} has no counts, so each of its words counts as seen once")
    if ready.warm:
        session.share_model(model)
    return model


def _trainer(
    session: Session, ready: Prepared, model: Model, lookup: Tables, train_words: int, listener: Listener
) -> tuple[Trainer, float]:
    """The trainer on the chosen device, and the seconds that compiling for a GPU took.

    train_words : of all processes, in one epoch
    """
    settings = ready.settings
    gpu = settings.device == "cuda"
    if gpu:
        listener.note("compiling for the GPU (about ten seconds)")
    clock, total_words = Stopwatch(), train_words * settings.epochs if session.size > 1 else None
    engine = new_engine(ready.ids, model, lookup, session.seeded(settings), total_words, session.gpu)
    return Trainer(engine, replace(engine.settings, seed=settings.seed)), clock.lap() if gpu else 0.0


def _vectors(vocabulary: Vocabulary, model: Model, settings: Settings) -> WordVectors:
    """The vectors with their words: views of the matrices."""
    return WordVectors(
        words_to_text(vocabulary.words()),
        model.input[:, : settings.dim],
        counts=vocabulary.counts,
        settings=settings.as_dict(),
        output_vectors=model.output[:, : settings.dim] if settings.negative else None,
    )


class Stopwatch:
    """Measures seconds between laps."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        last, self.last = self.last, time.perf_counter()
        return self.last - last
