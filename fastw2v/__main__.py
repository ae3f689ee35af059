"""The way in: python -m fastw2v, and the installed command. A signal while the rest is imported ends in one line too."""

import atexit
import gc
import os
import signal
import sys
from typing import NoReturn

from fastw2v._system.platforms import check_system
from fastw2v.errors import Fastw2vError

try:
    check_system()
except Fastw2vError as error:
    sys.exit(f"fastw2v: {error}")

from fastw2v._system.processes import rank_of
from fastw2v._system.signals import RAISED, stop_at_once


def _stop(number: int, frame: object) -> NoReturn:
    if (found := rank_of()) and found[0] > 0:  # rank 0 gets the signal too, and speaks for all
        os._exit(128 + number)
    stop_at_once(number, frame)


for number in RAISED:
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, _stop)

atexit.register(gc.freeze)  # else Python searches all objects for garbage once more as it exits, 0.15 s

from fastw2v.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
