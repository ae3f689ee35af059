"""Results on standard output: a table for people, tab-separated or JSON for programs."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from fastw2v.utf8 import to_bytes

Command = TypeVar("Command", bound=Callable[..., Any])


def output_options(command: Command) -> Command:
    """--tsv and --json, which become the argument `style` of show()."""
    json_option = click.option("--json", "style", flag_value="json", help="JSON instead of a table.")
    return click.option("--tsv", "style", flag_value="tsv", help="Tab-separated instead of a table.")(json_option(command))


def show(columns: Sequence[str], rows: Sequence[Sequence[Any]], style: str | None = None, title: str | None = None) -> None:
    """Print rows; a number may be given as (value, how a table shows it)."""
    plain = [[cell[0] if isinstance(cell, tuple) else cell for cell in row] for row in rows]
    if style == "json":
        text = json.dumps([dict(zip(columns, row)) for row in plain], ensure_ascii=False, indent=1)
    elif style == "tsv":
        text = "\n".join("\t".join(map(str, row)) for row in [columns, *plain])
    else:
        _show_table(columns, rows, title)
        return
    sys.stdout.buffer.write(to_bytes(text + "\n"))
    sys.stdout.flush()


def _show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        is_number = any(isinstance(row[number], (tuple, int, float)) for row in rows)
        table.add_column(column, justify="right" if is_number else "left")
    for row in rows:
        shown = [cell[1] if isinstance(cell, tuple) else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
        table.add_row(*(escape(cell.encode("utf-8", "backslashreplace").decode()) for cell in shown))
    Console().print(table)
