"""`python -m bench distributed hosts`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import corpus_options, measurement, runs_option, temporary_folder
from bench.common.processes import Failure, fastw2v, run
from bench.common.results import Results
from bench.common.texts import text_of
from bench.common.turns import Case, in_turn
from bench.distributed import inputs
from bench.distributed.launching import Layout, do, imitated_hosts, launcher, train_ranks
from bench.distributed.schedule import Model, Network, Node, seconds
from fastw2v._system.processes import child_command

NO_ROUNDS = 10**15  # words between two rounds of averaging
LOST_AFTER = 5.0  # seconds
READING = 15.0  # seconds that reading the text may take
LONGEST = 120.0  # seconds that a run may last without a host


@click.command()
@corpus_options(words=2_000_000)
@runs_option(1)
@click.option("--hosts", "count", default=2, show_default=True, help="One rank, of one thread, on each.")
@click.option("--rate", default=200.0, show_default=True, help="Mbit/s of each host.")
@click.option("--delay", default=0.0, show_default=True, help="Milliseconds of each message; the kernel needs netem.")
@click.option("--dim", "dims", type=int, multiple=True, default=(100,), show_default=True, help="Repeatable.")
@click.option("--epochs", default=5, show_default=True)
@click.option("--lost", is_flag=True, help="Let the last host lose its network: how long does the run last?")
@measurement("hosts", words=3000, megabytes=0.02, epochs=1, dims=[8])
def hosts(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    count: int,
    rate: float,
    delay: float,
    dims: tuple[int, ...],
    epochs: int,
    lost: bool,
) -> Results:
    """Ranks over hosts that network namespaces imitate, with limited bandwidth: what the model predicts, what is measured.

    Needs root and Linux with `ip`, `tc` and `unshare`. The hosts share this machine's cores. Several calls, with other --hosts
    and --rate, fill one file.
    """
    with temporary_folder() as made, imitated_hosts(count, rate, delay) as names:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        kept = results(text.as_settings() | {"epochs": epochs}, packages=("mpi4py", "mpich"))
        asked = {"hosts": count, "rate": rate, "delay": delay}
        if lost:
            cases = [Case(asked | {"lost": True}, lambda number: run_that_loses(text.path, names, folder), code_version())]
        else:
            cases = list(predicted_cases(asked, text.path, names, dims, epochs, folder))
        in_turn(kept, cases, runs)
    return kept


def predicted_cases(
    asked: dict[str, Any], corpus: Path, names: list[str], dims: tuple[int, ...], epochs: int, folder: Path
) -> Iterator[Case]:
    """A case for each dimension."""
    for dim in dims:
        settings = {"dim": dim, "epochs": epochs}
        yield Case(
            asked | {"dim": dim}, lambda number, s=settings: predicted_and_measured(corpus, names, s, folder), code_version()
        )


def predicted_and_measured(corpus: Path, names: list[str], settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What the model predicts of hosts, from inputs measured by themselves; and then their words/s."""
    layout = Layout(len(names), 1, names)
    alone = train_ranks(corpus, layout, settings | {"sync_words": NO_ROUNDS}, folder)
    rate = sum(alone["rank_words_per_second"]) / len(names)
    found = measured_inputs(layout, settings["dim"], alone["vocab_size"], folder)
    network = Network(found["bandwidth"], found["latency"])
    node = Node(rate, min(1.0, (os.cpu_count() or 1) / len(names)), found["core_seconds"])
    words = alone["train_words"] * settings["epochs"]
    predicted = words / seconds(Model(alone["vocab_size"], settings["dim"], words), node, len(names), network)
    measured = train_ranks(corpus, layout, settings, folder)["words_per_second"]
    return found | {"without_rounds": rate, "predicted": predicted, "words_per_second": float(measured)}


def measured_inputs(layout: Layout, dim: int, vocabulary: int, folder: Path) -> dict[str, float]:
    """The network's rate and latency, and what a round of averaging costs."""
    command = [*launcher(layout, folder), *child_command(inputs.print_inputs, dim=dim, vocabulary=vocabulary)]
    lines = run(command).shown.splitlines()  # an MPI may print lines of its own
    found: dict[str, float] = json.loads(next(line for line in lines if line.startswith("{")))
    return found


def run_that_loses(corpus: Path, names: list[str], folder: Path) -> dict[str, Any]:
    """Take the network from the last host; the seconds until the run has ended, and all its processes."""
    output = str(folder / "vectors.bin")
    before = launcher(Layout(len(names), 1, names), folder)
    process = subprocess.Popen([*before, *fastw2v("train", corpus, "-o", output, "--epochs", 1000, "--threads", 1)])
    time.sleep(LOST_AFTER + READING)
    do(f"ip link set {names[-1]}v down")
    start = time.monotonic()
    try:
        code = process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Failure(f"the run lasted more than {LONGEST:.0f} s without {names[-1]}") from None
    ended = time.monotonic() - start
    while (left := processes_with(output)) and time.monotonic() - start < LONGEST:
        time.sleep(0.1)
    gone = time.monotonic() - start
    for number in left:
        print(f"killed after {LONGEST:.0f} s: {number}", file=sys.stderr)
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return {"exit_code": code, "seconds": ended, "gone_seconds": gone}


def processes_with(argument: str) -> list[int]:
    """Processes with an argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if argument.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found
