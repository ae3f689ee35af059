"""Results on standard output: a table for people, tab-separated or JSON for programs."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from fastw2v._system.display import field, json_text, shown_on
from fastw2v._system.resources import readable_bytes
from fastw2v._system.text_encoding import to_bytes

Command = TypeVar("Command", bound=Callable[..., Any])
Row = Sequence[Any]


def output_options(command: Command) -> Command:
    """--tsv and --json, which become the argument `style` of show()."""
    json_option = click.option("--json", "style", flag_value="json", help="JSON instead of a table.")
    return click.option("--tsv", "style", flag_value="tsv", help="Tab-separated instead of a table.")(json_option(command))


class Table(NamedTuple):
    """Rows under columns; a number may be given as (value, how a table shows it)."""

    columns: Sequence[str]
    rows: Sequence[Row]
    title: str | None = None

    def as_dicts(self) -> list[dict[str, Any]]:
        """The rows' values by column."""
        return [dict(zip(self.columns, [cell[0] if isinstance(cell, tuple) else cell for cell in row])) for row in self.rows]


def show(columns: Sequence[str], rows: Sequence[Row], style: str | None = None, indent: int | None = 1) -> None:
    """Print one table."""
    show_tables([Table(columns, rows)], style, indent)


def show_tables(tables: Sequence[Table], style: str | None = None, indent: int | None = 1) -> None:
    """Print tables: for people one below the other, for programs all rows as one table with all columns."""
    rows = [row for table in tables for row in table.as_dicts()]
    if style == "json":
        print_json(rows, indent)
    elif style == "tsv":
        columns = list(dict.fromkeys(column for table in tables for column in table.columns))
        _print_fields([columns, *([row.get(column, "") for column in columns] for row in rows)])
    else:
        for table in tables:
            _print_table(table)


def print_json(value: Any, indent: int | None = None) -> None:
    """Print a value as JSON, in UTF-8 whatever the terminal's encoding is."""
    _print_bytes(json_text(value, indent) + "\n")


def print_line(text: str) -> None:
    """Print a line for people."""
    print(shown_on(sys.stdout, text))


def print_written(path: Path, *, quiet: bool) -> None:
    """Say that a file is there, and its size."""
    if not quiet:
        print_line(f"{path}: {readable_bytes(path.stat().st_size)}")


def _print_fields(rows: Sequence[Row]) -> None:
    """Tab-separated: bytes as they are in a pipe, as a terminal shows them on one."""
    lines = ["\t".join(field("" if cell is None else str(cell)) for cell in row) for row in rows]
    if sys.stdout.isatty():
        for line in lines:
            print("\t".join(shown_on(sys.stdout, cell) for cell in line.split("\t")))
    else:
        _print_bytes("\n".join(lines) + "\n")


def _print_bytes(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(to_bytes(text))
    sys.stdout.flush()


def _print_table(table: Table) -> None:
    from rich import table as drawn

    from fastw2v.reporting.console import PlainConsole

    made = drawn.Table(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        is_number = any(isinstance(row[number], (tuple, int, float)) for row in table.rows)
        made.add_column(column, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in table.rows:
        shown = [cell[1] if isinstance(cell, tuple) else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
        made.add_row(*shown)
    PlainConsole().print(made)
