"""A supervisor for each rank: it runs the rank in a child process, and reports how that ended.

Launchers end all processes when one dies, too quickly for another rank to report which one it was. So the process that the
launcher started forks a child which does the rank's work, and reports the child's end before the launcher learns of it. It also
kills a child that hangs: no thread of the child can, once one is stuck in MPI with Python's lock. A third process, the witness,
does nothing but report that the supervisor itself was killed.
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

from fastw2v._system.processes import rank_of
from fastw2v._system.signals import expect_repeated_signals
from fastw2v.distributed.failure_report import (
    MOST_AFTER,
    claim_report,
    claim_socket,
    has_claimed,
    report_failure,
    send_exit_code,
    write_line,
)

LAUNCHERS = ("mpiexec", "mpiexec.hydra", "mpirun", "prterun", "orterun", "srun")  # the names of their processes
POLL_EVERY = 1.0  # seconds, for whether the launcher and the child are alive
TIMEOUT_POLLS = 25  # polls in which the child shows no life; other ranks give it up sooner
LAUNCHER_TIMEOUT = 5.0  # seconds, in which a launcher that was told to end does so
DIE_WITH_PARENT, SET_NAME = 1, 15  # of Linux: PR_SET_PDEATHSIG, PR_SET_NAME
WITNESS = b"fastw2v-witness"  # the name of the third process
FORWARDED = signal.SIGTERM, signal.SIGHUP, signal.SIGINT
FAREWELL, FAREWELL_OF_A_FAILURE = b"0", b"1"

LIFE, CODE, UNREACHABLE = range(3)
# Shared with the child: a counter that it advances to show life, 0 while it need not; the exit code to return; whether the
# launcher may wait in vain for ranks that it cannot reach.
_shared = mmap.mmap(-1, 3)
_parent_socket: socket.socket | None = None  # from the child to its supervisor; the system closes it when either ends


def supervise() -> None:
    """Under a launcher of several ranks, fork: return in the child, and let this process supervise it and end as it does.

    Only the child uses MPI. It has a process group of its own, so that Ctrl-C reaches it once, forwarded.
    """
    global _parent_socket
    found = rank_of()
    if found is None:
        return
    rank, ranks = found
    started_by, launched_by = os.getpid(), os.getppid()
    claim_socket()

    def who(process: int) -> str:
        return f"rank {rank} of {ranks}, process {process} on {socket.gethostname()},"

    # No other signal ends a process that only waits.
    farewell = _start_witness(f"{who(started_by)} was ended by SIGKILL; the run ends")
    forwarded = []
    here, _parent_socket = socket.socketpair()
    child = os.fork()
    if child == 0:
        os.close(farewell)
        here.close()
        os.setpgid(0, 0)
        _die_with_parent(_parent_socket)
        if os.getppid() != started_by:
            os._exit(1)
        expect_repeated_signals()
        return
    _parent_socket.close()

    def forward(number: int, frame: FrameType | None) -> None:
        forwarded.append(number)
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in FORWARDED:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, forward)
    status = _status_of(child, here, launched_by)
    code, line = 1, ""
    if status is None:
        silence = f"has shown no life for {TIMEOUT_POLLS * POLL_EVERY:.0f} s"
        line = f"{who(child)} {silence}: it hangs, or its network is gone; the run ends"
    elif os.getppid() == launched_by:
        code = os.waitstatus_to_exitcode(status)
        if code < 0 and -code not in forwarded:
            line = f"{who(child)} was ended by {signal.Signals(-code).name}; the run ends"
        code = _shared[CODE] or (code if code >= 0 else 128 - code)
    _end(code, line, farewell, launcher_may_wait=status is None or _shared[UNREACHABLE] > 0)


def _end(code: int, line: str, farewell: int, *, launcher_may_wait: bool) -> NoReturn:
    """End this process, and with an exit code other than 0 all ranks; report why unless a rank has done so."""
    if line and not has_claimed():
        report_failure(line, rank=0)
    if code:
        claim_report()  # so that no rank reports what the launcher does to it now
        send_exit_code(code)
    if launcher_may_wait:
        _kill_launcher_that_stays()
    with suppress(OSError):
        os.write(farewell, FAREWELL_OF_A_FAILURE if code else FAREWELL)
    os._exit(code)


def _start_witness(line: str) -> int:
    """Start a process that prints a line when this one ends without a farewell; returns the descriptor to write that to."""
    reading, writing = os.pipe()
    if os.fork():
        os.close(reading)
        return writing
    os.close(writing)
    os.setpgid(0, 0)
    _prctl(SET_NAME, WITNESS)
    for number in FORWARDED:
        signal.signal(number, signal.SIG_IGN)
    heard = os.read(reading, 1)
    if not heard and claim_report():
        write_line(line)
        send_exit_code(128 + signal.SIGKILL)
    if heard != FAREWELL:  # other ranks, being killed now, have witnesses too: keep the claim until they have gone
        kept = claim_socket()[0].fileno()
        os.closerange(0, kept)
        os.closerange(kept + 1, 4096)
        time.sleep(MOST_AFTER)
    os._exit(0)


def _die_with_parent(connection: socket.socket) -> None:
    """End when the supervisor does, however it ends."""
    if not _prctl(DIE_WITH_PARENT, signal.SIGKILL):
        threading.Thread(target=_exit_when_closed, args=(connection,), daemon=True).start()


def _exit_when_closed(connection: socket.socket) -> None:
    connection.recv(1)  # nothing is ever sent
    os._exit(1)


def _prctl(what: int, value: int | bytes) -> bool:
    """Call prctl; returns False where the system has none."""
    try:
        ctypes.CDLL(None).prctl(what, value)
    except AttributeError:
        return False
    return True


def set_exit_code(code: int) -> None:
    """Set the exit code of the rank, however this process ends."""
    _shared[CODE] = code


def kill_launcher_afterwards() -> None:
    """Have the supervisor kill a launcher that does not end because it waits for ranks that it cannot reach."""
    _shared[UNREACHABLE] = 1


def show_life() -> None:
    """Tell the supervisor that this process is not stuck; from now on call this at least once in `TIMEOUT_POLLS` polls."""
    _shared[LIFE] = _shared[LIFE] % 255 + 1


def stop_showing_life() -> None:
    """Let the supervisor expect no more signs of life."""
    _shared[LIFE] = 0


def _status_of(child: int, connection: socket.socket, launched_by: int) -> int | None:
    """The child's wait status; None if it hung and was killed. It is killed too where the launcher has gone."""
    seen = hung = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if os.getppid() != launched_by:
            os.kill(child, signal.SIGKILL)
        hung = hung + 1 if seen == _shared[LIFE] else 0
        seen = _shared[LIFE]
        if seen and hung >= TIMEOUT_POLLS:
            os.kill(child, signal.SIGKILL)
            return None
        if select.select([connection], [], [], POLL_EVERY)[0]:  # the child is ending
            return os.waitpid(child, 0)[1]


def _kill_launcher_that_stays() -> None:
    """Kill a launcher on this machine that was told to end and waits for ranks which it cannot reach."""
    launcher = _launcher()
    if launcher is not None:
        time.sleep(LAUNCHER_TIMEOUT)
        with suppress(OSError):
            os.kill(launcher, signal.SIGKILL)


def _launcher() -> int | None:
    """The ancestor of this process that has the name of a launcher."""
    process = os.getppid()
    with suppress(OSError, ValueError, IndexError):
        while process > 1:
            name = Path(f"/proc/{process}/comm").read_text().strip()
            if name in LAUNCHERS:
                return process
            process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return None
