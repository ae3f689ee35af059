"""The whole benchmark: which measurements there are, each in its child process, and what their figures come to."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v._system.processes import child_command
from fastw2v._system.resources import usable_cores
from fastw2v.benchmark import child
from fastw2v.benchmark.choices import VARIANTS, check_choices, thread_counts
from fastw2v.benchmark.operations import Work
from fastw2v.benchmark.peak import Peak, measure_peak
from fastw2v.benchmark.statistics import Spread, spread
from fastw2v.benchmark.surroundings import surroundings
from fastw2v.benchmark.text import write_text
from fastw2v.errors import Fastw2vError, UsageError, argument
from fastw2v.reporting.listener import Listener
from fastw2v.run import warmup
from fastw2v.settings import KERNELS, Settings

WORDS = 300_000
REPEATS = 3
SECONDS = 1.0  # that a measurement goes on for at least
LARGEST = 10**10


class Case(NamedTuple):
    """What one child measures."""

    variant: str
    kernel: str
    threads: int


@dataclass(frozen=True)
class Result:
    """One measurement.

    words_per_second : of the repeats
    flops, of_peak : useful operations a second (see operations.py), and their share of the machine's, with as many threads
    row_bandwidth, of_bandwidth : the same of the bytes of rows; above 1 where rows come from the caches
    scaling : speed over that of one thread; None where that was not measured
    loss : nats a pair after training; None where nothing could be measured
    peak_memory : bytes, of the process
    """

    variant: str
    kernel: str
    threads: int
    words: int
    vocabulary: int
    repeats: int
    words_per_second: Spread
    words_per_second_per_thread: float
    pairs: float
    operations: float
    flops: float
    of_peak: float
    row_bandwidth: float
    of_bandwidth: float
    scaling: float | None
    loss: float | None
    peak_memory: int


@dataclass(frozen=True)
class Report:
    """All of it: where and when, on what text, the machine's peaks by threads, the results."""

    surroundings: dict[str, Any]
    corpus: str
    dim: int
    peaks: dict[int, Peak]
    results: list[Result]

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        made = asdict(self)
        made["peaks"] = [{"threads": threads, **peak._asdict()} for threads, peak in self.peaks.items()]
        made["results"] = [asdict(result) | {"words_per_second": result.words_per_second.as_dict()} for result in self.results]
        return made


def benchmark(
    corpus: str | PathLike[str] | None = None,
    *,
    variants: Sequence[str] = tuple(VARIANTS),
    kernels: Sequence[str] = KERNELS,
    threads: Sequence[int] | None = None,
    dim: int = 100,
    words: int | None = None,
    repeats: int = REPEATS,
    seconds: float = SECONDS,
    listener: Listener | None = None,
) -> Report:
    """Measure training, one epoch for each variant, kernel and number of threads.

    Parameters
    ----------
    corpus : a text; None for a generated one
    variants, kernels, threads : what is measured; None: 1, 2, 4 and so on up to all cores
    dim : length of a vector
    words : of the text, so many are trained on; None: 300,000
    repeats, seconds : each is repeated so often, and until so many seconds have gone by; the median counts
    listener : hears of each measurement

    Raises UsageError for a name that there is none of, Fastw2vError where a measurement fails.
    """
    counts = sorted(set(threads)) if threads is not None else thread_counts(usable_cores())
    check_choices(list(variants), list(kernels), counts)
    for name, value, most in (("words", WORDS if words is None else words, LARGEST), ("repeats", repeats, 1000)):
        if not 1 <= value <= most:
            raise UsageError(f"{argument(name)} is {value}: it must be from 1 to {most:,}")
    listener = listener or Listener()
    cases = [Case(*case) for case in product(variants, kernels, counts)]
    for case in cases:
        warmup.compile_all(_settings(case, dim), listener)
    with _text(corpus, words or WORDS) as path:
        answers = {}
        listener.note("measuring the machine's peak")
        peaks = {count: measure_peak(count) for count in counts}
        for number, case in enumerate(cases, 1):
            listener.note(f"{number} of {len(cases)}: {case.variant}, {case.kernel}, {case.threads} thread(s)")
            settings = _settings(case, dim).as_dict()
            if corpus is None:
                settings["min_count"] = 1
            answers[case] = ask_child(path, settings, words or WORDS, repeats, seconds)
    results = [_result(case, answers, peaks[case.threads], dim) for case in cases]
    name = str(corpus) if corpus is not None else "generated"
    return Report(surroundings(), name, dim, peaks, results)


def _settings(case: Case, dim: int) -> Settings:
    return Settings(**VARIANTS[case.variant] | {"kernel": case.kernel}, threads=case.threads, dim=dim, epochs=1)


@contextmanager
def _text(corpus: str | PathLike[str] | None, words: int) -> Iterator[str]:
    if corpus is not None:
        yield str(corpus)
        return
    with tempfile.TemporaryDirectory(prefix="fastw2v-bench-") as folder:
        path = Path(folder, "text.txt")
        write_text(path, words)
        yield str(path)


def ask_child(corpus: str, settings: dict[str, Any], words: int | None, repeats: int, seconds: float) -> dict[str, Any]:
    """Let a process of its own measure: see fastw2v.benchmark.child. Raises Fastw2vError with what it says."""
    command = child_command(child.answer, corpus=corpus, settings=settings, words=words, repeats=repeats, seconds=seconds)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        kind = UsageError if done.returncode == UsageError.exit_code else Fastw2vError
        raise kind(said[-1] if said else f"the measuring process ended with {done.returncode}: more free memory may help")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _result(case: Case, answers: dict[Case, dict[str, Any]], peak: Peak, dim: int) -> Result:
    answer = answers[case]
    speed = _speed(answer)
    alone = answers.get(case._replace(threads=1))
    work = Work(**answer["work"])
    epochs_per_second = speed.median / answer["words"]
    flops, row_bandwidth = (each * epochs_per_second for each in (work.operations(dim), work.row_bytes(dim)))
    return Result(
        *case,
        words=answer["words"],
        vocabulary=answer["vocabulary"],
        repeats=len(answer["seconds"]),
        words_per_second=speed,
        words_per_second_per_thread=speed.median / case.threads,
        pairs=work.pairs,
        operations=work.operations(dim),
        flops=flops,
        of_peak=flops / peak.flops,
        row_bandwidth=row_bandwidth,
        of_bandwidth=row_bandwidth / peak.bandwidth,
        scaling=speed.median / _speed(alone).median if alone else None,
        loss=answer["loss"],
        peak_memory=answer["peak_memory"],
    )


def _speed(answer: dict[str, Any]) -> Spread:
    return spread([answer["words"] / taken for taken in answer["seconds"]])
