"""A user's function that hears of a run."""

from collections.abc import Callable

from fastw2v.reporting.listener import Listener
from fastw2v.training.progress import Progress


class CallbackFailed(Exception):
    """Carries what the function raised through a run, which would take an OSError or MemoryError for its own.

    failure : what it raised
    """

    def __init__(self, failure: Exception) -> None:
        super().__init__(failure)
        self.failure = failure


class Callback(Listener):
    """Calls a function with the progress of training. What it raises stops the run, by CallbackFailed."""

    def __init__(self, function: Callable[[Progress], object]) -> None:
        self.function = function

    def training(self, progress: Progress) -> None:
        try:
            self.function(progress)
        except Exception as error:
            raise CallbackFailed(error) from error
