"""`python -m bench speed stages`."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench.common.machine import code_version
from bench.common.options import ONE_LOSS, corpus_options, measurement, runs_option, temporary_folder, variant_option
from bench.common.processes import fastw2v, run, train
from bench.common.results import Results
from bench.common.texts import cut_into_lines, text_of
from bench.common.turns import Case, in_turn
from fastw2v.benchmark.variants import VARIANTS
from fastw2v.settings import Settings

LOSS_IDS = 2_000_000
TURN_WORDS, TURNS = 3_000_000, 3  # of the text where short runs are compared in turn; turns for each run that is asked for
LINES_WORDS = 15_000_000
Cases = Iterator[Case]


def timed(command: list[str]) -> dict[str, Any]:
    """Wall seconds of a command."""
    return {"seconds": run(command).wall}


def start_up(corpus: Path, folder: Path, variants: Sequence[str]) -> Cases:
    """Help, the first start, a later start."""
    small = folder / "small.txt"
    small.write_text("a small text of a few words for a start\n" * 200)

    def first(number: int) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=folder) as cache:
            environment = {"NUMBA_CACHE_DIR": cache}
            return {"seconds": train(small, folder / "first.bin", {}, environment=environment).end["compile_seconds"]}

    def later(number: int) -> dict[str, Any]:
        done = train(small, folder / "later.bin", {})
        return {"seconds": done.wall - done.end["train_seconds"]}

    yield Case({"what": "`fastw2v --help`"}, lambda number: timed(fastw2v("--help")))
    yield Case({"what": "compiling, at the first start"}, first)
    yield Case({"what": "a later start, until training begins"}, later)


def passes(corpus: Path, folder: Path, variants: Sequence[str]) -> Cases:
    """Counting and encoding with all threads; peak memory of a whole run, and what it is made of."""

    def measure(number: int) -> dict[str, Any]:
        from fastw2v.model.matrices import model_bytes
        from fastw2v.model.tables import tables_bytes

        done = train(corpus, folder / "passes.bin", {"epochs": 1, "sample": 1e-5, "model": "cbow"})
        end, settings = done.end, Settings(**done.end["settings"])
        parts = {
            "matrices": model_bytes(end["vocab_size"], settings),
            "ids": end["train_words"] * 4,
            "tables": tables_bytes(np.ones(end["vocab_size"], np.int64), settings),  # without a tree only their number matters
        }
        rest = done.peak - sum(parts.values())
        return {
            "seconds": end["vocab_seconds"] + end["encode_seconds"],
            "counting": end["vocab_seconds"],
            "encoding": end["encode_seconds"],
            "peak": done.peak,
            "parts": parts | {"all else": rest},
        }

    yield Case({"what": "counting and encoding"}, measure)


def cost_of_loss(corpus: Path, folder: Path, variants: Sequence[str]) -> Cases:
    """The time of estimating the loss as a share of training's, one thread, for each variant."""
    for name in variants:
        yield Case({"what": "estimating the loss", "variant": name}, lambda number, name=name: loss_share(corpus, name))


