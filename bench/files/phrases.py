"""`python -m bench files phrases`."""

import filecmp
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import corpus_options, measurement, runs_option, temporary_folder, threads_option
from bench.common.processes import fastw2v, run
from bench.common.results import Results
from bench.common.texts import text_of
from bench.common.turns import Case, in_turn


@click.command()
@corpus_options(words=2_000_000)
@runs_option(3)
@threads_option
@click.option("--threshold", default=100.0, show_default=True)
@click.option("--min-count", default=5, show_default=True)
@measurement("phrases", words=3000, megabytes=0.02, runs=1, threads=1)
def phrases(
    results: Callable[..., Results],
    corpus: Path | None,
    words: int,
    megabytes: float | None,
    runs: int,
    threads: int,
    threshold: float,
    min_count: int,
) -> Results:
    """Seconds of `fastw2v phrases` beside word2phrase.c, in turn, on the same text, and whether they write the same bytes.

    Whole commands, start to file on disk. word2phrase.c (extra `bench`) takes 2 GB of memory.
    """
    beside = Path(sys.executable).with_name("word2phrase")
    original = str(beside) if beside.exists() else shutil.which("word2phrase")
    if not original:
        raise click.ClickException("word2phrase is not installed: pip install word2vec")
    ours = fastw2v("phrases", "--quiet", "--threads", threads)
    with temporary_folder() as made:
        folder = Path(made)
        text = text_of(corpus, words, megabytes, folder)
        settings = {"threads": threads, "threshold": threshold, "min_count": min_count}
        kept = results(text.as_settings() | settings, packages=("word2vec",))
        (folder / "in").symlink_to(text.path)  # the original has room for 59 bytes of a file's name
        (folder / "little").write_text("a b c\n")
        run([*ours, "little", "-o", "little.out"], folder=folder)  # compiles, the first time
        commands = {
            "word2phrase.c": [original, "-train", "in", "-output", "theirs", "-threshold", threshold, "-min-count", min_count],
            "fastw2v": [*ours, "in", "-o", "ours", "--threshold", threshold, "--min-count", min_count],
        }

        def measure(name: str) -> dict[str, Any]:
            found: dict[str, Any] = {"seconds": run(commands[name], folder=folder).wall}
            if name == "fastw2v" and (folder / "theirs").exists():
                found["same_bytes"] = filecmp.cmp(folder / "theirs", folder / "ours", shallow=False)
                found["joins"] = (folder / "ours").read_bytes().count(b"_")
            return found

        cases = [Case({"program": name}, lambda number, name=name: measure(name), code_version()) for name in commands]
        in_turn(kept, cases, runs)
    if any(run.get("same_bytes") is False for run in kept.runs.values()):
        raise click.ClickException("the outputs of word2phrase.c and fastw2v differ")
    return kept
