"""How a run of several ranks ends: one line, from one of them, and the exit code that its launcher then gives.

What is wrong is often wrong for all ranks, and each finds it by itself, before MPI starts or when nothing can be exchanged any
longer. So no messages are needed here: the ranks of a machine claim a name, which one of them gets, and those of other machines
are ended before their turn comes.
"""

import errno
import os
import socket
import stat
import sys
import time
from contextlib import suppress
from functools import cache

from fastw2v._system.display import readable

# What fails for all ranks alike is told by rank 0: the others wait so many seconds to be ended by it before they speak.
AFTER_RANK_0, AFTER_THE_ONE_BEFORE, MOST_AFTER = 1.0, 0.1, 5.0
PASSED_ON_WITHIN = 5.0  # seconds: a line, from here to the launcher
LOOK_EVERY = 0.002  # seconds, whether it has been


def wait_for_the_ones_before(rank: int) -> None:
    """Let lower ranks speak first."""
    if rank > 0:
        time.sleep(AFTER_RANK_0 + min(MOST_AFTER, AFTER_THE_ONE_BEFORE * rank))


def has_spoken() -> bool:
    """Whether this rank, in whichever of its processes, has been allowed to speak."""
    return bool(share_voice()[0].getsockname())


def may_speak() -> bool:
    """Whether this process is the first to ask, of all that the ranks of this machine consist of."""
    claim, name = share_voice()
    if sys.platform != "linux":  # names that are no files are Linux's own
        return True
    if has_spoken():
        return False
    try:
        claim.bind(name)
    except OSError as error:
        return error.errno not in (errno.EADDRINUSE, errno.EINVAL)  # the latter: another process of this rank was quicker
    return True


@cache
def share_voice() -> tuple[socket.socket, str]:
    """What a name is claimed with, and the name, one for all that the launcher started on this machine.

    Called by the process that the launcher started before it makes others, this is shared by all of them: the name is taken
    for as long as one of them lives.
    """
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), f"\0fastw2v-{os.getuid()}-{os.getppid()}"


def tell(line: str, rank: int) -> None:
    """Say what ends the run, when it is this rank's turn, and unless another rank of this machine does."""
    wait_for_the_ones_before(rank)
    if may_speak():
        say(line)
    else:
        time.sleep(MOST_AFTER)  # whoever speaks ends this process too


def say(line: str) -> None:
    """One line on standard error, in one piece, which the launcher has read before this returns."""
    with suppress(OSError):
        os.write(2, f"fastw2v: {readable(line)}\n".encode())
        wait_until_read()


def wait_until_read() -> None:
    """Wait until what was written to standard error is read, if it is a pipe: a launcher that ends shows no more of it."""
    import fcntl
    import termios

    until, unread = time.monotonic() + PASSED_ON_WITHIN, bytearray(4)
    with suppress(OSError):
        while stat.S_ISFIFO(os.fstat(2).st_mode) and time.monotonic() < until:
            fcntl.ioctl(2, termios.FIONREAD, unread)
            if not any(unread):
                return
            time.sleep(LOOK_EVERY)


def tell_launcher(code: int) -> None:
    """Let an MPICH launcher, and those made of it, end all ranks and give this exit code.

    By itself it kills the others when one ends, and gives 9 for those. Other launchers give the code of the process that was
    the first to end with one.
    """
    with suppress(OSError, KeyError, ValueError):
        os.write(int(os.environ["PMI_FD"]), b"cmd=abort exitcode=%d\n" % code)