def loss_share(corpus: Path, name: str) -> dict[str, Any]:
    """Seconds of both, chunk by chunk, as the trainer estimates the loss."""
    from fastw2v.benchmark.child import PreparedTraining
    from fastw2v.kernels.blocked import new_worker
    from fastw2v.kernels.blocked import train as train_chunk
    from fastw2v.kernels.loss import measure
    from fastw2v.kernels.schedule import new_schedule
    from fastw2v.kernels.worker import variant
    from fastw2v.training.threads import CHUNK, MEASURED, ids_between_measurements

    settings = Settings(sample=1e-4, threads=1, epochs=1, **VARIANTS[name])
    measured = PreparedTraining(str(corpus), settings, None)
    stream, lookup, model, kind = measured.ids, measured.tables, measured.new_model(), variant(settings)
    worker = new_worker(0, model.input.shape[1], lookup, kind, random_state=0, alpha=0.025)
    schedule, total = new_schedule(settings, len(stream), 1), np.zeros(2)
    seconds = {"loss": 0.0, "training": 0.0}
    state, room = np.uint64(1), np.zeros(MEASURED, np.int32)
    every = ids_between_measurements(len(stream) // 2) // CHUNK
    for number, start in enumerate(range(-CHUNK, min(LOSS_IDS, len(stream)), CHUNK)):
        ids = stream.read(max(0, start), max(0, start) + CHUNK)
        begin = time.perf_counter()
        if number % every == 0:
            state = np.uint64(measure(ids[-MEASURED:], state, room, worker.scratch, model, lookup, kind, total))
        middle = time.perf_counter()
        train_chunk(ids, False, worker, model, lookup, kind, schedule)
        if start >= 0:  # the first round is for compiling
            seconds["loss"] += middle - begin
            seconds["training"] += time.perf_counter() - middle
    return {"share": seconds["loss"] / seconds["training"]}


def scaling(corpus: Path, folder: Path, variants: Sequence[str]) -> Cases:
    """Words/s of two threads over one thread's, beside the same of multiply-adds: what the cores gave just then."""
    for name in variants:
        turn = Scaling(corpus, name)
        yield Case({"what": "2 threads", "variant": name}, lambda number, turn=turn: turn.measure())


class Scaling:
    """Two trainers that are made at the first turn."""

    def __init__(self, corpus: Path, name: str) -> None:
        self.corpus, self.name = corpus, name
        self.measured: dict[int, Any] = {}

    def measure(self) -> dict[str, Any]:
        """One turn of both."""
        from fastw2v.benchmark.child import PreparedTraining
        from fastw2v.benchmark.peak import measure_peak

        if not self.measured:
            settings = Settings(sample=1e-4, epochs=1, **VARIANTS[self.name])
            for threads in (1, 2):
                self.measured[threads] = PreparedTraining(str(self.corpus), replace(settings, threads=threads), TURN_WORDS)
                self.measured[threads].run()  # warms up
        seconds = {threads: one.run() for threads, one in self.measured.items()}
        adding = {threads: measure_peak(threads, floats=threads).flops for threads in self.measured}
        return {"training": seconds[1] / seconds[2], "cores": adding[2] / adding[1]}


def short_lines(corpus: Path, folder: Path, variants: Sequence[str]) -> Cases:
    """Pairs trained a second on lines of 8 words and on the text's own lines: skip-gram NS, one thread."""
    made: list[Any] = []

    def measure(number: int) -> dict[str, Any]:
        from fastw2v.benchmark.child import PreparedTraining
        from fastw2v.benchmark.operations import work_of

        settings = Settings(sample=1e-4, epochs=1, threads=1, **VARIANTS["skipgram-ns"])
        if not made:
            cut = folder / "lines.txt"
            cut_into_lines(corpus, cut, 8)
            for path in (corpus, cut):
                text = PreparedTraining(str(path), settings, LINES_WORDS)
                made.append((text, work_of(text.ids, text.tables, settings).pairs))
                text.run()  # warms up
        long, short = (pairs / text.run() for text, pairs in made)
        return {"pairs_per_second": short, "long_lines": long, "ratio": short / long}

    yield Case({"what": "lines of 8 words"}, measure)


PARTS: dict[str, tuple[Callable[[Path, Path, Sequence[str]], Cases], int]] = {  # turns for each run that is asked for
    "start": (start_up, 1),
    "passes": (passes, 1),
    "loss": (cost_of_loss, 1),
    "scaling": (scaling, TURNS),
    "lines": (short_lines, TURNS),
}


@click.command()
@corpus_options(words=2_000_000)
@runs_option(3)
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this part; repeatable.")
@variant_option
@measurement("stages", words=3000, megabytes=0.02, runs=1, parts=["passes", "loss", "lines"], variants=["skipgram-ns"])
def stages(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    parts: tuple[str, ...],
    variants: tuple[str, ...],
) -> Results:
    """Seconds of each stage, start-up, peak memory, cost of the loss, scaling with threads, short lines beside long ones."""
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        kept = results(text.as_settings())
        for part in parts or PARTS:
            print(part, file=sys.stderr)
            cases, turns = PARTS[part]
            in_turn(
                kept,
                (case._replace(code=code_version()) for case in cases(text.path, folder, variants or ONE_LOSS)),
                turns * runs,
            )
    return kept
