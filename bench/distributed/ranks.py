"""`python -m bench distributed ranks`."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import corpus_options, measurement, runs_option, set_options, temporary_folder
from bench.common.results import Results
from bench.common.scoring import Sets
from bench.common.texts import text_of
from bench.common.turns import Case, in_turn
from bench.distributed.launching import Layout, train_ranks


class Layouts(click.ParamType):
    """RANKSxTHREADS."""

    name = "RANKSxTHREADS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Layout:
        """Two whole numbers."""
        if isinstance(value, Layout):
            return value
        ranks, cross, threads = str(value).partition("x")
        if not (cross and ranks.isdigit() and threads.isdigit() and int(ranks) and int(threads)):
            self.fail(f"{value!r} is no layout: give RANKSxTHREADS, such as 2x1", param, ctx)
        return Layout(int(ranks), int(threads))


@click.command()
@corpus_options(words=2_000_000)
@runs_option(3)
@click.option(
    "--layout", "layouts", multiple=True, type=Layouts(), default=("1x2", "2x1"), show_default=True, help="Repeatable."
)
@click.option("--dim", "dims", type=int, multiple=True, default=(100,), show_default=True, help="Repeatable.")
@click.option("--epochs", default=5, show_default=True)
@set_options
@measurement("ranks", words=3000, megabytes=0.02, runs=1, layouts=["2x1"], dims=[8], epochs=1)
def ranks(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    layouts: tuple[Layout, ...],
    dims: tuple[int, ...],
    epochs: int,
    questions: Path | None,
    pairs: tuple[Path, ...],
) -> Results:
    """Ranks on this machine: words/s, seconds waited, scores; the extra `mpi`, and an MPI, are needed.

    Layouts are measured in turn, by default 2 ranks with a thread each beside 1 process with 2 threads.
    """
    sets = Sets(questions, pairs)
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        kept = results(text.as_settings() | {"epochs": epochs, "sets": sets.names}, packages=("mpi4py", "mpich"))

        def measure(seed: int, layout: Layout, dim: int) -> dict[str, Any]:
            end = train_ranks(text.path, layout, {"dim": dim, "epochs": epochs, "seed": seed}, folder, sets)
            waited = max(end.get("rank_seconds_waited", []), default=0.0)
            return {"words_per_second": float(end["words_per_second"]), "waited": waited, "scores": end["scores"]}

        cases = [
            Case(
                {"dim": dim, "ranks": layout.ranks, "threads": layout.threads},
                lambda seed, layout=layout, dim=dim: measure(seed, layout, dim),
                code_version(),
            )
            for dim, layout in product(dims, layouts)
        ]
        in_turn(kept, cases, runs)
    return kept
