"""Arguments and options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fastw2v.settings import Settings, parse_size
from fastw2v.vectors.io import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


def default(name: str) -> Any:
    """The default of a setting, written once, in Settings."""
    return Settings.__dataclass_fields__[name].default


def memory_option(use: str) -> Callable[[Command], Command]:
    """--memory, whose value is in bytes; `use` says what it is for."""

    def in_bytes(context: click.Context, parameter: click.Parameter, size: str | None) -> int | None:
        return parse_size(size) if size else None

    return click.option("--memory", metavar="SIZE", callback=in_bytes, help=f"{use}  [default: half of what is free]")


CORPUS = click.argument("corpus", nargs=-1, required=True)
VECTORS = click.argument("vectors", type=FILE)
MIN_COUNT = click.option(
    "--min-count", type=int, default=default("min_count"), show_default=True, help="Ignore words that occur less often."
)
MAX_VOCAB = click.option(
    "--max-vocab", type=int, metavar="N", help="Keep the N most frequent words, besides </s>.  [default: all]"
)
THREADS = click.option("--threads", type=int, help="Number of threads.  [default: the cores that this process may use]")
FILE_FORMAT = click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="auto: binary for .bin, a folder for .f2v, else text; original: text with six decimals.",
)
LIMIT = click.option("--limit", type=click.IntRange(1), metavar="N", help="Read the first N vectors only.")
QUIET = click.option("--quiet", is_flag=True, help="Print nothing but errors.")
