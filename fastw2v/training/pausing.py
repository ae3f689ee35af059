"""A gate that threads pass between two chunks of work; it can be closed for a while, or to threads that have done enough."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Each thread enters once and leaves once; in between it passes the gate, and waits where that is closed."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.entered = 0
        self.inside = 0
        self.waiting = 0
        self.thread_seconds, self.counted_at = 0.0, time.perf_counter()  # waited so far, as of that time
        self.closed = self.for_good = False
        self.allowed = float("inf")

    def enter(self) -> None:
        """Count a thread that is about to be started."""
        with self.changed:
            self.entered += 1
            self.inside += 1

    def leave(self) -> None:
        """Count a thread that has ended its work."""
        with self.changed:
            self.inside -= 1
            self.changed.notify_all()

    def wait_until_left(self, seconds: float | None = None) -> bool:
        """Wait until all threads have left, `seconds` at most; returns whether they have.

        Thread.join will not do: interrupted by a signal, that of Python 3.11 takes a running thread for one that ended.
        """
        with self.changed:
            return self.changed.wait_for(lambda: self.inside == 0, seconds)

    def wait_if_closed(self, done: int) -> None:
        """Wait while the gate is closed, or no more is allowed than was done."""
        if not self.closed and done < self.allowed:  # without the lock: a thread that misses a change waits at its next chunk
            return
        with self.changed:
            self._count_waiting(1)
            self.changed.notify_all()
            self.changed.wait_for(lambda: not self.closed and done < self.allowed)
            self._count_waiting(-1)

    def _count_waiting(self, more: int) -> None:
        now = time.perf_counter()
        self.thread_seconds += self.waiting * (now - self.counted_at)
        self.counted_at = now
        self.waiting += more

    @property
    def seconds_waited(self) -> float:
        """Seconds that a thread has waited here so far, on average."""
        with self.changed:
            self._count_waiting(0)
            return self.thread_seconds / max(1, self.entered)

    def open(self) -> None:
        """Open the gate."""
        with self.changed:
            self.closed = False
            self.changed.notify_all()

    def open_for_good(self) -> None:
        """Open the gate for the rest of the run, however much is done."""
        with self.changed:
            self.closed, self.for_good, self.allowed = False, True, float("inf")
            self.changed.notify_all()

    def allow(self, most: float) -> None:
        """Let no thread pass once `most` is done, until more is allowed; at first all is."""
        with self.changed:
            self.allowed = float("inf") if self.for_good else most
            self.changed.notify_all()

    @contextmanager
    def all_waiting(self) -> Iterator[None]:
        """Close the gate, wait until all threads inside wait at it, and open it again at the end."""
        try:
            with self.changed:
                self.closed = True
            with self.changed:
                self.changed.wait_for(lambda: self.waiting == self.inside)
            yield
        finally:
            self.open()
