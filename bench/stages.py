"""Seconds of each stage, start-up, peak memory, the cost of measuring the loss, thread scaling, short lines beside long ones.

    python bench/stages.py CORPUS [--runs 3]

Nothing else should be running. Each figure is the median over the runs, with the least and the most in brackets.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from fastw2v.benchmark.choices import VARIANTS

MEASURED_VARIANTS = {name: VARIANTS[name] for name in ("skipgram-ns", "skipgram-hs", "cbow-ns", "cbow-hs")}
LOSS_IDS = 2_000_000
TURN_WORDS, TURNS = 3_000_000, 3  # of the text where short runs are compared in turn; turns for each run that is asked for
LINES_WORDS = 15_000_000


class Run(NamedTuple):
    """One command: wall seconds, peak memory in bytes, the last line of its log."""

    wall: float
    peak: int
    log: dict[str, Any]


def command(*arguments: object, environment: dict[str, str] | None = None) -> Run:
    """Run fastw2v as a user would."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        if arguments[0] == "train":
            arguments += ("-o", Path(folder, "vectors.bin"), "--log", log, "--quiet")
        start = time.perf_counter()
        program = [sys.executable, "-m", "fastw2v", *map(str, arguments)]
        process = subprocess.Popen(program, stdout=subprocess.DEVNULL, env=os.environ | (environment or {}))
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            raise click.ClickException(f"{program} failed")
        end = json.loads(log.read_text().splitlines()[-1]) if log.exists() else {}
        return Run(wall, usage.ru_maxrss * 1024, end)


def shown(values: list[float], unit: str = "s", digits: int = 2) -> str:
    low, middle, high = (f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} {unit} [{low} to {high}]"


def start_up(runs: int) -> Iterator[tuple[str, str]]:
    """Help, first start, later starts."""
    yield "fastw2v --help", shown([command("--help").wall for _ in range(2 * runs)])
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder, "small.txt")
        small.write_text("a small text of a few words for a start\n" * 200)
        fresh = command("train", small, environment={"NUMBA_CACHE_DIR": folder})
        yield "compiling, first start", shown([fresh.log["compile_seconds"]])
        later = [command("train", small) for _ in range(runs)]
        yield "later start, a small text, to training", shown([run.wall - run.log["train_seconds"] for run in later])


def passes(corpus: Path, runs: int) -> Iterator[tuple[str, str]]:
    """Counting and encoding with all threads; peak memory of a whole run."""
    done = [command("train", corpus, "--epochs", 1, "--sample", "1e-5", "--model", "cbow") for _ in range(runs)]
    yield "counting", shown([run.log["vocab_seconds"] for run in done])
    yield "encoding", shown([run.log["encode_seconds"] for run in done])
    yield "both", shown([run.log["vocab_seconds"] + run.log["encode_seconds"] for run in done])
    from fastw2v.model.matrices import model_bytes
    from fastw2v.model.tables import tables_bytes
    from fastw2v.settings import Settings

    words, settings = done[0].log["vocab_size"], Settings(**done[0].log["settings"])
    parts = [
        model_bytes(words, settings) / 1e6,
        done[0].log["train_words"] * 4 / 1e6,
        tables_bytes(np.ones(words, np.int64), settings) / 1e6,  # without a tree only their number matters
    ]
    peak = statistics.median(run.peak for run in done) / 1e6
    made_of = f"matrices {parts[0]:.0f}, ids {parts[1]:.0f}, tables {parts[2]:.0f}, all else {peak - sum(parts):.0f}"
    yield "peak memory", f"{peak:.0f} MB: {made_of}"


