"""Takes away what Linux has and macOS has not: Python runs this first (as sitecustomize), and so do its children."""

import ctypes
import errno
import os
import sys

LACKING = {
    "os": """O_DIRECT O_LARGEFILE O_NOATIME O_PATH O_RSYNC O_TMPFILE copy_file_range eventfd fdatasync getrandom getresgid
        getresuid getxattr listxattr memfd_create pidfd_open pipe2 posix_fadvise posix_fallocate removexattr
        sched_getaffinity sched_getparam sched_getscheduler sched_setaffinity setns setxattr splice unshare""",
    "signal": "SIGCLD SIGPOLL SIGPWR SIGRTMAX SIGRTMIN SIGSTKFLT sigtimedwait sigwaitinfo",
    "select": "epoll",
    "resource": "RUSAGE_THREAD prlimit",
    "mmap": "MADV_HUGEPAGE MAP_POPULATE",
    "time": "CLOCK_BOOTTIME",
    "fcntl": "F_SETPIPE_SZ",
}
FUNCTIONS = "renameat2", "renamex_np", "prctl"  # macOS has the second, some of its file systems do not
FOLDERS = "/proc", "/sys"

for module, names in LACKING.items():
    for name in names.split():
        if hasattr(__import__(module), name):
            delattr(sys.modules[module], name)


class Library(ctypes.CDLL):
    """A library of C."""

    def __getattr__(self, name: str) -> object:
        if name in FUNCTIONS:
            raise AttributeError(name)
        return super().__getattr__(name)


def hide(event: str, arguments: tuple[object, ...]) -> None:
    """Let nobody open a file of the kernel's."""
    if event == "open" and isinstance(arguments[0], str | bytes) and os.fsdecode(arguments[0]).startswith(FOLDERS):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), arguments[0])


ctypes.CDLL = Library  # type: ignore[misc]
sys.addaudithook(hide)
