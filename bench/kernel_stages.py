"""Where the blocked kernel's time goes: each variant with one stage left out at a time, one thread.

    python bench/kernel_stages.py CORPUS [--words 3000000] [--runs 5] [--variant skipgram-ns] [--lines 8]

A stage's time is what a run without it saves, so that the stages need not add up to the whole: what is left out also frees
cache and memory for the rest. `rows in and out` are the input rows' gathering, clearing and adding; `sigmoid` is replaced by
the identity; `reading, drawing` is a run that does nothing else. Nothing else should be running.
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from fastw2v.benchmark.choices import VARIANTS

KERNEL = "fastw2v.kernels.blocked"
# What is replaced, as module and name, in each module that has imported it.
IN_AND_OUT = [(module, name) for module in (".near", ".wide", ".cbow") for name in ("copy_rows", "add_changes")]
NOISE = [(".near", "learn_noise"), (".wide", "learn_contexts"), (".cbow", "learn_words")]
PAIRS = [(".near", "learn_centers"), (".cbow", "learn_centers")]
PATHS = [("", "train_paths"), (".cbow", "learn_paths")]
MEANS = [(".cbow", "take_means"), (".cbow", "spread_gradients")]
NAMES = ("fetch_input", "fetch_output", "fetch_noise")
FETCH = [(module, name) for module in (".near", ".wide", ".cbow", ".path") for name in NAMES]
STAGES: dict[str, list[tuple[str, str]]] = {
    "whole": [],
    "rows in and out": IN_AND_OUT,
    "fetching ahead": FETCH,
    "means, their gradient": MEANS,
    "noise words": NOISE,
    "true pairs": PAIRS,
    "tree paths": PATHS,
    "sigmoid": [(module, "sigmoid") for module in (".near", ".wide", ".cbow", ".path")],
    "reading, drawing": IN_AND_OUT + NOISE + PAIRS + PATHS + MEANS + FETCH,
}


def stages_of(variant: dict[str, Any]) -> list[str]:
    """The stages that a variant has."""
    absent = {"means, their gradient": variant["model"] != "cbow", "tree paths": not variant["hs"]}
    absent |= dict.fromkeys(("noise words", "true pairs"), not variant["negative"])
    return [stage for stage in STAGES if not absent.get(stage, False)]


def leave_out(stage: str) -> None:
    """Put pieces that do nothing in a stage's place, before anything is compiled."""
    from fastw2v._jit import compiling

    compiling.leave_loops_rolled()
    for module, name in STAGES[stage]:
        place = importlib.import_module(KERNEL + module)
        if hasattr(place, name):
            setattr(place, name, compiling.inlined(same if name == "sigmoid" else nothing))


def same(scores):  # type: ignore[no-untyped-def]
    return scores


def nothing(*arguments):  # type: ignore[no-untyped-def]
    pass


def obey(corpus: str, settings: dict[str, Any], words: int, stage: str) -> None:
    """Train on the text's first words without a stage whenever a line comes in, and say how many seconds it took."""
    leave_out(stage)
    from fastw2v.benchmark.child import Measured
    from fastw2v.settings import Settings

    measured = Measured(corpus, Settings(**settings), words)
    measured.run()
    print(flush=True)
    for _ in sys.stdin:
        print(measured.run(), flush=True)


class Child:
    """A process that trains without a stage, on being asked."""

    def __init__(self, *order: Any) -> None:
        command = [sys.executable, __file__, "--child", json.dumps(order)]
        environment = os.environ | {"NUMBA_CACHE_DIR": os.devnull}  # keeps no compiled code, for it is not the kernel's
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.answer()

    def answer(self) -> str:
        """Its next line."""
        assert self.process.stdout
        answer = self.process.stdout.readline()
        if not answer:
            raise click.ClickException(f"{' '.join(map(str, self.process.args))} failed")
        return answer

    def seconds(self) -> float:
        """Train once."""
        assert self.process.stdin
        print(file=self.process.stdin, flush=True)
        return float(self.answer())

    def end(self) -> None:
        """Let it go."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def measured(runs: int, *order: Any, stages: list[str]) -> dict[str, float]:
    """Median seconds without each stage, all in turn."""
    children = {stage: Child(*order, stage) for stage in track(stages, "compiling", console=Console(stderr=True))}
    taken: dict[str, list[float]] = {stage: [] for stage in stages}
    for _ in range(runs):
        for stage, child in children.items():
            taken[stage].append(child.seconds())
    for child in children.values():
        child.end()
    return {stage: statistics.median(found) for stage, found in taken.items()}


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words", default=3_000_000, show_default=True)
@click.option("--runs", default=5, show_default=True)
@click.option("--dim", default=100, show_default=True)
@click.option("--variant", "names", multiple=True, type=click.Choice(list(VARIANTS)), help="This one alone.")
@click.option("--max-vocab", type=int, help="Most words kept: with a few hundred, all rows lie in the nearest caches.")
@click.option("--lines", type=int, help="Cut the text into lines of so many words.")
def main(
    corpus: Path, words: int, runs: int, dim: int, names: tuple[str, ...], max_vocab: int | None, lines: int | None
) -> None:
    from kernels_by_setting import cut_into_lines

    table = Table(title=f"{corpus.name}, {words:,} words, dimension {dim}, one thread")
    for column in ("variant", "stage", "ns a word", "share"):
        table.add_column(column, justify="left" if column in ("variant", "stage") else "right")
    with tempfile.TemporaryDirectory() as folder:
        if lines:
            cut = Path(folder, "text")
            cut_into_lines(corpus, cut, lines)
            corpus = cut
        for name in names or VARIANTS:
            settings = {**VARIANTS[name], "dim": dim, "sample": 1e-4, "epochs": 1, "threads": 1, "max_vocab": max_vocab}
            found = measured(runs, str(corpus), settings, words, stages=stages_of(VARIANTS[name]))
            taken = {stage: seconds / words * 1e9 for stage, seconds in found.items()}
            whole = taken["whole"]
            for stage, nanoseconds in taken.items():
                saved = nanoseconds if stage in ("whole", "reading, drawing") else whole - nanoseconds
                table.add_row(name if stage == "whole" else "", stage, f"{saved:.0f}", f"{saved / whole:.0%}")
    Console(width=100).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        obey(*json.loads(sys.argv[2]))
    else:
        main()
