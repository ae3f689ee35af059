"""A fault that takes long to try: a run killed at many random moments.

    python tests/stress/faults.py [--kills 50] [--seed 1]

The kills fall into counting, encoding, training, checkpointing and saving alike. After each: the output is the old file or a
whole new one, the checkpoint goes on or there is none yet, and the next start leaves no temporary file. Ends with 1 if
any fails.
"""

import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import numpy as np

import fastw2v
from fastw2v._system.files import TEMPORARY
from fastw2v.checkpoints.store import Store

WORDS, VOCABULARY, LINE = 400_000, 40_000, 20
TRAIN = ("--dim", 200, "--epochs", 3, "--min-count", 1, "--threads", 2)
CHECKPOINTS = ("--checkpoint-every", "0.05s")


def write_text(path: Path) -> None:
    """A text whose vectors take a while to write."""
    ids = np.random.default_rng(1).permutation(np.arange(WORDS) % VOCABULARY).reshape(-1, LINE)
    path.write_text("".join(" ".join(f"w{i}" for i in line) + "\n" for line in ids.tolist()))


def start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "fastw2v", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def stage(folder: Path) -> str:
    """What a killed run had been doing, by its files."""
    if (folder / "v.bin").read_bytes() != b"old":
        return "the end"
    if any((folder / "state").glob(f"{TEMPORARY}*.tmp")):
        return "checkpointing"
    if any(folder.glob(f"{TEMPORARY}*.tmp")):
        return "saving"
    if (folder / "log").exists():
        return "training"
    return "before training"


def whole(path: Path) -> bool:
    return path.read_bytes() == b"old" or len(fastw2v.load(path)) == VOCABULARY + 1


def left(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob(f"{TEMPORARY}*")]


def kill_once(text: Path, folder: Path, seconds: float) -> tuple[str, list[str]]:
    """Kill one run after so long, go on with it; the stage, and what was wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    output, state = folder / "v.bin", folder / "state"
    output.write_bytes(b"old")
    command = ("train", text, "-o", output, "--checkpoint", state, *TRAIN)
    process = start(*command, "--log", folder / "log", *CHECKPOINTS)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    where = stage(folder)
    wrong = [] if whole(output) else ["the output is neither old nor new"]
    there = state.exists() and Store(state).numbers()
    again = start("resume", state) if there else start(*command, "--epochs", 1)
    said = again.communicate()[0].decode()
    if again.returncode or not whole(output) or output.read_bytes() == b"old":
        wrong.append(f"the next start failed: {said[-300:]}")
    if left(folder):
        wrong.append(f"left: {left(folder)}")
    return where, wrong


@click.command()
@click.option("--kills", default=50, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--longest", default=0.0, help="Seconds to the latest kill.  [default: as long as a run takes]")
def main(kills: int, seed: int, longest: float) -> None:
    moments = random.Random(seed)
    stages: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as made:
        text = Path(made, "text.txt")
        write_text(text)
        if not longest:
            for _ in range(2):  # the first may have to compile
                began = time.monotonic()
                command = ("train", text, "-o", Path(made, "v.bin"), "--checkpoint", Path(made, "s"), *TRAIN, *CHECKPOINTS)
                start(*command).communicate()
                longest = time.monotonic() - began
        wrong = []
        for number in range(kills):
            seconds = moments.uniform(0.2, longest)
            where, found = kill_once(text, Path(made, "run"), seconds)
            stages[where] += 1
            for what in found:
                wrong.append(f"kill {number} after {seconds:.2f} s, {where}: {what}")
                print(f"\n{wrong[-1]}")
            print(f"\r{number + 1} kills: {dict(stages)}", end="", flush=True)
    print()
    print(
        "\n".join(wrong) if wrong else f"{kills} kills of runs that take {longest:.1f} s: output whole, resumed, nothing left"
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
