"""Words/s, whole-command time and scores of each variant beside word2vec.c and gensim, in turn, on the same text.

    python bench/against_peers.py CORPUS [--gensim] [--runs 3] [--questions questions-words.txt] [--pairs WS-353.txt]

Needs the test extra. Words/s are those of training alone: word2vec.c's by its own clock, of all threads together; gensim's and
ours by the wall clock. Ratios are those of medians. Nothing else should be running.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.table import Table

VARIANTS = {
    "skip-gram, negative sampling": ("skipgram", 5, False),
    "skip-gram, hierarchical softmax": ("skipgram", 0, True),
    "CBOW, negative sampling": ("cbow", 5, False),
    "CBOW, hierarchical softmax": ("cbow", 0, True),
    "skip-gram, both": ("skipgram", 5, True),
    "CBOW, both": ("cbow", 5, True),
}
GENSIM = """
import json, sys, time
from gensim.models import Word2Vec
options = json.loads(sys.argv[1])
corpus, output = options.pop("corpus"), options.pop("output")
model = Word2Vec(**options)
model.build_vocab(corpus_file=corpus)
words = sum(model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key)
start = time.perf_counter()
model.train(corpus_file=corpus, total_words=model.corpus_total_words, total_examples=model.corpus_count, epochs=model.epochs)
print(words * model.epochs / (time.perf_counter() - start))
model.wv.save_word2vec_format(output, binary=True)
"""


class Job(NamedTuple):
    """What each program is asked to do."""

    corpus: Path
    variant: tuple[str, int, bool]
    options: dict[str, str]
    threads: int


class Run(NamedTuple):
    """Words/s of training, and seconds of the whole command."""

    speed: float
    wall: float


def timed(command: list[str]) -> tuple[str, float]:
    """What a command prints, and how long it takes."""
    start = time.perf_counter()
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return shown, time.perf_counter() - start


def run_original(job: Job, output: Path) -> Run:
    """word2vec.c, as the `word2vec` package compiles it."""
    model, negative, hs = job.variant
    beside = Path(sys.executable).with_name("word2vec")
    program = str(beside) if beside.exists() else str(shutil.which("word2vec"))
    command = [program, "-train", str(job.corpus), "-output", str(output)]
    command += f"-cbow {int(model == 'cbow')} -negative {negative} -hs {int(hs)} -binary 1 -threads {job.threads}".split()
    names = {"dim": "size", "window": "window", "sample": "sample", "epochs": "iter", "min-count": "min-count"}
    for name, value in job.options.items():
        command += [f"-{names[name]}", value]
    shown, wall = timed(command)
    # Its clock counts processor seconds of all threads, so the rate that it gives is one thread's.
    return Run(float(re.findall(r"Words/thread/sec: ([\d.]+)k", shown)[-1]) * 1000 * job.threads, wall)


def run_gensim(job: Job, output: Path) -> Run:
    """gensim, from the file (its fastest way)."""
    model, negative, hs = job.variant
    names = {"dim": "vector_size", "window": "window", "sample": "sample", "epochs": "epochs", "min-count": "min_count"}
    options = {names[name]: float(value) if name == "sample" else int(value) for name, value in job.options.items()}
    options |= {"sg": int(model == "skipgram"), "negative": negative, "hs": int(hs), "workers": job.threads}
    options |= {"alpha": 0.05 if model == "cbow" else 0.025}
    files = {"corpus": str(job.corpus), "output": str(output)}
    shown, wall = timed([sys.executable, "-c", GENSIM, json.dumps(options | files)])
    return Run(float(shown), wall)


def run_ours(job: Job, output: Path) -> Run:
    """fastw2v, from its log."""
    model, negative, hs = job.variant
    log = output.with_suffix(".log")
    command = [sys.executable, "-m", "fastw2v", "train", str(job.corpus), "-o", str(output), "--log", str(log), "--quiet"]
    command += ["--model", model, "--negative", str(negative), "--hs" if hs else "--no-hs", "--threads", str(job.threads)]
    for name, value in job.options.items():
        command += [f"--{name}", value]
    _, wall = timed(command)
    return Run(float(json.loads(log.read_text().splitlines()[-1])["words_per_second"]), wall)


def quality(vectors: Path, questions: Path | None, pairs: tuple[Path, ...]) -> str:
    """Analogies solved (first 30,000 words, all sections) and Spearman's rho × 100 for each similarity set."""
    from gensim.models import KeyedVectors

    loaded = KeyedVectors.load_word2vec_format(str(vectors), binary=True)
    found = []
    if questions:
        found.append(f"{loaded.evaluate_word_analogies(str(questions), restrict_vocab=30_000)[0]:.1%}")
    for path in pairs:
        lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.writelines("\t".join(line[:3]) + "\n" for line in lines)
            file.flush()
            found.append(f"{loaded.evaluate_word_pairs(file.name)[1][0] * 100:.1f}")
    return " / ".join(found)


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--threads", default=2, show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option("--dim", default="100", show_default=True)
@click.option("--window", default="5", show_default=True)
@click.option("--sample", default="1e-4", show_default=True)
@click.option("--epochs", default="1", show_default=True)
@click.option("--min-count", default="5", show_default=True)
@click.option("--gensim", is_flag=True, help="gensim too.")
@click.option(
    "--variant", "only", multiple=True, type=click.Choice(list(VARIANTS)), help="This variant alone; may be repeated."
)
@click.option("--questions", type=click.Path(exists=True, path_type=Path), help="Analogies, as questions-words.txt.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep the vector files in this folder.")
@click.option("--pairs", multiple=True, type=click.Path(exists=True, path_type=Path), help="A similarity set: word word score.")
def main(
    corpus: Path,
    threads: int,
    runs: int,
    only: tuple[str, ...],
    gensim: bool,
    questions: Path | None,
    pairs: tuple[Path, ...],
    keep: Path | None,
    **settings: str,
) -> None:
    options = {name.replace("_", "-"): value for name, value in settings.items()}
    programs: dict[str, Callable[[Job, Path], Run]] = {"word2vec.c": run_original, "fastw2v": run_ours}
    if gensim:
        programs["gensim"] = run_gensim
    table = Table(title=f"{corpus.name}, {threads} thread(s), {runs} alternating run(s), {options}")
    for column in ("variant", "program", "words/s", "fastw2v is", "whole command, s", "fastw2v is", "scores"):
        table.add_column(column, justify="left" if column in ("variant", "program") else "right")
    with tempfile.TemporaryDirectory() as temporary:
        for name in only or VARIANTS:
            folder = (keep or Path(temporary)) / name.replace(",", "").replace(" ", "-")
            folder.mkdir(parents=True, exist_ok=True)
            job = Job(corpus, VARIANTS[name], options, threads)
            done: dict[str, list[Run]] = {program: [] for program in programs}
            for _ in range(runs):
                for program, run in programs.items():
                    done[program].append(run(job, folder / f"{program}.bin"))
            ours = done["fastw2v"]
            for program, found in done.items():
                scores = quality(folder / f"{program}.bin", questions, pairs) if questions or pairs else "–"
                speed, wall = (statistics.median(run[which] for run in found) for which in (0, 1))
                faster = statistics.median(run.speed for run in ours) / speed
                shorter = wall / statistics.median(run.wall for run in ours)
                compared = ("", "") if program == "fastw2v" else (f"{faster:.2f} ×", f"{shorter:.2f} ×")
                table.add_row(name, program, f"{speed:,.0f}", compared[0], f"{wall:.1f}", compared[1], scores)
                print(f"{name}, {program}: words/s {sorted(round(run.speed) for run in found)}", file=sys.stderr)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
