"""`python -m bench speed breakdown`."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import corpus_options, measurement, runs_option, temporary_folder, variant_option
from bench.common.processes import Failure
from bench.common.results import Results
from bench.common.texts import cut_into_lines, text_of
from bench.common.turns import Case, in_turn
from fastw2v._system.processes import child_command
from fastw2v.benchmark.variants import VARIANTS

KERNEL = "fastw2v.kernels.blocked"
# What is replaced, as module and name, in each module that has imported it.
IN_AND_OUT = [
    (module, name) for module in (".skipgram_near", ".skipgram_wide", ".cbow") for name in ("copy_rows", "add_changes")
]
NOISE = [(".skipgram_near", "learn_noise"), (".skipgram_wide", "learn_contexts"), (".cbow", "learn_words")]
PAIRS = [(".skipgram_near", "learn_centers"), (".cbow", "learn_centers")]
PATHS = [("", "train_paths"), (".cbow", "learn_paths")]
MEANS = [(".cbow", "take_means"), (".cbow", "spread_gradients")]
NAMES = ("fetch_input", "fetch_output", "fetch_noise", "fetch_path")
FETCH = [(module, name) for module in (".skipgram_near", ".skipgram_wide", ".cbow", ".path") for name in NAMES]
STAGES: dict[str, list[tuple[str, str]]] = {
    "whole": [],
    "rows in and out": IN_AND_OUT,
    "prefetching": FETCH,
    "means, their gradient": MEANS,
    "noise words": NOISE,
    "positive pairs": PAIRS,
    "tree paths": PATHS,
    "sigmoid": [(module, "sigmoid") for module in (".skipgram_near", ".skipgram_wide", ".cbow", ".path")],
    "reading, drawing": IN_AND_OUT + NOISE + PAIRS + PATHS + MEANS + FETCH,
}


def stages_of(variant: dict[str, Any]) -> list[str]:
    """The stages that a variant has."""
    absent = {"means, their gradient": variant["model"] != "cbow", "tree paths": not variant["hs"]}
    absent |= dict.fromkeys(("noise words", "positive pairs"), not variant["negative"])
    return [stage for stage in STAGES if not absent.get(stage, False)]


def leave_out(stage: str) -> None:
    """Put functions that do nothing in a stage's place, before anything is compiled."""
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


def train_without(corpus: str, settings: dict[str, Any], words: int | None, stage: str) -> None:
    """Train without a stage whenever a line comes in, and print the seconds that it took."""
    leave_out(stage)
    from fastw2v.benchmark.child import PreparedTraining
    from fastw2v.settings import Settings

    measured = PreparedTraining(corpus, Settings(**settings), words)
    measured.run()
    print(len(measured.ids), flush=True)
    for _ in sys.stdin:
        print(measured.run(), flush=True)


class Child:
    """A process that trains without a stage when asked; it starts and compiles at the first time."""

    def __init__(self, stack: ExitStack, **order: Any) -> None:
        self.stack, self.order = stack, order
        self.process: subprocess.Popen[str] | None = None
        self.words = 0

    def measure(self) -> dict[str, Any]:
        """Train once. Raises Failure."""
        if self.process is None:
            environment = os.environ | {"NUMBA_CACHE_DIR": os.devnull}  # keeps no compiled code, for it is not the kernel's
            command = child_command(train_without, **self.order)
            pipe = subprocess.PIPE
            self.process = self.stack.enter_context(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
            )
            self.words = int(self._answer())
        assert self.process.stdin
        print(file=self.process.stdin, flush=True)
        return {"seconds": float(self._answer()), "words": self.words}

    def _answer(self) -> str:
        assert self.process
        assert self.process.stdout
        answer = self.process.stdout.readline()
        if not answer:
            raise Failure("the process that trains ended")
        return answer


@click.command()
@corpus_options(words=2_000_000)
@runs_option(5)
@click.option("--dim", default=100, show_default=True)
@variant_option
@click.option("--stage", "stages", multiple=True, type=click.Choice(list(STAGES)), help="Only this one; repeatable.")
@click.option("--first", type=int, default=3_000_000, show_default=True, help="Train on so many words of the text.")
@click.option("--max-vocab", type=int, help="Most words kept: with a few hundred, all rows lie in the nearest caches.")
@click.option("--lines", type=int, help="Cut the text into lines of so many words.")
@measurement("breakdown", words=3000, megabytes=0.02, runs=1, dim=8, variants=["skipgram-ns"], stages=["noise words"])
def breakdown(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    variants: tuple[str, ...],
    stages: tuple[str, ...],
    **options: Any,
) -> Results:
    """Where the blocked kernel's time goes: each variant with one stage left out at a time, one thread.

    A stage's time is what a run without it saves, so that the stages need not add up to the whole: what is left out also frees
    cache and memory for the rest. "rows in and out" are the input rows' gathering, clearing and adding; "sigmoid" is replaced
    by the identity; "reading, drawing" is a run that does nothing else.
    """
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        path, lines, first = text.path, options["lines"], options["first"]
        if lines:
            path = folder / "lines.txt"
            cut_into_lines(text.path, path, lines)
        kept = results(text.as_settings() | options)
        for name in variants or VARIANTS:
            settings = {**VARIANTS[name], "dim": options["dim"], "sample": 1e-4, "epochs": 1, "threads": 1}
            settings["max_vocab"] = options["max_vocab"]
            with ExitStack() as stack:  # ends a variant's processes
                cases = []
                for stage in stages or stages_of(VARIANTS[name]):
                    child = Child(stack, corpus=str(path), settings=settings, words=first, stage=stage)
                    asked = {"variant": name, "stage": stage}
                    cases.append(Case(asked, lambda number, child=child: child.measure(), code_version()))
                in_turn(kept, cases, runs)
    return kept
