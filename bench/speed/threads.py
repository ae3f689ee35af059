"""`python -m bench speed threads`."""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.common.machine import code_version
from bench.common.options import (
    ONE_LOSS,
    corpus_options,
    measurement,
    runs_option,
    set_options,
    temporary_folder,
    variant_option,
)
from bench.common.processes import Failure
from bench.common.results import Results
from bench.common.scoring import Sets
from bench.common.texts import Text, text_of
from bench.common.turns import Case, in_turn
from fastw2v._system.resources import usable_cores
from fastw2v.benchmark.operations import work_of
from fastw2v.benchmark.peak import Peak, measure_peak
from fastw2v.benchmark.variants import VARIANTS

if TYPE_CHECKING:
    from fastw2v.benchmark.child import PreparedTraining

THREADS = (1, 2, 4, 8, 16)
GENERATED_WORDS = 100_000_000


class Measured:
    """A text that is read once, and trained on with any number of threads.

    sets : what its vectors are scored by
    share : words for each thread, so that all numbers of threads take equally long; None for all words each time
    """

    def __init__(self, text: Text, sets: Sets, share: int | None) -> None:
        self.text, self.sets, self.share = text, sets, share
        self.operations: dict[str, float] = {}  # of a word, by variant

    @functools.cached_property
    def whole(self) -> "PreparedTraining":
        """Counted and encoded at the first call."""
        from fastw2v.benchmark.child import PreparedTraining
        from fastw2v.settings import Settings

        settings = Settings(epochs=1, sample=1e-4, min_count=Settings().min_count if self.sets.names else 1)
        return PreparedTraining(str(self.text.path), settings, None)

    def trained(self, variant: str, threads: int) -> dict[str, Any]:
        """One epoch: words/s, share of the peak of as many threads, loss, scores."""
        settings = replace(self.whole.settings, threads=threads, **VARIANTS[variant])
        training = self.whole.changed(settings, self.share and self.share * threads)
        speed = len(training.ids) / training.run()
        if variant not in self.operations:
            work = work_of(training.ids, training.tables, settings)
            self.operations[variant] = work.operations(settings.dim) / len(training.ids)
        found = {"words_per_second": speed, "of_peak": speed * self.operations[variant] / peak(threads).flops}
        return found | {"loss": training.loss, "scores": self.sets.score(training.vectors())}


@functools.cache
def peak(threads: int) -> Peak:
    """Measured once for each number of threads."""
    return measure_peak(threads)


@click.command()
@corpus_options(words=GENERATED_WORDS)
@click.option("--threads", "counts", multiple=True, type=int, help="Repeatable.  [default: 1, 2, 4, 8, 16 as cores allow]")
@variant_option
@set_options
@click.option("--minutes", default=8.0, show_default=True, help="Begin nothing later; a second call goes on.")
@runs_option(1)
@measurement("threads", words=20_000, variants=["skipgram-ns"], counts=[1, 2])
def threads(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    counts: tuple[int, ...],
    variants: tuple[str, ...],
    minutes: float,
    runs: int,
    **sets: Any,
) -> Results:
    """As threads are added: words/s, the share of the machine's peak, and scores. Is the line straight, is as much learned?

    On CORPUS, whole for each number of threads, and on a generated text, of which each thread gets a sixteenth, so that all
    take equally long. Without CORPUS and sets there are no scores.
    """
    end, known = time.monotonic() + 60 * minutes, Sets(**sets)
    counts = counts or tuple(count for count in THREADS if count <= usable_cores())
    with temporary_folder() as made:
        folder = Path(made)
        texts = [Measured(text_of(None, words, None, folder), Sets(), max(1, words // max(THREADS)))]
        if corpus:
            texts.insert(0, Measured(text_of(corpus, words, megabytes, folder), known, None))
        kept = results({"texts": [text.text.as_settings() for text in texts], "sets": known.names})
        in_turn(kept, cases(texts, counts, variants or ONE_LOSS, end), runs)
    return kept


def cases(texts: Sequence[Measured], counts: Sequence[int], variants: Sequence[str], end: float) -> Iterator[Case]:
    """Each number of threads with each text and variant; past the end nothing begins."""
    for count, text, variant in product(counts, texts, variants):

        def measure(number: int, count: int = count, text: Measured = text, variant: str = variant) -> dict[str, Any]:
            if time.monotonic() > end:
                raise Failure("left out: the time is over; call again to go on")
            return text.trained(variant, count)

        yield Case({"text": text.text.name, "variant": variant, "threads": count}, measure, code_version())
