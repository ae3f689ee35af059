"""What a run tells of itself: to a person on a terminal, to a log of a terminal's output, to a file of JSON lines."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastw2v.reporting.listener import Listener


def listener_for(*, progress: bool) -> "Listener":
    """One that shows progress on standard error, or one that says nothing. A display is imported only where it is wanted."""
    if progress:
        from fastw2v.reporting.terminal import display

        return display()
    from fastw2v.reporting.listener import Listener

    return Listener()
