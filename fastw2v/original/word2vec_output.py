"""The output of word2vec, in the original's form, which scripts read."""

import sys

from fastw2v._system.display import say
from fastw2v._system.resources import usable_cores
from fastw2v.original.program import write_out
from fastw2v.reporting.listener import Counts, Listener
from fastw2v.training.progress import Progress


class OriginalOutput(Listener):
    """Prints the original's lines on standard output, and messages on standard error.

    debug : 0 prints nothing, 1 the vocabulary size, 2 also progress
    """

    def __init__(self, debug: int, threads: int) -> None:
        self.debug = debug
        self.busy_threads = min(threads, usable_cores())  # the original measures CPU time
        self.in_line = False

    def note(self, text: str) -> None:
        """Print a message that the original does not have."""
        if self.debug > 0:
            say(f"word2vec: {text}")

    def counted(self, counts: Counts) -> None:
        """Print the vocabulary size."""
        if self.debug > 0:
            write_out(f"Vocab size: {counts.kept}\nWords in train file: {counts.kept_words}\n")

    def training(self, progress: Progress) -> None:
        """Update the line of progress."""
        if self.debug > 1 and progress.words:
            speed = progress.words / max(progress.seconds, 1e-9) / self.busy_threads / 1000
            progress_text = f"Progress: {progress.share * 100:.2f}%  Words/thread/sec: {speed:.2f}k  "
            write_out(f"\rAlpha: {progress.alpha:.6f}  {progress_text}")
            self.in_line = True

    def close(self) -> None:
        """End the line, on a terminal only: the original does not, and scripts read its output."""
        if self.in_line and sys.stdout.isatty():
            write_out("\n")
