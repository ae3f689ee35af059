"""Listeners that disturb a run."""

from fastw2v.reporting.listener import Listener
from fastw2v.training.progress import Progress


class StopAt(Listener):
    """Presses Ctrl-C once a part of the work is done."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.stopped = False
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def training(self, progress: Progress) -> None:
        if progress.share >= self.share and not self.stopped:
            self.stopped = True
            raise KeyboardInterrupt
