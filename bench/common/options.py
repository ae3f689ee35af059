"""Options that commands share, and what all of them do at the end: write results, print a table."""

import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bench.common.results import FOLDER, Results
from fastw2v.benchmark.variants import VARIANTS

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ONE_LOSS = ("skipgram-ns", "cbow-ns", "skipgram-hs", "cbow-hs")  # the variants without both losses
Function = TypeVar("Function", bound=Callable[..., Any])


def measurement(name: str, **quick: Any) -> Callable[[Callable[..., Results]], Callable[..., None]]:
    """A command that measures: takes `results` to begin or continue a file of results, returns it; then prints its table.

    quick : the defaults of options with --quick
    """

    def decorate(function: Callable[..., Results]) -> Callable[..., None]:
        @click.option(
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            help=f"The file of results; runs that it holds are not repeated.  [default: bench/results/{name}.json]",
        )
        @click.option("--overwrite", is_flag=True, help="Forget what the file of results holds.")
        @click.option(
            "--quick",
            is_flag=True,
            is_eager=True,
            callback=functools.partial(_use_defaults, quick),
            help="On a tiny text within seconds, to see that it works; without --output nothing is kept.",
        )
        @functools.wraps(function)
        def command(output: Path | None, overwrite: bool, quick: bool, **options: Any) -> None:
            path = output or (None if quick else FOLDER / f"{name}.json")
            found = function(results=functools.partial(Results, name, path, overwrite=overwrite), **options)
            if not found.runs:
                raise click.ClickException("nothing was measured")
            from bench.tables.figures import detail

            click.echo(detail(found.document()))

        return command

    return decorate


def _use_defaults(smaller: dict[str, Any], context: click.Context, _: click.Parameter, value: bool) -> bool:
    if value:
        context.default_map = {**(context.default_map or {}), **smaller}
    return value


def corpus_options(words: int) -> Callable[[Function], Function]:
    """A corpus, or a generated text of so many words."""

    def decorate(function: Function) -> Function:
        more: Any = click.option("--megabytes", type=float, help="Only the first so many megabytes of the corpus.")(function)
        more = click.option("--words", default=words, show_default=True, help="Of the generated text, without a CORPUS.")(more)
        return click.argument("corpus", type=FILE, required=False)(more)  # type: ignore[no-any-return]

    return decorate


def set_options(function: Function) -> Function:
    """What to score by."""
    more: Any = click.option("--pairs", multiple=True, type=FILE, help="A similarity set, word word score; repeatable.")(
        function
    )
    return click.option("--questions", type=FILE, help="Analogies, as questions-words.txt.")(more)  # type: ignore[no-any-return]


def variant_option(function: Function) -> Function:
    """Which variants."""
    choice = click.Choice(list(VARIANTS))
    return click.option("--variant", "variants", multiple=True, type=choice, help="Only this one; repeatable.")(function)


def runs_option(count: int) -> Callable[[Function], Function]:
    """How many runs of each."""
    return click.option("--runs", default=count, show_default=True, help="Of each, in turn; medians count.")


def threads_option(function: Function) -> Function:
    """All cores that may be used."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return click.option("--threads", default=cores, show_default="all cores")(function)


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder for texts and vectors, removed at the end."""
    return tempfile.TemporaryDirectory(prefix="fastw2v-bench-")