def cost_of_loss(corpus: Path) -> Iterator[tuple[str, str]]:
    """The time of measuring the loss as a share of training's, one thread, for each variant."""
    from fastw2v.corpus.counting import count_words, select
    from fastw2v.corpus.encoding import encode
    from fastw2v.corpus.ids import IdStream
    from fastw2v.corpus.sources import sources
    from fastw2v.kernels.blocked import new_worker, train
    from fastw2v.kernels.loss import measure
    from fastw2v.kernels.schedule import new_schedule
    from fastw2v.kernels.worker import variant
    from fastw2v.model.matrices import new_model
    from fastw2v.model.tables import tables
    from fastw2v.settings import Settings
    from fastw2v.training.threads import CHUNK, MEASURED, ids_between_measurements

    text = sources(corpus)
    vocabulary = select(count_words(text, threads=2, memory=2**32)[0], min_count=5, max_vocab=None)
    stream = IdStream(memory=2**32, expected=vocabulary.train_words)
    encode(text, vocabulary, stream, threads=2)
    for name, choice in MEASURED_VARIANTS.items():
        settings = Settings(sample=1e-4, **choice)
        lookup = tables(vocabulary.counts, settings)
        model = new_model(len(vocabulary), settings)
        kind, total = variant(settings), np.zeros(2)
        worker = new_worker(0, model.input.shape[1], lookup, kind, random_state=0, alpha=0.025)
        schedule = new_schedule(settings, len(stream), 1)
        seconds = {"loss": 0.0, "training": 0.0}
        state, room = np.uint64(1), np.zeros(MEASURED, np.int32)
        every = ids_between_measurements(len(stream) // 2) // CHUNK
        for number, start in enumerate(range(-CHUNK, min(LOSS_IDS, len(stream)), CHUNK)):
            ids = stream.read(max(0, start), max(0, start) + CHUNK)
            begin = time.perf_counter()
            if number % every == 0:
                state = np.uint64(measure(ids[-MEASURED:], state, room, worker.scratch, model, lookup, kind, total))
            middle = time.perf_counter()
            train(ids, False, worker, model, lookup, kind, schedule)
            if start >= 0:  # the first round is for compiling
                seconds["loss"] += middle - begin
                seconds["training"] += time.perf_counter() - middle
        yield f"cost of the loss, {name}", f"{seconds['loss'] / seconds['training']:.2%} of training"


def scaling(corpus: Path, runs: int) -> Iterator[tuple[str, str]]:
    """Words/s of two threads over one thread's, beside the same of multiply-adds: what the cores gave just then."""
    from fastw2v.benchmark.child import Measured
    from fastw2v.benchmark.peak import measure_peak
    from fastw2v.settings import Settings

    for name, choice in MEASURED_VARIANTS.items():
        settings = Settings(sample=1e-4, epochs=1, **choice)
        measured = {threads: Measured(str(corpus), replace(settings, threads=threads), TURN_WORDS) for threads in (1, 2)}
        ratios: dict[str, list[float]] = {"training": [], "cores": []}
        for number in range(TURNS * runs + 1):
            seconds = {threads: one.run() for threads, one in measured.items()}
            adding = {threads: measure_peak(threads, floats=threads).flops for threads in measured}
            if number:  # the first turn is for warming up
                ratios["training"].append(seconds[1] / seconds[2])
                ratios["cores"].append(adding[2] / adding[1])
        of_cores = statistics.median(one / other for one, other in zip(*ratios.values()))
        training, cores = (shown(found, "×") for found in ratios.values())
        yield f"2 threads of 1, {name}", f"{training}; multiply-adds {cores}; the one of the other {of_cores:.2f}"


def short_lines(corpus: Path, runs: int) -> Iterator[tuple[str, str]]:
    """Pairs trained a second on lines of 8 words over those on the text's own lines: skip-gram NS, one thread."""
    from kernels_by_setting import cut_into_lines

    from fastw2v.benchmark.child import Measured
    from fastw2v.benchmark.operations import work_of
    from fastw2v.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        cut = Path(folder, "text")
        cut_into_lines(corpus, cut, 8)
        settings = Settings(sample=1e-4, epochs=1, threads=1, **VARIANTS["skipgram-ns"])
        measured = [Measured(str(text), settings, LINES_WORDS) for text in (corpus, cut)]
    pairs = [work_of(text.ids, text.tables, settings).pairs for text in measured]
    turns = [[text.run() for text in measured] for _ in range(2 * runs + 1)][1:]
    speeds = [[count / seconds / 1e6 for seconds in taken] for count, taken in zip(pairs, zip(*turns))]
    long, short = (shown(found, "M pairs/s", 1) for found in speeds)
    ratio = statistics.median(one / other for other, one in zip(*speeds))
    yield "lines of 8 words", f"{ratio:.2f} × long lines: {short} / {long}"


PARTS: dict[str, Callable[[Path, int], Iterator[tuple[str, str]]]] = {
    "start": lambda corpus, runs: start_up(runs),
    "passes": passes,
    "loss": lambda corpus, runs: cost_of_loss(corpus),
    "scaling": scaling,
    "lines": short_lines,
}


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--runs", default=3, show_default=True)
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="This part alone.")
def main(corpus: Path, runs: int, parts: tuple[str, ...]) -> None:
    table = Table(title=f"{corpus.name}, {corpus.stat().st_size / 1e6:.0f} MB, median of {runs}", show_header=False)
    for part in parts or PARTS:
        for what, figure in PARTS[part](corpus, runs):
            print(f"{what}: {figure}", file=sys.stderr)
            table.add_row(what, figure)
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
