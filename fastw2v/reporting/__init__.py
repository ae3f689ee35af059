"""Reports of a run: a live display on a terminal, plain lines elsewhere, a log of JSON lines."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastw2v.reporting.listener import Listener


def listener_for(*, progress: bool) -> "Listener":
    """A listener that shows progress on standard error, or one that ignores all. rich is imported only for the former."""
    if progress:
        from fastw2v.reporting.terminal import display

        return display()
    from fastw2v.reporting.listener import Listener

    return Listener()


def python_listener(*, progress: bool) -> "Listener":
    """The same for who calls from Python: without progress, what matters becomes a warning."""
    if progress:
        return listener_for(progress=True)
    from fastw2v.reporting.listener import Warnings

    return Warnings()
