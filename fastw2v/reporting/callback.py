"""A callback that receives the progress of training."""

from collections.abc import Callable

from fastw2v.reporting.listener import Listener
from fastw2v.training.progress import Progress


class CallbackFailed(Exception):
    """Carries an exception of the callback through the run, which would take an OSError or MemoryError for its own.

    failure : the exception
    """

    def __init__(self, failure: Exception) -> None:
        super().__init__(failure)
        self.failure = failure


class Callback(Listener):
    """Calls a function with the progress of training. An exception from it stops the run, as CallbackFailed."""

    def __init__(self, function: Callable[[Progress], object]) -> None:
        self.function = function

    def training(self, progress: Progress) -> None:
        try:
            self.function(progress)
        except Exception as error:
            raise CallbackFailed(error) from error
