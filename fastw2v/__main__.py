"""The way in: python -m fastw2v, and the installed command. A signal while the rest is imported ends in one line too."""

import os
import signal
from typing import NoReturn


def _stop(number: int, frame: object) -> NoReturn:
    os.write(2, b"fastw2v: stopped; no vectors were written\n")
    os._exit(128 + number)


for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, _stop)

from fastw2v.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
