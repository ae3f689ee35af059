"""Called by mkdocs: puts the help text of each command into the command line reference."""

import re

import click

from fastw2v.cli import cli

WIDTH = 80
MARK = re.compile(r"^<!-- help: ([a-z-]+) -->$", re.M)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Replace each `<!-- help: COMMAND -->` by what `fastw2v COMMAND --help` prints."""
    return MARK.sub(lambda found: f"```text\n{help_text(found[1])}\n```", markdown)


def help_text(name: str) -> str:
    """What a command's --help prints."""
    program = click.Context(cli, info_name="fastw2v", **cli.context_settings | {"terminal_width": WIDTH})
    command = click.Context(cli.commands[name], info_name=name, parent=program)
    return command.get_help()
