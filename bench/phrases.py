"""Seconds of `fastw2v phrases` beside word2phrase.c, in turn, on the same text, and whether they write the same bytes.

    python bench/phrases.py CORPUS [--runs 3] [--threads 2] [--threshold 100] [--min-count 5]

Needs the test extra. Whole commands, start to file on disk. Nothing else should be running; the original takes 2 GB of memory.
"""

import filecmp
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table


def seconds_of(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--runs", default=3, show_default=True)
@click.option("--threads", default="2", show_default=True)
@click.option("--threshold", default="100", show_default=True)
@click.option("--min-count", default="5", show_default=True)
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where the outputs go for a while."
)
def main(corpus: Path, runs: int, threads: str, threshold: str, min_count: str, folder: Path | None) -> None:
    beside = Path(sys.executable).with_name("word2phrase")
    original = str(beside) if beside.exists() else str(shutil.which("word2phrase"))
    ours = [sys.executable, "-m", "fastw2v", "phrases", "--quiet", "--threads", threads]
    with tempfile.TemporaryDirectory(dir=folder) as made:
        place = Path(made)
        (place / "in").symlink_to(corpus.resolve())  # the original has room for 59 bytes of a file's name
        (place / "little").write_text("a b c\n")
        seconds_of([*ours, "little", "-o", "little.out"], place)  # compiles, the first time
        commands = {
            "word2phrase.c": [original, "-train", "in", "-output", "theirs", "-threshold", threshold, "-min-count", min_count],
            "fastw2v": [*ours, "in", "-o", "ours", "--threshold", threshold, "--min-count", min_count],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                seconds[name].append(seconds_of(command, place))
                print(f"{name}: {seconds[name][-1]:.2f} s", file=sys.stderr)
        same = filecmp.cmp(place / "theirs", place / "ours", shallow=False)
        joins = (place / "ours").read_bytes().count(b"_")
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    size = corpus.stat().st_size / 1e6
    table = Table(title=f"{corpus.name}, {size:.0f} MB, threshold {threshold}, min-count {min_count}, {threads} thread(s)")
    for column in ("program", "seconds, median", "all", "MB/s", "fastw2v is"):
        table.add_column(column, justify="left" if column == "program" else "right")
    for name, median in medians.items():
        ratio = "" if name == "fastw2v" else f"{median / medians['fastw2v']:.1f} ×"
        every = " ".join(f"{value:.2f}" for value in sorted(seconds[name]))
        table.add_row(name, f"{median:.2f}", every, f"{size / median:.1f}", ratio)
    console = Console(width=120)
    console.print(table)
    console.print(f"The outputs are {'byte-identical' if same else 'DIFFERENT'}; they hold {joins:,} underscores.")
    sys.exit(not same)


if __name__ == "__main__":
    main()
