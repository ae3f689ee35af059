"""A run as long as a night: resident memory and words/s over time as a table and a plot, and what is left of its files.

    python tests/stress/overnight.py CORPUS [--words 300M] [--folder FOLDER] [--plot overnight.png]

Trains with --checkpoint on the text so many times over as --words says, in epochs. Resident memory is read from /proc, words/s
are those of the run's log.
"""

import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from fastw2v._system.files import TEMPORARY

ROWS = 12  # of the table


class Look(NamedTuple):
    """Seconds since the start, and bytes of resident memory."""

    seconds: float
    resident: int


def resident(process: int) -> int:
    """Bytes of memory that a process holds, 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def count_words(corpus: Path) -> int:
    """What white space divides, and the lines."""
    with corpus.open("rb") as file:
        return sum(len(line.split()) + 1 for line in file)


def watched(command: list[str], every: float) -> tuple[int, list[Look]]:
    """Run a command and look at its memory; its exit code and the looks."""
    began = time.monotonic()
    process = subprocess.Popen(command)
    looks = []
    while process.poll() is None:
        if found := resident(process.pid):
            looks.append(Look(time.monotonic() - began, found))
        time.sleep(every)
    return process.returncode, looks


def speeds(log: Path) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of training and words/s, from the lines of a log."""
    events = [json.loads(line) for line in log.read_text().splitlines()]
    progress = [event for event in events if event["event"] == "progress"]
    return tuple(np.array([event[name] for event in progress]) for name in ("seconds", "words_per_second"))


def plot(path: Path, looks: list[Look], seconds: np.ndarray, rates: np.ndarray) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 6), layout="constrained")
    above.plot([look.seconds / 60 for look in looks], [look.resident / 1e6 for look in looks])
    above.set(ylabel="resident memory, MB", ylim=(0, None))
    below.plot(seconds / 60, rates / 1e6)
    below.set(xlabel="minutes", ylabel="million words/s", ylim=(0, None))
    figure.savefig(path, dpi=120)


def show(looks: list[Look], seconds: np.ndarray, rates: np.ndarray) -> None:
    """The medians over equal parts of training; training begins where the log's last line says."""
    began = looks[-1].seconds - seconds[-1]
    table = Table("minutes", "resident MB", "words/s", box=None)
    edges = np.linspace(0, seconds[-1], min(ROWS, len(seconds)) + 1)
    for begin, end in pairwise(edges):
        memory = [look.resident for look in looks if begin <= look.seconds - began <= end]
        inside = rates[(begin <= seconds) & (seconds <= end)]
        if memory and len(inside):
            table.add_row(f"{end / 60:.1f}", f"{np.median(memory) / 1e6:.0f}", f"{np.median(inside):,.0f}")
    Console().print(table)


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words", default="300M", show_default=True, help="Words to train on, all epochs together: 300M, 2G.")
@click.option("--checkpoint-every", default="60s", show_default=True)
@click.option("--look", default=1.0, show_default=True, help="Seconds between two looks at the memory.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where the files of the run go.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), default="overnight.png", show_default=True)
def main(corpus: Path, words: str, checkpoint_every: str, look: float, folder: Path | None, picture: Path) -> None:
    units = {"K": 1e3, "M": 1e6, "G": 1e9}
    wanted = float(words[:-1]) * units[words[-1]] if words[-1] in units else float(words)
    epochs = max(1, round(wanted / count_words(corpus)))
    with tempfile.TemporaryDirectory(dir=folder) as made:
        log = Path(made, "log")
        command = [sys.executable, "-m", "fastw2v", "train", corpus, "-o", Path(made, "vectors.bin"), "--log", log, "--quiet"]
        command += ["--epochs", epochs, "--checkpoint", Path(made, "state"), "--checkpoint-every", checkpoint_every]
        code, looks = watched(list(map(str, command)), look)
        if code:
            raise click.ClickException(f"the run ended with exit code {code}")
        end = json.loads(log.read_text().splitlines()[-1])
        left = sorted(path.name for path in Path(made).iterdir())
        seconds, rates = speeds(log)
    trained = end["train_words"] * epochs
    print(
        f"{trained:,} words in {epochs} epochs, training {end['train_seconds']:.0f} s, {end['words_per_second']:,.0f} words/s"
    )
    show(looks, seconds, rates)
    print(f"peak resident memory {max(look.resident for look in looks) / 1e6:.0f} MB; the plot is {picture}")
    temporary = [name for name in left if name.startswith(TEMPORARY) or name == "state"]
    print(f"temporary files left: {', '.join(temporary) or 'none'}; files: {', '.join(left)}")
    plot(picture, looks, seconds, rates)
    sys.exit(bool(temporary))


if __name__ == "__main__":
    main()
