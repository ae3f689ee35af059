"""How messages name options on this command line."""

import click

from fastw2v.errors import Wording, command_line, long_option, with_value

ELSEWHERE = ("train", "convert")  # the commands that are looked through for an option which the one that runs lacks


class Commands(click.Group):
    """A group of commands that knows which one runs."""

    running: click.Command | None = None

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, which is the one that runs from now on."""
        name, self.running, rest = super().resolve_command(context, arguments)
        return name, self.running, rest


class CommandLine(Wording):
    """Options of the command that runs, and with its name before it one of another command."""

    def __init__(self, commands: Commands) -> None:
        self.commands = commands

    def argument(self, name: str) -> str:
        """As --min-count; what is no option keeps its name."""
        return _option_of(self.commands.running, name) or name

    def option(self, name: str, value: object = None) -> str:
        """As --min-count, --device cpu or --force."""
        return with_value(_option_of(self.commands.running, name) or self._elsewhere(name) or long_option(name), value)

    def call(self, command: str, *arguments: object, **options: object) -> str:
        """A command, with what it is given."""
        its = self.commands.commands.get(command)
        given = (with_value(_option_of(its, name) or long_option(name), value) for name, value in options.items())
        return command_line(command, arguments, given)

    def _elsewhere(self, name: str) -> str | None:
        found = ((command, _option_of(self.commands.commands.get(command), name)) for command in ELSEWHERE)
        return next((f"fastw2v {command} {spelled}" for command, spelled in found if spelled), None)


def _option_of(command: click.Command | None, name: str) -> str | None:
    """A parameter's first long name, or its short one; None where there is no such option."""
    for parameter in command.params if command else ():
        if isinstance(parameter, click.Option) and (parameter.name or "") == name:
            return next((spelled for spelled in parameter.opts if spelled.startswith("--")), parameter.opts[0])
    return None
