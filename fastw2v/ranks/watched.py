"""A rank's process, and the one that waits for its end and tells of it.

Launchers end all processes when one dies, and do so too quickly for another rank to say which it was. So each rank's work is
done in a child of the process that the launcher started, which speaks before the launcher hears of it. It ends a child that
stands still, as no thread of the child can once one is stuck in MPI with Python's lock.
"""

import ctypes
import mmap
import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from fastw2v.ranks.launcher import rank_of
from fastw2v.readable import readable

LAUNCHERS = ("mpiexec", "mpiexec.hydra", "mpirun", "prterun", "orterun", "srun")  # the names of their processes
LOOK_EVERY = 1.0  # seconds, whether the launcher is still there, and whether the child shows life
STILL = 25  # looks without a sign of life, more than other ranks need to give one up
PASSED_ON_WITHIN = 1.0  # seconds: a line, from here through the launcher to the terminal
DIE_WITH_PARENT = 1  # of Linux: PR_SET_PDEATHSIG
TO_BE_PASSED_ON = signal.SIGTERM, signal.SIGHUP, signal.SIGINT

_life = mmap.mmap(-1, 1)  # shared with the child, which changes it; 0 while it need not


def work_in_a_child() -> None:
    """Where a launcher started several ranks, return in a child of this process, which waits for it and ends as it does.

    Only the child uses MPI. It has a process group of its own: Ctrl-C reaches it once, passed on.
    """
    found = rank_of()
    if found is None:
        return
    rank, ranks = found
    started_by, launched_by = os.getpid(), os.getppid()
    passed_on = []
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != started_by:
            os._exit(1)
        return

    def pass_on(number: int, frame: FrameType | None) -> None:
        passed_on.append(number)
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in TO_BE_PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, pass_on)
    who = f"rank {rank} of {ranks}, process {child} on {socket.gethostname()},"
    status = _status_of(child, launched_by)
    if status is None:
        say(f"{who} has stood still for {STILL * LOOK_EVERY:.0f} s: it hangs, or its network is gone; the run ends")
        os._exit(1)
    code = os.waitstatus_to_exitcode(status)
    if code < 0 and -code not in passed_on:
        say(f"{who} was ended by {signal.Signals(-code).name}; the run ends")
    os._exit(code if code >= 0 else 128 - code)


def show_life() -> None:
    """Tell the process that waits for this one that it is not stuck, from now on at least once in `STILL` looks."""
    _life[0] = _life[0] % 255 + 1


def show_no_more_life() -> None:
    """This process may be still, as it ends."""
    _life[0] = 0


def _status_of(child: int, launched_by: int) -> int | None:
    """The child's at its end; None if it stood still, and was killed.

    This process ends it and itself where the launcher has gone and left them.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    seen = still = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if os.getppid() != launched_by:
            os.kill(child, signal.SIGKILL)
            os._exit(1)
        still = still + 1 if seen == _life[0] else 0
        seen = _life[0]
        if seen and still >= STILL:
            os.kill(child, signal.SIGKILL)
            return None
        signal.sigtimedwait({signal.SIGCHLD}, LOOK_EVERY)


def kill_launcher() -> None:
    """End a launcher on this machine, and with it all ranks but those that it cannot reach, which end by themselves.

    MPICH's, asked to end the job by a signal that it heeds, waits for such ranks, and then exits with 0.
    """
    launcher = _launcher()
    if launcher is None:
        return
    time.sleep(PASSED_ON_WITHIN)
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


def say(line: str) -> None:
    """One line on standard error, in one piece."""
    with suppress(OSError):
        os.write(2, f"fastw2v: {readable(line)}\n".encode())
