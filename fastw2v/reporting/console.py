"""The console of this package: text is printed as it is, without markup or emoji codes."""

import os
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from fastw2v._system.display import shown_on


class PlainConsole(Console):
    """A console of rich that treats every str as untrusted text, also in the cells of a table."""

    def __init__(self, file: IO[str] | None = None, **options: Any) -> None:
        super().__init__(file=file, markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Convert a str for display; control characters are escaped."""
        return super().render_str(shown_on(self.file, text), **options)


def width_of(stream: IO[str], otherwise: int) -> int:
    """The current columns of a terminal, whatever the environment says; `otherwise` if `stream` is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise
    except (OSError, ValueError, AttributeError):
        return otherwise
