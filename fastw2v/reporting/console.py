"""The one kind of console that this package prints on: text is shown as it is, and nothing in it is markup or an emoji."""

import os
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from fastw2v._system.display import shown_on


class PlainConsole(Console):
    """A console of rich to which every str, also in the cells of a table, is text of strangers."""

    def __init__(self, file: IO[str] | None = None, **options: Any) -> None:
        super().__init__(file=file, markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """What rich makes of each str that it is to show."""
        return super().render_str(shown_on(self.file, text), **options)


def width_of(stream: IO[str], otherwise: int) -> int:
    """The columns of a terminal now, whatever an environment variable says of when it was opened."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise
    except (OSError, ValueError, AttributeError):
        return otherwise
