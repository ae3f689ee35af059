"""How several ranks report a failure: one line, from one of them, and the exit code that the launcher then returns.

Often all ranks meet the same error, each by itself, before MPI starts or when no message can pass any longer. So this
needs no messages: the ranks of a machine compete for a socket name, which only one can bind, and those of other machines are
ended before their turn comes.
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

# Rank 0 reports what fails on all ranks: the others wait these seconds, in which it ends them.
AFTER_RANK_0, AFTER_PREVIOUS_RANK, MOST_AFTER = 1.0, 0.1, 5.0
READ_TIMEOUT = 5.0  # seconds, in which the launcher reads the line
POLL_EVERY = 0.002  # seconds


def wait_for_lower_ranks(rank: int) -> None:
    """Let lower ranks report first."""
    if rank > 0:
        time.sleep(AFTER_RANK_0 + min(MOST_AFTER, AFTER_PREVIOUS_RANK * rank))


def has_claimed() -> bool:
    """Whether this rank, in any of its processes, has claimed the report."""
    return bool(claim_socket()[0].getsockname())


def claim_report() -> bool:
    """Whether this process is the first of all ranks of this machine to claim the report."""
    claim, name = claim_socket()
    if sys.platform != "linux":  # names that are no files are Linux's own
        return True
    if has_claimed():
        return False
    try:
        claim.bind(name)
    except OSError as error:
        return error.errno not in (errno.EADDRINUSE, errno.EINVAL)  # the latter: another process of this rank was quicker
    return True


@cache
def claim_socket() -> tuple[socket.socket, str]:
    """The socket that claims the report, and the name to bind it to: one for all ranks of a launcher on this machine.

    The process that the launcher started calls this before it forks, so that its children share the socket: the name stays
    bound as long as one of them lives.
    """
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), f"\0fastw2v-{os.getuid()}-{os.getppid()}"


def report_failure(line: str, rank: int) -> None:
    """Report what ends the run, when it is this rank's turn, unless another rank of this machine does."""
    wait_for_lower_ranks(rank)
    if claim_report():
        write_line(line)
    else:
        time.sleep(MOST_AFTER)  # the rank that reports ends this process too


def write_line(line: str) -> None:
    """Write one line to standard error at once, and return when the launcher has read it."""
    with suppress(OSError):
        os.write(2, f"fastw2v: {readable(line)}\n".encode())
        wait_until_read()


def wait_until_read() -> None:
    """Wait until the other end of standard error, if it is a pipe, has read all: a launcher that ends shows no more of it."""
    import fcntl
    import termios

    until, unread = time.monotonic() + READ_TIMEOUT, bytearray(4)
    with suppress(OSError):
        while stat.S_ISFIFO(os.fstat(2).st_mode) and time.monotonic() < until:
            fcntl.ioctl(2, termios.FIONREAD, unread)
            if not any(unread):
                return
            time.sleep(POLL_EVERY)


def send_exit_code(code: int) -> None:
    """Let an MPICH launcher, or one derived from it, end all ranks and return this exit code.

    By itself it kills the other ranks when one ends, and returns 9 for those. Other launchers return the code of the first
    process that ends with one.
    """
    with suppress(OSError, KeyError, ValueError):
        os.write(int(os.environ["PMI_FD"]), b"cmd=abort exitcode=%d\n" % code)
