"""The benchmark: all combinations of variant, kernel and threads, each measured in a child process, and the report."""

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
from fastw2v.benchmark.environment import environment
from fastw2v.benchmark.operations import Work
from fastw2v.benchmark.peak import Peak, measure_peak
from fastw2v.benchmark.statistics import Spread, spread
from fastw2v.benchmark.text import write_text
from fastw2v.benchmark.variants import VARIANTS, check_choices, thread_counts
from fastw2v.errors import Fastw2vError, UsageError, argument
from fastw2v.reporting.listener import Listener
from fastw2v.run import warmup
from fastw2v.settings import KERNELS, Settings

DEFAULT_WORDS = 300_000
REPEATS = 3
LEAST_SECONDS = 1.0  # shortest duration of a measurement
MOST_WORDS = 10**10


class Case(NamedTuple):
    """What one child process measures."""

    variant: str
    kernel: str
    threads: int


@dataclass(frozen=True)
class Measurement:
    """One measurement.

    words : trained on, in all epochs
    vocabulary : distinct words
    words_per_second : spread over the repeats
    pairs, operations : pairs of center and context, and useful operations (see benchmark.operations), of one epoch
    flops, of_peak : useful operations per second, and their fraction of the peak with as many threads
    row_bandwidth, of_bandwidth : bytes of rows per second, and their fraction of the peak; above 1 if rows stay in caches
    scaling : speed-up over one thread; None if that was not measured
    loss : nats per pair after training; None if nothing was measured
    peak_memory : of the process, in bytes
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
    """A report: environment, text, peak performance by number of threads, measurements.

    corpus : path of the text, "generated" for a generated one
    """

    surroundings: dict[str, Any]
    corpus: str
    dim: int
    peaks: dict[int, Peak]
    results: list[Measurement]

    def as_dict(self) -> dict[str, Any]:
        """The report as data for JSON."""
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
    seconds: float = LEAST_SECONDS,
    listener: Listener | None = None,
) -> Report:
    """Measure training: one epoch for each combination of variant, kernel and number of threads.

    Parameters
    ----------
    corpus : a text; None for a generated one
    variants, kernels : names of the variants and kernels to measure
    threads : numbers of threads to measure; None for 1, 2, 4 and so on up to all cores
    dim : length of a vector
    words : number of words of the text to train on; None for 300,000
    repeats, seconds : each measurement is repeated at least that often and that long; its median counts
    listener : receives a message for each measurement

    Raises
    ------
    UsageError : an unknown name, or a number out of range
    Fastw2vError : a measurement failed
    """
    counts = sorted(set(threads)) if threads is not None else thread_counts(usable_cores())
    check_choices(list(variants), list(kernels), counts)
    for name, value, most in (("words", DEFAULT_WORDS if words is None else words, MOST_WORDS), ("repeats", repeats, 1000)):
        if not 1 <= value <= most:
            raise UsageError(f"{argument(name)} is {value}: it must be from 1 to {most:,}")
    listener = listener or Listener()
    cases = [Case(*case) for case in product(variants, kernels, counts)]
    for case in cases:
        warmup.compile_all(_settings(case, dim), listener)
    with _corpus_path(corpus, words or DEFAULT_WORDS) as path:
        answers = {}
        listener.note("measuring peak performance")
        peaks = {count: measure_peak(count) for count in counts}
        for number, case in enumerate(cases, 1):
            listener.note(f"{number} of {len(cases)}: {case.variant}, {case.kernel}, {case.threads} thread(s)")
            settings = _settings(case, dim).as_dict()
            if corpus is None:
                settings["min_count"] = 1
            answers[case] = measure_in_child(path, settings, words or DEFAULT_WORDS, repeats, seconds)
    results = [_measurement(case, answers, peaks[case.threads], dim) for case in cases]
    name = str(corpus) if corpus is not None else "generated"
    return Report(environment(), name, dim, peaks, results)


def _settings(case: Case, dim: int) -> Settings:
    return Settings(**VARIANTS[case.variant] | {"kernel": case.kernel}, threads=case.threads, dim=dim, epochs=1)


@contextmanager
def _corpus_path(corpus: str | PathLike[str] | None, words: int) -> Iterator[str]:
    if corpus is not None:
        yield str(corpus)
        return
    with tempfile.TemporaryDirectory(prefix="fastw2v-bench-") as folder:
        path = Path(folder, "text.txt")
        write_text(path, words)
        yield str(path)


def measure_in_child(corpus: str, settings: dict[str, Any], words: int | None, repeats: int, seconds: float) -> dict[str, Any]:
    """Run `child.measure_training` in a child process. Raises Fastw2vError, or UsageError, with its message."""
    command = child_command(
        child.print_measurement, corpus=corpus, settings=settings, words=words, repeats=repeats, seconds=seconds
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        messages = done.stderr.strip().splitlines()
        kind = UsageError if done.returncode == UsageError.exit_code else Fastw2vError
        raise kind(messages[-1] if messages else f"the measuring process exited with {done.returncode}: it may lack memory")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _measurement(case: Case, answers: dict[Case, dict[str, Any]], peak: Peak, dim: int) -> Measurement:
    answer = answers[case]
    speed = _speed(answer)
    single = answers.get(case._replace(threads=1))
    work = Work(**answer["work"])
    epochs_per_second = speed.median / answer["words"]
    flops, row_bandwidth = (each * epochs_per_second for each in (work.operations(dim), work.row_bytes(dim)))
    return Measurement(
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
        scaling=speed.median / _speed(single).median if single else None,
        loss=answer["loss"],
        peak_memory=answer["peak_memory"],
    )


def _speed(answer: dict[str, Any]) -> Spread:
    return spread([answer["words"] / taken for taken in answer["seconds"]])
