"""The interface through which a run reports: one for all displays and logs."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fastw2v._system.caller_warnings import warn_caller
from fastw2v.training.progress import Progress


@dataclass(frozen=True)
class Summary:
    """Figures of a finished run.

    train_words : words of the text that are in the vocabulary, including sentence ends, as word2vec.c counts them
    words_per_second : train_words × epochs / train_seconds
    loss : mean nats per pair over the last epoch; NaN if nothing was measured
    files : files written, and their sizes in bytes
    texts, empty_texts : files of the text, including members of archives, and those of them that hold only white space
    rank_words_per_second, rank_seconds_waited : throughput of each rank, and its wait for others at the end; empty for one rank
    """

    settings: dict[str, Any]
    vocab_size: int
    train_words: int
    compile_seconds: float
    vocab_seconds: float
    encode_seconds: float
    train_seconds: float
    save_seconds: float
    words_per_second: float
    loss: float
    files: dict[str, int] = field(default_factory=dict)
    texts: int = 1
    empty_texts: int = 0
    rank_words_per_second: list[float] = field(default_factory=list)
    rank_seconds_waited: list[float] = field(default_factory=list)


class Counts(NamedTuple):
    """Figures of a vocabulary, which includes the sentence end `</s>`.

    kept, kept_words : distinct words in the vocabulary, and their occurrences in the text
    distinct, words : the same for the whole text; for the vocabulary if that was read instead of counted
    texts, empty_texts : see Summary
    """

    kept: int
    kept_words: int
    distinct: int
    words: int
    texts: int = 1
    empty_texts: int = 0


class Listener:
    """Receives the events of a run. This one ignores them; subclasses override the methods they need."""

    def note(self, text: str) -> None:
        """A message for the user."""

    def warn(self, text: str) -> None:
        """A message that matters, to be shown even where progress is not."""
        self.note(text)

    def reading(self, stage: str, total_bytes: int) -> None:
        """A pass over the text begins; `total_bytes` is 0 if unknown."""

    def read(self, count: int) -> None:
        """`count` more bytes of the text have been read."""

    def counted(self, counts: Counts) -> None:
        """The vocabulary is known."""

    def training(self, progress: Progress) -> None:
        """The progress of training, several times a second."""

    def finished(self, summary: Summary) -> None:
        """All files are written."""

    def close(self) -> None:
        """The run has ended, successfully or not. Called once, last."""


class Warnings(Listener):
    """Issues what matters as Python warnings, and ignores all else."""

    def warn(self, text: str) -> None:
        warn_caller(text)


class Listeners(Listener):
    """Forwards all events to several listeners."""

    def __init__(self, *listeners: Listener) -> None:
        self.listeners = listeners

    def note(self, text: str) -> None:
        for listener in self.listeners:
            listener.note(text)

    def warn(self, text: str) -> None:
        for listener in self.listeners:
            listener.warn(text)

    def reading(self, stage: str, total_bytes: int) -> None:
        for listener in self.listeners:
            listener.reading(stage, total_bytes)

    def read(self, count: int) -> None:
        for listener in self.listeners:
            listener.read(count)

    def counted(self, counts: Counts) -> None:
        for listener in self.listeners:
            listener.counted(counts)

    def training(self, progress: Progress) -> None:
        for listener in self.listeners:
            listener.training(progress)

    def finished(self, summary: Summary) -> None:
        for listener in self.listeners:
            listener.finished(summary)

    def close(self) -> None:
        for listener in self.listeners:
            listener.close()
