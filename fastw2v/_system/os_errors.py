"""Errors of the operating system as one-line errors of this package."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastw2v._system.resources import available_memory, readable_bytes
from fastw2v.errors import Fastw2vError, option, reason


@contextmanager
def one_line_errors(*less_memory: str) -> Iterator[None]:
    """Raise Fastw2vError for what the disk, the threads and the memory refuse.

    less_memory : names of settings that need less memory when they are smaller
    """
    try:
        yield
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise Fastw2vError(f"{place}{reason(error)}") from error
    except RuntimeError as error:
        if "thread" not in str(error):
            raise
        raise Fastw2vError(f"{error}: fewer {option('threads')}, or more memory or processes allowed, would help") from error
    except MemoryError as error:
        *others, last = map(option, less_memory)
        smaller = f"{', '.join(others)} or {last}" if others else last
        what = str(error) or f"no more than {readable_bytes(available_memory())} can still be had"
        raise Fastw2vError(f"memory ran out ({what}); a smaller {smaller} needs less") from error
