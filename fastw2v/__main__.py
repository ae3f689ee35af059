"""The way in: python -m fastw2v, and the installed command. A signal while the rest is imported ends in one line too."""

import signal

from fastw2v.signals import RAISED, stop_at_once

for number in RAISED:
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, stop_at_once)

from fastw2v.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
