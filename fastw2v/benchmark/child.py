"""One measurement in a child process, so that its peak memory is its own."""

import json
import sys
import time
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v._system.display import say
from fastw2v._system.text_encoding import words_to_text
from fastw2v.benchmark.operations import work_of
from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import sources
from fastw2v.errors import Fastw2vError
from fastw2v.kernels import loss as loss_kernel
from fastw2v.kernels.worker import variant
from fastw2v.model.matrices import Model, aligned_zeros, new_model
from fastw2v.model.tables import Tables, tables
from fastw2v.reporting.listener import Listener
from fastw2v.run import warmup
from fastw2v.run.files import Files
from fastw2v.run.preparation import encoded, vocabulary_for
from fastw2v.run.session import Session
from fastw2v.settings import Settings
from fastw2v.training.devices import new_engine
from fastw2v.training.trainer import Trainer
from fastw2v.vectors.word_vectors import WordVectors

LOSS_IDS = 50_000  # ids at the start of the text on which the loss is measured after training
REPEAT_LIMIT = 25


class PreparedTraining:
    """Training on the first words of a text, ready to run any number of times: kernels compiled, text encoded.

    words : how many of the text, None for all
    vocabulary : of the whole text
    model : after the last run; None before
    loss : nats per pair after the last run; NaN before
    """

    model: Model | None = None

    def __init__(self, corpus: str, settings: Settings, words: int | None) -> None:
        warmup.compile_all(settings, Listener())
        text = sources(corpus)
        vocabulary, _ = vocabulary_for(Session(), text, settings, Files(), Listener())
        whole = encoded(Session(), text, vocabulary, settings, Files(), Listener())
        self.ids = _first(whole, words)
        if self.ids is not whole:
            whole.close()
        self.tables = tables(vocabulary.counts, settings)
        self.settings = settings
        self.vocabulary = vocabulary
        self.loss = float("nan")

    def changed(self, settings: Settings, words: int | None = None) -> "PreparedTraining":
        """The same text, or its first words, under other settings, which leave the vocabulary as it is."""
        warmup.compile_all(settings, Listener())
        other = copy(self)
        other.ids = _first(self.ids, words)
        other.tables = tables(self.vocabulary.counts, settings)
        other.settings = settings
        other.model, other.loss = None, float("nan")
        return other

    def run(self) -> float:
        """Train a new model. Returns the seconds it took, and sets `loss`, measured on the same windows for all kernels."""
        engine = new_engine(self.ids, self.new_model(), self.tables, self.settings)
        trainer = Trainer(engine, self.settings)
        start = time.perf_counter()
        trainer.run(lambda progress: None)
        seconds = time.perf_counter() - start
        self.model = trainer.model
        self.loss = _sampled_loss(self.model, self.tables, self.ids, self.settings)
        return seconds

    def vectors(self) -> WordVectors:
        """What the last run has trained."""
        assert self.model is not None
        return WordVectors(words_to_text(self.vocabulary.words()), self.model.input[:, : self.settings.dim])

    def new_model(self) -> Model:
        """The matrices at their start."""
        return new_model(len(self.vocabulary), self.settings)


def measure_training(corpus: str, settings: Settings, words: int | None, repeats: int, seconds: float) -> dict[str, Any]:
    """Train `repeats` times, then again until training took `seconds` in total. Returns the figures by name.

    words : of the text, the first to train on; None for all
    """
    measured = PreparedTraining(corpus, settings, words)
    taken: list[float] = []
    while len(taken) < repeats or (sum(taken) < seconds and len(taken) < REPEAT_LIMIT):
        taken.append(measured.run())
    peak = peak_memory()
    return {
        "words": len(measured.ids) * settings.epochs,
        "vocabulary": len(measured.vocabulary),
        "seconds": taken,
        "loss": measured.loss if np.isfinite(measured.loss) else None,
        "peak_memory": peak,
        "work": work_of(measured.ids, measured.tables, settings)._asdict(),
    }


def _first(ids: IdStream, words: int | None) -> IdStream:
    """A copy of the first `words` ids of a stream; the stream itself for None or where it has no more."""
    if words is None or words >= len(ids):
        return ids
    first = IdStream(memory=4 * words, expected=words)
    first.append(ids.read(0, words))
    return first


def _sampled_loss(model: Model, lookup: Tables, ids: IdStream, settings: Settings) -> float:
    """Mean nats per pair of a model on the start of the text; NaN without pairs."""
    total = np.zeros(2)
    read = ids.read(0, min(LOSS_IDS, len(ids)))
    scratch, room = aligned_zeros(2, model.input.shape[1]), np.zeros(len(read), np.int32)
    loss_kernel.measure(read, np.uint64(1), room, scratch, model, lookup, variant(settings), total)
    return float(total[loss_kernel.NATS] / total[loss_kernel.PAIRS]) if total[loss_kernel.PAIRS] else float("nan")


def peak_memory() -> int:
    """Peak resident memory of this process, in bytes.

    On Linux getrusage includes memory that the parent held at the fork; /proc does not.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def print_measurement(corpus: str, settings: dict[str, Any], words: int | None, repeats: int, seconds: float) -> None:
    """Print the result of `measure_training` as JSON; an error becomes one line on standard error, and its exit code."""
    try:
        print(json.dumps(measure_training(corpus, Settings(**settings), words, repeats, seconds)))
    except Fastw2vError as error:
        say(str(error))
        sys.exit(error.exit_code)
