"""Joining phrases: from a text to the same text with phrases joined."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from fastw2v._jit.compiling import compiling_note, warm_up
from fastw2v._system.files import check_not_an_input, check_writable, spool_folder, unnamed_temporary_file, written_whole
from fastw2v._system.os_errors import one_line_errors
from fastw2v._system.resources import readable_bytes
from fastw2v.arguments import checked_path
from fastw2v.corpus.buffers import TEXT_BUFFER_BYTES, text_buffers
from fastw2v.corpus.findings import merge_findings
from fastw2v.corpus.names import check_corpus_argument
from fastw2v.corpus.sources import Source, append_to_copy, close_copies, sources
from fastw2v.errors import Interrupted, option
from fastw2v.gensim_names import explain_arguments
from fastw2v.phrasing.passes import StringCounts, count_strings, entries, join_phrases
from fastw2v.phrasing.settings import PhraseSettings
from fastw2v.reporting import python_listener
from fastw2v.reporting.listener import Listener


@dataclass(frozen=True)
class PhraseSummary:
    """Figures of a finished run.

    Attributes
    ----------
    words : int
        Words of the text before joining.
    phrases : int
        How often a word was joined to the previous word, in all passes.
    seconds : float
        Wall time, including compilation.
    """

    words: int
    phrases: int
    seconds: float


class PassObserver:
    """Receives the progress of the passes, in words; this one ignores it."""

    def counted(self, words: int, strings: int) -> None:
        """`words` words were read so far, with about `strings` distinct words and pairs."""

    def pairs_counted(self, counts: StringCounts) -> None:
        """The first pass is complete."""

    def written(self, words: int) -> None:
        """`words` more words were written."""


@explain_arguments
def phrases(
    corpus: Any,
    output: str | PathLike[str],
    *,
    threshold: float | Sequence[float] = PhraseSettings.threshold,
    min_count: int = PhraseSettings.min_count,
    passes: int = PhraseSettings.passes,
    threads: int | None = None,
    memory: int | None = None,
    progress: bool = False,
) -> PhraseSummary:
    """Write a text with its phrases joined: new york becomes new_york, which occurs more often than by chance.

    A pair's score is (count(a b) - min_count) / count(a) / count(b) · words of the text, as in word2phrase.c.

    Parameters
    ----------
    corpus : str, path-like, list of these, or iterable of iterables of str
        As for `train`.
    output : str or path-like
        Where the text goes; a file appears whole or not at all.
    threshold : float or sequence of float, default 100
        Join pairs with a score above it; a sequence has one for each pass.
    min_count : int, default 5
        Do not join words and pairs that occur less often.
    passes : int, default 1
        More than one for longer phrases: each takes the phrases of the last as words.
    threads : int, optional
        None for the cores that this process may use. The output is the same for any number.
    memory : int, optional
        Bytes for counting; when they are full, the rarest words and pairs are dropped. None for half of what is available.
    progress : bool, default False
        Show progress and a summary on standard error.

    Returns
    -------
    PhraseSummary
        `words` read, `phrases` joined, `seconds` taken.

    Raises
    ------
    UsageError
        A value out of range, a missing file, an output that is also an input.
    Fastw2vError
        A full disk, damaged data, too little memory.

    References
    ----------
    T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean, "Distributed Representations of Words and Phrases and their
    Compositionality", 2013; the program word2phrase.c.

    Examples
    --------
    >>> import fastw2v
    >>> sentences = [["in", "new", "york"], ["in", "the", "city"]] * 10
    >>> done = fastw2v.phrases(sentences, "phrases.txt", threshold=2)
    >>> done.words, done.phrases
    (60, 20)
    >>> open("phrases.txt").readline()
    ' in new_york\\n'
    """
    settings = PhraseSettings(threshold=threshold, min_count=min_count, passes=passes, threads=threads, memory=memory)
    check_corpus_argument(corpus)
    return run_phrases(corpus, checked_path("output", output), settings, python_listener(progress=progress))


def run_phrases(
    corpus: Any,
    output: Path,
    settings: PhraseSettings,
    listener: Listener,
    observer: PassObserver | None = None,
    *,
    exact: bool = False,
) -> PhraseSummary:
    """Join phrases with checked settings; see `phrases`.

    exact : write the original's bytes even where it loses some: words are cut at 58 bytes, even inside a character, and at zero
        bytes, and the last word is lost unless white space follows
    """
    start = time.perf_counter()
    with closing(listener), one_line_errors("memory"):
        try:
            check_writable(output, "the output")
            folder = spool_folder(output)
            text = sources(corpus, folder, listener.warn)
            check_not_an_input(output, "the output", [source.path for source in text if source.path])
            seconds = warm_up(entries(), lambda: listener.note(compiling_note("a few seconds")))
            if seconds:
                listener.note(f"compiled in {seconds:.1f} s")
            passes = Passes(settings, listener, observer or PassObserver(), exact)
            for threshold in settings.thresholds[:-1]:
                text = [_joined_copy(text, threshold, passes, folder)]
            with written_whole(output) as file:
                passes.run(text, settings.thresholds[-1], file.write)
            close_copies(text)
        except KeyboardInterrupt as stop:
            raise Interrupted("stopped; no phrases were written") from stop
        summary = PhraseSummary(passes.words[0], sum(passes.phrases), time.perf_counter() - start)
        _report(summary, passes, output, listener)
        return summary


class Passes:
    """The passes of a run, and their results.

    words : words read, by pass
    phrases : words joined to the previous word, by pass
    """

    def __init__(self, settings: PhraseSettings, listener: Listener, observer: PassObserver, exact: bool) -> None:
        self.settings = settings
        self.listener = listener
        self.observer = observer
        self.exact = exact
        self.words: list[int] = []
        self.phrases: list[int] = []

    def run(self, text: list[Source], threshold: float, write: Callable[[memoryview], object]) -> None:
        """Do one pass: count a text, then write it with phrases joined."""
        choice = {"min_count": self.settings.min_count, "threads": self.settings.thread_count}
        number = f" {len(self.words) + 1}" if len(self.settings.thresholds) > 1 else ""
        counts = count_strings(
            self._blocks(text, f"counting{number}"),
            memory=self.settings.memory_bytes,
            exact=self.exact,
            counted=self.observer.counted,
            **choice,
        )
        for note in merge_findings(source.findings for source in text).notes():
            self.listener.warn(note)
        if counts.forgotten:
            self.listener.warn(
                f"the counts reached their memory limit: words and pairs seen {counts.forgotten} times or fewer may have been "
                f"dropped; a larger {option('memory')} prevents it"
            )
        self.observer.pairs_counted(counts)
        joined = join_phrases(
            self._blocks(text, f"joining{number}"),
            counts,
            write,
            threshold=threshold,
            exact=self.exact,
            written=self.observer.written,
            **choice,
        )
        self.words.append(counts.words)
        self.phrases.append(joined)

    def _blocks(self, text: list[Source], stage: str) -> Iterator[bytes]:
        self.listener.reading(stage, sum(source.size for source in text))
        text_blocks = text_buffers(text, self.listener.read, TEXT_BUFFER_BYTES, end_lines=not self.exact)
        return (block.data if self.exact else block.words() for block in text_blocks)


def _joined_copy(text: list[Source], threshold: float, passes: Passes, folder: Path | None) -> Source:
    """Do one pass into an unnamed temporary file, the text of the next pass."""
    copy = unnamed_temporary_file(folder)
    passes.run(text, threshold, partial(append_to_copy, copy))
    append_to_copy(copy, b"")
    close_copies(text)
    return Source("the text between two passes", spooled=copy)


def _report(summary: PhraseSummary, passes: Passes, output: Path, listener: Listener) -> None:
    """Report the summary in a line."""
    each = f" ({', then '.join(f'{joined:,}' for joined in passes.phrases)})" if len(passes.phrases) > 1 else ""
    joined = f"{sum(passes.phrases):,} joined to the previous word{each}"
    parts = [f"{summary.words:,} words", joined, f"{summary.seconds:.1f} s"]
    if output.is_file():
        parts.append(f"{output} ({readable_bytes(output.stat().st_size)})")
    listener.note("; ".join(parts))
