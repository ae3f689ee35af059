"""What word2vec shows while it works, in the form that the original gives it and that scripts read."""

import sys

from fastw2v._system.display import say
from fastw2v._system.resources import usable_cores
from fastw2v.original.program import show
from fastw2v.reporting.listener import Counts, Listener
from fastw2v.training.progress import Progress


class Shown(Listener):
    """Lines on standard output; notes go to standard error.

    debug : 1 shows the vocabulary's size, 2 progress too, 0 nothing
    """

    def __init__(self, debug: int, threads: int) -> None:
        self.debug = debug
        self.busy_threads = min(threads, usable_cores())  # the original counts seconds of processor time
        self.in_line = False

    def note(self, text: str) -> None:
        """Something that the original does not say."""
        if self.debug > 0:
            say(f"word2vec: {text}")

    def counted(self, counts: Counts) -> None:
        """The vocabulary's size, as the original's two lines."""
        if self.debug > 0:
            show(f"Vocab size: {counts.kept}\nWords in train file: {counts.kept_words}\n")

    def training(self, progress: Progress) -> None:
        """The line that changes in place."""
        if self.debug > 1 and progress.words:
            speed = progress.words / max(progress.seconds, 1e-9) / self.busy_threads / 1000
            share = f"Progress: {progress.share * 100:.2f}%  Words/thread/sec: {speed:.2f}k  "
            show(f"\rAlpha: {progress.alpha:.6f}  {share}")
            self.in_line = True

    def close(self) -> None:
        """Leave the line; the original does not, but a script that reads its output sees none of this."""
        if self.in_line and sys.stdout.isatty():
            show("\n")
