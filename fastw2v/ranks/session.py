"""From a process's first meeting with the other ranks to its last: how all end well, or end together when one fails."""

import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.machine import available_memory
from fastw2v.ranks.launcher import rank_of
from fastw2v.ranks.verbs import Alone, Verbs
from fastw2v.ranks.watch import SILENCE, Watch
from fastw2v.ranks.watched import kill_launcher, say
from fastw2v.settings import Settings

# What fails for all ranks alike is told by rank 0: the others wait so many seconds to be ended by it before they speak.
AFTER_RANK_0, AFTER_THE_ONE_BEFORE, MOST_AFTER = 1.0, 0.1, 5.0


SEED_STEP = 1_000_003  # from rank to rank


@contextmanager
def together() -> Iterator[Verbs]:
    """The ranks that a launcher started, or this process alone; for all ranks the run ends here.

    An error of one rank ends all processes, with its line and its exit code, and does not leave this.
    """
    if rank_of() is None:
        yield Alone()
        return
    from fastw2v.ranks.mpi import Ranks

    ranks = Ranks()

    given_up = threading.Event()

    def give_up(rank: int, silence: float) -> None:
        say(f"{ranks.name(rank)} has not been heard of for {silence:.0f} s: it hangs, or its network is gone; the run ends")
        given_up.set()
        if ranks.rank == 0:
            kill_launcher()
        ranks.end_all(1)

    watch = Watch(ranks, give_up)
    try:
        yield ranks
        ranks.sum(np.zeros(1))  # rank 0 may be writing still; who left MPI now would wait with a busy core
        watch.close()
        ranks.sum(np.zeros(1))
        ranks.beats()  # those that came last: a message that nobody took is warned of
    except BaseException as error:
        if given_up.is_set():  # the thread that gave up has spoken, and ends this process
            time.sleep(SILENCE)
        if ranks.rank > 0:
            _end_silently_when_told()
            time.sleep(AFTER_RANK_0 + min(MOST_AFTER, AFTER_THE_ONE_BEFORE * ranks.rank))
        ranks.end_all(_told(error, ranks))


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


def _told(error: BaseException, ranks: Verbs) -> int:
    """Say what ended the run; the exit code."""
    who = f"rank {ranks.rank}: " if ranks.rank else ""
    if isinstance(error, Fastw2vError):
        say(who + " ".join(str(error).split()))
        return (
            int(getattr(error.__cause__, "exit_code", error.exit_code)) if isinstance(error, Interrupted) else error.exit_code
        )
    if isinstance(error, KeyboardInterrupt):
        say(who + "stopped; no vectors were written")
        return int(getattr(error, "exit_code", Interrupted.exit_code))
    if isinstance(error, MemoryError):
        say(who + "memory ran out")
    else:
        traceback.print_exception(error)
    sys.stderr.flush()
    return 1
