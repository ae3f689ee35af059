"""Ctrl-C, SIGTERM and SIGHUP as exceptions that none of the places loses where Python drops what is raised.

Of signals sent all through the importing of numba 0.7 % were lost: in callbacks of importlib, and in C code that takes any
exception for its own. So one that comes while something is imported waits until that is done; and what an object's cleaning
up has dropped is sent once more.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any, NoReturn

from fastw2v.errors import HungUp, Terminated

RAISED: dict[int, type[KeyboardInterrupt]] = {
    signal.SIGINT: KeyboardInterrupt,
    signal.SIGTERM: Terminated,
    signal.SIGHUP: HungUp,
}
RETRY_SECONDS = 0.02  # seconds until one that waits is looked at again
IMPORT_FRAMES = "<frozen importlib"

_pending = 0  # the signal that is yet to be raised
_holding = False  # whether none may be raised now
_dropped_before = sys.unraisablehook


def stop_at_once(number: int, frame: object) -> NoReturn:
    """End without cleaning up."""
    os.write(2, b"fastw2v: stopped; no vectors were written\n")
    os._exit(128 + number)


def listen() -> None:
    """Raise signals from now on, but for those that are ignored, as nohup has it, and a shell for what is in its background."""
    global _dropped_before
    for number in RAISED:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _handle)
    signal.signal(signal.SIGALRM, _retry_pending)
    if sys.unraisablehook is not _dropped:
        _dropped_before, sys.unraisablehook = sys.unraisablehook, _dropped


def ignore_signals() -> None:
    """Whatever comes from now on changes nothing."""
    for number in (*RAISED, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def signals_held() -> Iterator[None]:
    """Deliver after the block what would stop this process inside it. Only the main thread can, and only it is stopped."""
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
            if handler is not None and handler != signal.SIG_IGN:  # None: not of Python, which could not put it back
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
    """Deliver after the block what comes while it imports: half a module, and Numba cannot be imported again.

    `listen` sees to that by itself.
    """
    return nullcontext() if signal.getsignal(signal.SIGINT) is _handle else signals_held()


@contextmanager
def raising_dropped_interrupts() -> Iterator[None]:
    """Raise after the block a KeyboardInterrupt that was dropped inside it, as it is where LLVM calls Python.

    `listen` sees to that by itself, sooner.
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
    if not _imports(frame):
        _set_pending(0)
        raise RAISED[number]
    if _pending:  # a second one: who sends it does not want to wait for what is imported
        stop_at_once(number, frame)
    _set_pending(number)


def _set_pending(number: int) -> None:
    """Let a signal come a little later, or, with 0, none."""
    global _pending
    _pending = number
    signal.setitimer(signal.ITIMER_REAL, *(RETRY_SECONDS, RETRY_SECONDS) if number else (0, 0))


def _retry_pending(number: int, frame: FrameType | None) -> None:
    if _pending and not _holding and not _imports(frame):
        _handle(_pending, frame)


def _imports(frame: FrameType | None) -> bool:
    """Whether something is being imported."""
    while frame:
        if frame.f_code.co_filename.startswith(IMPORT_FRAMES):
            return True
        frame = frame.f_back
    return False


def _dropped(what: Any) -> None:
    """What Python calls with an exception that nothing can catch."""
    for number, raised in RAISED.items():
        if what.exc_type is raised:
            _set_pending(number)
            return
    _dropped_before(what)
