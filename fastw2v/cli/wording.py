"""How messages name options on this command line."""

from collections.abc import Sequence
from difflib import get_close_matches

import click

from fastw2v.errors import Wording, command_line, long_option, with_value

# What word2vec.c, gensim and fastText call what train calls otherwise.
OTHER_NAMES = {
    "size": "--dim",
    "vectorsize": "--dim",
    "iter": "--epochs",
    "epoch": "--epochs",
    "workers": "--threads",
    "thread": "--threads",
    "cbow": "--model",
    "sg": "--model",
    "ws": "--window",
    "neg": "--negative",
    "lr": "--alpha",
    "loss": "--hs",
    "mincount": "--min-count",
    "nsexponent": "--noise-exponent",
    "maxfinalvocab": "--max-vocab",
    "pretrainedvectors": "--init",
    "savevocab": "--save-vocab",
    "readvocab": "--read-vocab",
}
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


def unknown_option(error: click.NoSuchOption, arguments: Sequence[str]) -> str:
    """The message for an option that the command does not have, with what it is called here.

    arguments : the command line; of `-size 50` the error itself knows only "-s"
    """
    known = [spelled for each in (error.ctx.command.params if error.ctx else ()) for spelled in each.opts]
    longer = (given.split("=")[0] for given in arguments if given.startswith(error.option_name) and not given.startswith("--"))
    given = next((each for each in longer if len(each) > len(error.option_name)), error.option_name)
    name = given.lstrip("-").lower().replace("_", "-")
    ours = OTHER_NAMES.get(name.replace("-", ""), f"--{name}")
    if ours in known:
        return f"no such option {given}: it is {ours} here"
    close = get_close_matches(f"--{name}", [spelled for spelled in known if spelled.startswith("--")], n=1, cutoff=0.7)
    advice = (
        f"did you mean {close[0]}?"
        if close
        else f"{error.ctx.command_path if error.ctx else 'fastw2v'} --help lists those it has"
    )
    return f"no such option {given}: {advice}"


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
