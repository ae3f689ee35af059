"""Deliver SIGINT, SIGTERM and SIGHUP as exceptions, even where Python swallows them (import callbacks, finalizers).

Of signals sent at random during `import numba`, 0.7 % were lost: in callbacks of importlib, and in C code that takes any
exception for its own. A signal during an import is therefore delayed until the import is done, and one that was raised in a
finalizer is raised again.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any, NoReturn

from fastw2v.errors import HungUp, Terminated, stopped

RAISED: dict[int, type[KeyboardInterrupt]] = {
    signal.SIGINT: KeyboardInterrupt,
    signal.SIGTERM: Terminated,
    signal.SIGHUP: HungUp,
}
REPEAT_SECONDS = 1.0  # within which a repeated signal counts as one
RETRY_SECONDS = 0.02  # from one attempt to deliver a pending signal to the next
IMPORT_FRAMES = "<frozen importlib"

_repeated = False  # whether signals may arrive twice
_arrived: dict[int, float] = {}  # when each signal arrived last
_pending = 0  # the number of a signal that has not been raised yet, or 0
_holding = False  # whether signals are held
_dropped_before = sys.unraisablehook


def stop_at_once(number: int, frame: object) -> NoReturn:
    """End the process without cleaning up."""
    os.write(2, f"fastw2v: {stopped()}\n".encode())
    os._exit(128 + number)


def listen() -> None:
    """Raise signals as exceptions from now on, except those that are ignored (nohup, background jobs of a shell)."""
    global _dropped_before
    for number in RAISED:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _handle)
    signal.signal(signal.SIGALRM, _retry_pending)
    if sys.unraisablehook is not _dropped:
        _dropped_before, sys.unraisablehook = sys.unraisablehook, _dropped


def expect_repeated_signals() -> None:
    """Count a signal that arrives twice within a second as one.

    For a process whose parent forwards signals to it: Slurm sends a signal to every process of a job, so it arrives twice.
    """
    global _repeated
    _repeated = True


def ignore_signals() -> None:
    """Ignore all signals from now on."""
    for number in (*RAISED, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold signals that arrive inside the block, and deliver the first after it. Does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    global _holding
    held: list[int] = []
    before: dict[int, Any] = {}
    outer, _holding = _holding, True
    try:
        for number in RAISED:
            handler = signal.getsignal(number)
            if handler is not None and handler != signal.SIG_IGN:  # None: set outside Python, which cannot restore it
                before[number] = handler
                signal.signal(number, lambda number, frame: held.append(number))
        yield
    finally:
        _holding = outer
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in held[:1]:
            signal.raise_signal(number)


def held_while_importing() -> AbstractContextManager[None]:
    """Hold signals while the block imports: Numba cannot be imported again after a half-done import.

    After `listen` nothing is held here, because its handler delays signals during imports.
    """
    return nullcontext() if signal.getsignal(signal.SIGINT) is _handle else signals_held()


@contextmanager
def raising_dropped_interrupts() -> Iterator[None]:
    """Raise a KeyboardInterrupt that was dropped inside the block after it; callbacks from LLVM to Python drop exceptions.

    After `listen` this does nothing, because its hook raises such a signal again, and sooner.
    """
    before = sys.unraisablehook
    if before is _dropped:
        yield
        return
    dropped: list[KeyboardInterrupt] = []

    def keep(what: Any) -> None:
        if isinstance(what.exc_value, KeyboardInterrupt):
            dropped.append(what.exc_value)
        else:
            before(what)

    sys.unraisablehook = keep
    try:
        yield
    finally:
        sys.unraisablehook = before
    if dropped:
        raise dropped[0]


def _handle(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    if _repeated and now - _arrived.get(number, -REPEAT_SECONDS) < REPEAT_SECONDS:
        return
    _arrived[number] = now
    _deliver(number, frame)


def _deliver(number: int, frame: FrameType | None) -> None:
    """Raise a signal, or leave it pending while something is imported."""
    if not _imports(frame):
        _set_pending(0)
        raise RAISED[number]
    if _pending:  # a second signal: do not wait for the import
        stop_at_once(number, frame)
    _set_pending(number)


def _set_pending(number: int) -> None:
    """Deliver a signal a little later; 0 for none."""
    global _pending
    _pending = number
    signal.setitimer(signal.ITIMER_REAL, *(RETRY_SECONDS, RETRY_SECONDS) if number else (0, 0))


def _retry_pending(number: int, frame: FrameType | None) -> None:
    if _pending and not _holding and not _imports(frame):
        _deliver(_pending, frame)


def _imports(frame: FrameType | None) -> bool:
    """Whether an import is in progress."""
    while frame:
        if frame.f_code.co_filename.startswith(IMPORT_FRAMES):
            return True
        frame = frame.f_back
    return False


def _dropped(what: Any) -> None:
    """sys.unraisablehook: raise again a signal whose exception was dropped."""
    for number, raised in RAISED.items():
        if what.exc_type is raised:
            _set_pending(number)
            return
    _dropped_before(what)
