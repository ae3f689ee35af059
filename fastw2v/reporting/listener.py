"""What the pipeline says, and to whom: one interface for every kind of display."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fastw2v.training.progress import Progress


@dataclass(frozen=True)
class Summary:
    """A finished run in figures.

    train_words : words of the text that are in the vocabulary, sentence ends included (as word2vec.c counts)
    words_per_second : train_words × epochs / train_seconds
    loss : mean nats a trained pair over the last epoch; NaN where nothing could be measured
    texts, empty_texts : files of the text, members of archives too, and how many of them hold nothing but white space
    rank_words_per_second, rank_seconds_waited : of each rank, where there are several: its rate, its wait for others at the end
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
    files: dict[str, int] = field(default_factory=dict)  # each file written and its size in bytes
    texts: int = 1
    empty_texts: int = 0
    rank_words_per_second: list[float] = field(default_factory=list)
    rank_seconds_waited: list[float] = field(default_factory=list)


class Counts(NamedTuple):
    """A vocabulary in figures; `</s>`, the sentence end, is one of its words.

    kept, kept_words : the words in the vocabulary, and how many of the text's words they are
    distinct, words : the same of the whole text, or of the vocabulary again where that was read and not counted
    texts, empty_texts : as in Summary
    """

    kept: int
    kept_words: int
    distinct: int
    words: int
    texts: int = 1
    empty_texts: int = 0


class Listener:
    """Hears what happens in a run; this one says nothing. Subclasses show what they care for."""

    def note(self, text: str) -> None:
        """Something that the user should know, once."""

    def reading(self, stage: str, total_bytes: int) -> None:
        """A pass over the text begins."""

    def read(self, count: int) -> None:
        """So many more bytes of the text have been read."""

    def counted(self, counts: Counts) -> None:
        """The vocabulary is known."""

    def training(self, progress: Progress) -> None:
        """How far training has come; several times a second."""

    def finished(self, summary: Summary) -> None:
        """All files are written."""

    def close(self) -> None:
        """The run is over, well or not; called once, last."""


class Several(Listener):
    """Passes everything on to several listeners."""

    def __init__(self, *listeners: Listener) -> None:
        self.listeners = listeners

    def note(self, text: str) -> None:
        for listener in self.listeners:
            listener.note(text)

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
