"""Words/s of each variant beside the original C program, in turn, on the same text; with --questions, analogies solved too.

    python bench/against_word2vec.py CORPUS [--threads 1] [--runs 3] [--questions questions-words.txt] [--pairs WS-353.txt]

Needs the test extra. Each program's own clock is used: training alone, vocabulary and files left out. The ratio is that of
medians.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

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


def run_original(corpus: Path, output: Path, variant: tuple[str, int, bool], options: dict[str, str], threads: int) -> float:
    """Words/s by word2vec's own clock, all threads together."""
    model, negative, hs = variant
    program = Path(sys.executable).with_name("word2vec")
    command = [str(program if program.exists() else shutil.which("word2vec")), "-train", str(corpus), "-output", str(output)]
    command += f"-cbow {int(model == 'cbow')} -negative {negative} -hs {int(hs)} -binary 1 -threads {threads}".split()
    names = {"dim": "size", "window": "window", "sample": "sample", "epochs": "iter", "min-count": "min-count"}
    for name, value in options.items():
        command += [f"-{names[name]}", value]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # The clock counts processor seconds of all threads, so the rate that it gives is one thread's.
    return float(re.findall(r"Words/thread/sec: ([\d.]+)k", shown)[-1]) * 1000 * threads


def run_ours(corpus: Path, output: Path, variant: tuple[str, int, bool], options: dict[str, str], threads: int) -> float:
    """Words/s of fastw2v's training, from its log."""
    model, negative, hs = variant
    log = output.with_suffix(".log")
    command = [sys.executable, "-m", "fastw2v", "train", str(corpus), "-o", str(output), "--log", str(log), "--quiet"]
    command += ["--model", model, "--negative", str(negative), "--hs" if hs else "--no-hs", "--threads", str(threads)]
    for name, value in options.items():
        command += [f"--{name}", value]
    subprocess.run(command, check=True)
    return float(json.loads(log.read_text().splitlines()[-1])["words_per_second"])


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
@click.option("--threads", default=1, show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option("--dim", default="100", show_default=True)
@click.option("--window", default="5", show_default=True)
@click.option("--sample", default="1e-4", show_default=True)
@click.option("--epochs", default="1", show_default=True)
@click.option("--min-count", default="5", show_default=True)
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
    questions: Path | None,
    pairs: tuple[Path, ...],
    keep: Path | None,
    **settings: str,
) -> None:
    options = {name.replace("_", "-"): value for name, value in settings.items()}
    table = Table(title=f"{corpus.name}, {threads} thread(s), {runs} alternating run(s), {options}")
    for column in ("variant", "word2vec.c words/s", "fastw2v words/s", "ratio", "word2vec.c scores", "fastw2v scores"):
        table.add_column(column, justify="left" if column == "variant" else "right")
    with tempfile.TemporaryDirectory() as temporary:
        for name in only or VARIANTS:
            folder = (keep or Path(temporary)) / name.replace(",", "").replace(" ", "-")
            folder.mkdir(parents=True, exist_ok=True)
            theirs_file, ours_file = folder / "word2vec.bin", folder / "fastw2v.bin"
            theirs, ours = [], []
            for _ in range(runs):
                theirs.append(run_original(corpus, theirs_file, VARIANTS[name], options, threads))
                ours.append(run_ours(corpus, ours_file, VARIANTS[name], options, threads))
            scores = [quality(file, questions, pairs) if questions or pairs else "–" for file in (theirs_file, ours_file)]
            medians = statistics.median(theirs), statistics.median(ours)
            print(f"{name}: word2vec.c {sorted(map(round, theirs))}, fastw2v {sorted(map(round, ours))}", file=sys.stderr)
            table.add_row(name, f"{medians[0]:,.0f}", f"{medians[1]:,.0f}", f"{medians[1] / medians[0]:.2f}", *scores)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
