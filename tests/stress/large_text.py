"""A text larger than memory: 2 GB of generated text, trained on by a process whose address space is limited to less.

    python tests/stress/large_text.py [--gigabytes 2] [--limit 1.5] [--memory 256M]

Says what the run said, the peak of its memory, and what is left of its temporary files.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import numpy as np

WORDS = 200_000
LINE = 20
PIECES = 8
PIECE_WORDS = 1_000_000


def write_text(path: Path, size: float) -> None:
    """Lines of invented words with frequencies that fall as 1/rank; some pieces of text, over and over."""
    random = np.random.default_rng(1)
    names = np.array([f"{'bcdfgklmnprstvz'[i % 15]}{'aeiou'[i % 5]}{i:x}" for i in range(WORDS)], dtype=object)
    weights = np.cumsum(1 / np.arange(1, WORDS + 1))
    pieces = []
    for _ in range(PIECES):
        ids = np.searchsorted(weights, random.random(PIECE_WORDS) * weights[-1])
        lines = names[ids].reshape(-1, LINE).tolist()
        pieces.append("".join(" ".join(line) + "\n" for line in lines).encode())
    with path.open("wb") as file:
        while file.tell() < size:
            file.write(pieces[random.integers(PIECES)])


@click.command()
@click.option("--gigabytes", default=2.0, show_default=True, help="Size of the text.")
@click.option("--limit", default=1.5, show_default=True, help="Address space of the run, in gigabytes.")
@click.option("--memory", default="256M", show_default=True, help="The run's --memory.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where text and vectors go.")
def main(gigabytes: float, limit: float, memory: str, folder: Path | None) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        text = Path(made, "text.txt")
        write_text(text, gigabytes * 1e9)
        print(f"text: {text.stat().st_size / 1e9:.2f} GB; address space: {limit} GB; --memory {memory}")
        command = [sys.executable, "-m", "fastw2v", "train", text, "-o", Path(made, "vectors.bin"), "--memory", memory]
        command += ["--epochs", "1", "--model", "cbow", "--sample", "1e-5", "--dim", "50"]
        start = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (int(limit * 1e9),) * 2),
            env=os.environ | {"TMPDIR": made},
        )
        _, status, usage = os.wait4(process.pid, 0)
        left = sorted(path.name for path in Path(made).iterdir())
        print(f"exit code {os.waitstatus_to_exitcode(status)}, {time.perf_counter() - start:.0f} s", end="; ")
        print(f"peak resident memory {usage.ru_maxrss * 1024 / 1e6:.0f} MB; files afterwards: {', '.join(left)}")
        sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
