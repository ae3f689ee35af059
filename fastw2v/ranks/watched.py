"""A rank's process, and the one that waits for its end and tells of it.

Launchers end all processes when one dies, and do so too quickly for another rank to say which it was. So each rank's work is
done in a child of the process that the launcher started, which speaks before the launcher hears of it.
"""

import ctypes
import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from fastw2v.ranks.launcher import rank_of

LAUNCHERS = ("mpiexec", "mpiexec.hydra", "mpirun", "prterun", "orterun", "srun")  # the names of their processes
LOOK_EVERY = 1.0  # seconds, whether the launcher is still there
DIE_WITH_PARENT = 1  # of Linux: PR_SET_PDEATHSIG
TO_BE_PASSED_ON = signal.SIGTERM, signal.SIGHUP, signal.SIGINT


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
    code = os.waitstatus_to_exitcode(_status_of(child, launched_by))
    if code < 0 and -code not in passed_on:
        name = signal.Signals(-code).name
        say(f"rank {rank} of {ranks}, process {child} on {socket.gethostname()}, was ended by {name}; the run ends")
    os._exit(code if code >= 0 else 128 - code)


def _status_of(child: int, launched_by: int) -> int:
    """The child's at its end; this process ends it and itself where the launcher has gone and left them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if os.getppid() != launched_by:
            os.kill(child, signal.SIGKILL)
            os._exit(1)
        signal.sigtimedwait({signal.SIGCHLD}, LOOK_EVERY)


def interrupt_launcher() -> None:
    """Press Ctrl-C twice for a launcher on this machine: asked to end the job, it waits for hosts that cannot be reached."""
    launcher = _launcher()
    if launcher is None:
        return
    for _ in range(2):
        with suppress(OSError):
            os.kill(launcher, signal.SIGINT)
        time.sleep(1)


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
        os.write(2, f"fastw2v: {line}\n".encode())
