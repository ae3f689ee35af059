"""A gate that threads pass between two stretches of work, that can be closed for a while, and for whom has done so much."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Threads come in and leave once; in between they pass, and wait where the gate is closed."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.entered = 0
        self.inside = 0
        self.waiting = 0
        self.thread_seconds, self.counted_at = 0.0, time.perf_counter()  # waited so far, and until when that is counted
        self.closed = self.for_good = False
        self.allowed = float("inf")

    def enter(self) -> None:
        """A thread is about to begin its work; called by who starts it."""
        with self.changed:
            self.entered += 1
            self.inside += 1

    def leave(self) -> None:
        """A thread has ended its work."""
        with self.changed:
            self.inside -= 1
            self.changed.notify_all()

    def wait_until_left(self, seconds: float | None = None) -> bool:
        """Wait until all threads have left, so many seconds at most; whether they have.

        Not Thread.join: interrupted by a signal, Python 3.11's takes a thread that still runs for one that ended.
        """
        with self.changed:
            return self.changed.wait_for(lambda: self.inside == 0, seconds)

    def pass_through(self, done: int) -> None:
        """Go on, or wait until the gate opens again and more is allowed than was done."""
        if not self.closed and done < self.allowed:  # looked at without the lock: who misses it now waits at the next stretch
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
        """That a thread has waited here so far, on average."""
        with self.changed:
            self._count_waiting(0)
            return self.thread_seconds / max(1, self.entered)

    def open(self) -> None:
        """Let all pass who may."""
        with self.changed:
            self.closed = False
            self.changed.notify_all()

    def open_for_good(self) -> None:
        """Let all pass from now on, however much is done."""
        with self.changed:
            self.closed, self.for_good, self.allowed = False, True, float("inf")
            self.changed.notify_all()

    def allow(self, most: float) -> None:
        """Let nobody pass once so much is done, until more is allowed; at first there is no such end."""
        with self.changed:
            self.allowed = float("inf") if self.for_good else most
            self.changed.notify_all()

    @contextmanager
    def all_waiting(self) -> Iterator[None]:
        """Close the gate, wait for all threads that are inside to stand at it, and open it again at the end."""
        try:
            with self.changed:
                self.closed = True
            with self.changed:
                self.changed.wait_for(lambda: self.waiting == self.inside)
            yield
        finally:
            self.open()
