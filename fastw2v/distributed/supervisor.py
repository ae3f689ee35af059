"""A rank's process, and those that wait for its end and tell of it.

Launchers end all processes when one dies, and do so too quickly for another rank to say which it was. So each rank's work is
done in a child of the process that the launcher started, which speaks before the launcher hears of it. It ends a child that
stands still, as no thread of the child can once one is stuck in MPI with Python's lock. Should it be killed itself, a third
process says so, which does nothing else.
"""

import ctypes
import mmap
import os
import select
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from fastw2v._system.launcher import rank_of
from fastw2v.distributed.ending import MOST_AFTER, has_spoken, may_speak, say, share_voice, tell, tell_launcher

LAUNCHERS = ("mpiexec", "mpiexec.hydra", "mpirun", "prterun", "orterun", "srun")  # the names of their processes
LOOK_EVERY = 1.0  # seconds, whether the launcher is still there, and whether the child shows life
STILL = 25  # looks without a sign of life, more than other ranks need to give one up
ENDS_WITHIN = 5.0  # seconds: a launcher that was told to, and all that it started
DIE_WITH_PARENT, SET_NAME = 1, 15  # of Linux: PR_SET_PDEATHSIG, PR_SET_NAME
WITNESS = b"fastw2v-witness"  # the name of the third process
TO_BE_PASSED_ON = signal.SIGTERM, signal.SIGHUP, signal.SIGINT
FAREWELL, FAREWELL_OF_A_FAILURE = b"0", b"1"

LIFE, CODE, UNREACHABLE = range(3)
# Shared with the child: what it changes to show life, and 0 while it need not; the exit code that it wants; whether there are
# ranks that a launcher may wait for in vain.
_shared = mmap.mmap(-1, 3)
_tie: socket.socket | None = None  # the child's to the process that waits for it; the system closes it with either of them


def work_in_a_child() -> None:
    """Where a launcher started several ranks, return in a child of this process, which waits for it and ends as it does.

    Only the child uses MPI. It has a process group of its own: Ctrl-C reaches it once, passed on.
    """
    global _tie
    found = rank_of()
    if found is None:
        return
    rank, ranks = found
    started_by, launched_by = os.getpid(), os.getppid()
    share_voice()

    def who(process: int) -> str:
        return f"rank {rank} of {ranks}, process {process} on {socket.gethostname()},"

    # No other signal ends a process that only waits.
    farewell = _watched_by_a_witness(f"{who(started_by)} was ended by SIGKILL; the run ends")
    passed_on = []
    here, _tie = socket.socketpair()
    child = os.fork()
    if child == 0:
        os.close(farewell)
        here.close()
        os.setpgid(0, 0)
        _die_with_parent(_tie)
        if os.getppid() != started_by:
            os._exit(1)
        return
    _tie.close()

    def pass_on(number: int, frame: FrameType | None) -> None:
        passed_on.append(number)
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in TO_BE_PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, pass_on)
    status = _status_of(child, here, launched_by)
    code, line = 1, ""
    if status is None:
        line = f"{who(child)} has stood still for {STILL * LOOK_EVERY:.0f} s: it hangs, or its network is gone; the run ends"
    elif os.getppid() == launched_by:
        code = os.waitstatus_to_exitcode(status)
        if code < 0 and -code not in passed_on:
            line = f"{who(child)} was ended by {signal.Signals(-code).name}; the run ends"
        code = _shared[CODE] or (code if code >= 0 else 128 - code)
    _end(code, line, farewell, launcher_may_wait=status is None or _shared[UNREACHABLE] > 0)


def _end(code: int, line: str, farewell: int, *, launcher_may_wait: bool) -> NoReturn:
    """End this process, and with a code other than 0 all ranks, and say why unless that has been said."""
    if line and not has_spoken():
        tell(line, rank=0)
    if code:
        may_speak()  # what the launcher does to others now is nothing to speak of
        tell_launcher(code)
    if launcher_may_wait:
        _kill_launcher_that_stays()
    with suppress(OSError):
        os.write(farewell, FAREWELL_OF_A_FAILURE if code else FAREWELL)
    os._exit(code)


def _watched_by_a_witness(line: str) -> int:
    """Let another process say a line when this one has ended without a farewell, which is written to what is returned."""
    reading, writing = os.pipe()
    if os.fork():
        os.close(reading)
        return writing
    os.close(writing)
    os.setpgid(0, 0)
    _prctl(SET_NAME, WITNESS)
    for number in TO_BE_PASSED_ON:
        signal.signal(number, signal.SIG_IGN)
    heard = os.read(reading, 1)
    if not heard and may_speak():
        say(line)
        tell_launcher(128 + signal.SIGKILL)
    if heard != FAREWELL:  # the others, which are being killed now, have witnesses too: this rank has spoken for all
        kept = share_voice()[0].fileno()
        os.closerange(0, kept)
        os.closerange(kept + 1, 4096)
        time.sleep(MOST_AFTER)
    os._exit(0)


def _die_with_parent(tie: socket.socket) -> None:
    """End when the process does that waits for this one, however it ends."""
    if not _prctl(DIE_WITH_PARENT, signal.SIGKILL):
        threading.Thread(target=_end_with, args=(tie,), daemon=True).start()


def _end_with(tie: socket.socket) -> None:
    tie.recv(1)  # nothing is ever sent
    os._exit(1)


def _prctl(what: int, value: int | bytes) -> bool:
    """Ask something of Linux; whether there was somebody to ask."""
    try:
        ctypes.CDLL(None).prctl(what, value)
    except AttributeError:
        return False
    return True


def ends_with(code: int) -> None:
    """Let this be the exit code, however this process is ended."""
    _shared[CODE] = code


def launcher_may_wait() -> None:
    """Let a launcher be killed that does not end, waiting for ranks that it cannot reach."""
    _shared[UNREACHABLE] = 1


def show_life() -> None:
    """Tell the process that waits for this one that it is not stuck, from now on at least once in `STILL` looks."""
    _shared[LIFE] = _shared[LIFE] % 255 + 1


def show_no_more_life() -> None:
    """This process may be still, as it ends."""
    _shared[LIFE] = 0


def _status_of(child: int, tie: socket.socket, launched_by: int) -> int | None:
    """The child's at its end; None if it stood still, and was killed; it is killed too where the launcher has gone."""
    seen = still = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if os.getppid() != launched_by:
            os.kill(child, signal.SIGKILL)
        still = still + 1 if seen == _shared[LIFE] else 0
        seen = _shared[LIFE]
        if seen and still >= STILL:
            os.kill(child, signal.SIGKILL)
            return None
        if select.select([tie], [], [], LOOK_EVERY)[0]:  # the child is on its way out
            return os.waitpid(child, 0)[1]


def _kill_launcher_that_stays() -> None:
    """End a launcher on this machine that has been told to end and waits for ranks which it cannot reach."""
    launcher = _launcher()
    if launcher is not None:
        time.sleep(ENDS_WITHIN)
        with suppress(OSError):
            os.kill(launcher, signal.SIGKILL)


def _launcher() -> int | None:
    """The process above this one that is called as launchers are."""
    process = os.getppid()
    with suppress(OSError, ValueError, IndexError):
        while process > 1:
            name = Path(f"/proc/{process}/comm").read_text().strip()
            if name in LAUNCHERS:
                return process
            process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return None
