"""From a process's first meeting with the other ranks to its last: how all end well, or end together when one fails."""

import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from fastw2v._system.launcher import rank_of
from fastw2v._system.resources import available_memory
from fastw2v.distributed.communicator import Alone, Verbs
from fastw2v.distributed.corpus import refuse_what_one_rank_reads
from fastw2v.distributed.ending import tell
from fastw2v.distributed.heartbeat import Watch
from fastw2v.distributed.supervisor import ends_with, launcher_may_wait
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.settings import Settings

SEED_STEP = 1_000_003  # from rank to rank


@contextmanager
def together(corpus: Any = ()) -> Iterator[Verbs]:
    """The ranks that a launcher started, or this process alone; for all ranks the run ends here.

    An error of one rank ends all processes, with its line and its exit code, and does not leave this.

    corpus : the text, where it is known: UsageError, before MPI starts, if only one rank can read it
    """
    if rank_of() is None:
        yield Alone()
        return
    refuse_what_one_rank_reads(corpus)
    from fastw2v.distributed.mpi import Ranks

    ranks = Ranks()

    def give_up(rank: int, silence: float) -> None:
        tell(f"{ranks.name(rank)} has not been heard of for {silence:.0f} s: it hangs, or its network is gone; the run ends", 0)
        if ranks.rank == 0:
            launcher_may_wait()
        _end_all(ranks, 1)

    watch = Watch(ranks, give_up)
    try:
        yield ranks
        ranks.sum(np.zeros(1))  # rank 0 may be writing still; who left MPI now would wait with a busy core
        watch.close()
        ranks.sum(np.zeros(1))
        ranks.beats()  # those that came last: a message that nobody took is warned of
    except BaseException as error:
        if ranks.rank > 0:
            _end_silently_when_told()
        line, code = _line_and_code(error)
        tell(f"rank {ranks.rank}: {line}" if ranks.rank else line, ranks.rank)
        _end_all(ranks, code)


def _end_all(ranks: Any, code: int) -> None:
    ends_with(code)
    ranks.end_all(code)


def settings_here(settings: Settings, ranks: Verbs) -> Settings:
    """The settings with what is by default a part of the machine's: threads, and memory for ids and counting."""
    if ranks.size == 1:
        return settings
    memory = settings.memory or available_memory() // 2 // ranks.beside
    return replace(settings, threads=settings.threads or ranks.cores, memory=memory)


def settings_to_train(settings: Settings, ranks: Verbs) -> Settings:
    """The same with random streams of the rank's own."""
    return replace(settings, seed=(settings.seed + SEED_STEP * ranks.rank) % 2**63) if ranks.size > 1 else settings


def _end_silently_when_told() -> None:
    """Some launchers ask the others to end when one has failed: what they have to say has been said."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)


def _line_and_code(error: BaseException) -> tuple[str, int]:
    """What is said of the error that ends the run, and the exit code."""
    if isinstance(error, Interrupted):
        return _in_one_line(error), int(getattr(error.__cause__, "exit_code", error.exit_code))
    if isinstance(error, Fastw2vError):
        return _in_one_line(error), error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "stopped; no vectors were written", int(getattr(error, "exit_code", Interrupted.exit_code))
    if isinstance(error, MemoryError):
        return "memory ran out", 1
    return "".join(traceback.format_exception(error)).rstrip(), 1  # a fault of this package, or of who calls it


def _in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
