"""fastw2v beside word2vec.c, gensim and fastText: speed, memory and scores, in turn, on the same text with the same settings.

    python bench/compare.py CORPUS --quick --questions questions-words.txt --pairs WS-353.txt
    python bench/compare.py CORPUS --full --questions questions-words.txt --pairs WS-353.txt

Prints one Markdown table and draws one picture. Needs the extra `bench`; a program that is not installed is left out by name.
Two clocks: words/s of training as each program says them (word2vec.c's counts processor time of all threads together, gensim's
is the wall clock around its training, fastText's and ours are their own wall clocks), and the whole command from start to the
file on disk. Runs of --full are kept in a folder, and none that is there, of the same version, is done again.
word2vec.c and fastText take no seed: their runs differ by chance. Nothing else should be running.
"""

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any

import click
from compare_report import draw, markdown
from kept_runs import KeptRuns
from programs import HERE, PROGRAMS, Failure, Job, run, version_of

from fastw2v.benchmark.choices import VARIANTS

HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")  # with its lines as they are
QUICK_BYTES = 10_000_000
QUICK_VARIANTS = ("skipgram-ns", "skipgram-hs", "cbow-ns", "cbow-hs")
ATTEMPTS = 5  # fastText 0.9.3 now and then meets a NaN at its start, and runs well the next time
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def prefix_of(corpus: Path, size: int, folder: Path) -> Path:
    """The first bytes of a text, up to the end of a line (of a word, where the lines are longer)."""
    with corpus.open("rb") as file:
        data = file.read(size + 1)
    if len(data) <= size:
        return corpus
    data = data[:size]
    end = data.rfind(b"\n") if b"\n" in data[len(data) // 2 :] else data.rfind(b" ")
    target = folder / f"{corpus.stem}-{size}.txt"
    target.write_bytes(data[: end if end > 0 else size] + b"\n")
    return target


def train_words(job: Job) -> int:
    """Words of the text that are in the vocabulary, counted by a process of its own."""
    program = "import sys, fastw2v.run.pipeline as p, fastw2v.settings as s; "
    program += "print(p.count(sys.argv[1], s.Settings(min_count=int(sys.argv[2])))[1].kept_words)"
    return int(run([sys.executable, "-c", program, str(job.corpus), str(job.min_count)]).shown.split()[-1])


def measured(name: str, job: Job, output: Path, questions: Path | None, pairs: tuple[Path, ...]) -> dict[str, Any]:
    """Run one program once, and score what it made. Raises Failure."""
    program = PROGRAMS[name]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            done = run(program.command(job, output))
            break
        except Failure as failure:
            print(f"{name}, attempt {attempt}: {failure}", file=sys.stderr)
            if attempt == ATTEMPTS or "NaN" not in str(failure):
                raise
    found = {"words_per_second": program.speed(job, output, done.shown), "wall": done.wall, "peak": done.peak}
    sets = [str(questions or "-"), *map(str, pairs)]
    scored = run([sys.executable, str(HERE / "scores.py"), str(output), *sets]).shown if questions or pairs else "{}"
    output.unlink()
    return found | {"attempts": attempt, "scores": json.loads(scored.splitlines()[-1])}


def installed(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The programs that are here, with versions; the others are named."""
    for name in names:
        found = version_of(name)
        if found:
            yield name, found
        else:
            print(f"{name} is left out: not installed; pip install {PROGRAMS[name].package}", file=sys.stderr)


def warm(jobs: list[Job], programs: dict[str, str], folder: Path) -> None:
    """Let fastw2v compile what it will call: the first run of an installation is no one's speed."""
    text = folder / "warm.txt"
    text.write_text("a few words to compile for\n" * 50)
    for job, name in product(jobs, [name for name in programs if name.startswith("fastw2v")]):
        output = folder / "warm.bin"
        run(PROGRAMS[name].command(job._replace(corpus=text), output))
        PROGRAMS[name].speed(job, output, "")


@click.command(help=HELP)
@click.argument("corpus", type=FILE)
@click.option("--quick", is_flag=True, help="The first 10 MB, one epoch, four variants, two runs: about five minutes.")
@click.option("--full", is_flag=True, help="Five epochs, three seeds, all variants; may be stopped and goes on.")
@click.option("--threads", default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
@click.option("--runs", type=int, help="Runs of each, the seeds 1, 2, …  [default: 3; --quick: 2]")
@click.option("--epochs", type=int, help="[default: 1; --full: 5]")
@click.option("--dim", default=100, show_default=True)
@click.option("--window", default=5, show_default=True)
@click.option("--negative", default=5, show_default=True)
@click.option("--sample", default=1e-4, show_default=True)
@click.option("--min-count", default=5, show_default=True)
@click.option("--variant", "variants", multiple=True, type=click.Choice(list(VARIANTS)), help="This alone; may be repeated.")
@click.option("--program", "names", multiple=True, type=click.Choice(list(PROGRAMS)), help="This alone; may be repeated.")
@click.option("--questions", type=FILE, help="Analogies, as questions-words.txt.")
@click.option("--pairs", multiple=True, type=FILE, help="A similarity set: word word score; may be repeated.")
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep runs here, and do none twice.  [default: none; --full: compare-results]",
)
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), default="compare.png", show_default=True)
def main(
    corpus: Path,
    quick: bool,
    full: bool,
    runs: int | None,
    epochs: int | None,
    variants: tuple[str, ...],
    names: tuple[str, ...],
    questions: Path | None,
    pairs: tuple[Path, ...],
    results: Path | None,
    plot: Path,
    **settings: Any,
) -> None:
    if quick and full:
        raise click.UsageError("--quick or --full, not both")
    programs = dict(installed(names or ("word2vec.c", "gensim", "fasttext", "fastw2v")))
    chosen = variants or (tuple(VARIANTS) if full else QUICK_VARIANTS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        text = prefix_of(corpus, QUICK_BYTES, folder) if quick else corpus
        kept = KeptRuns(results or (Path("compare-results") if full else folder))
        shared = settings | {"epochs": epochs or (5 if full else 1)}
        warm([Job(text, variant, seed=1, **shared) for variant in chosen], programs, folder)
        words = train_words(Job(text, chosen[0], seed=1, **shared))
        records = []
        for seed, variant, name in product(range(1, (runs or (2 if quick else 3)) + 1), chosen, programs):
            job = Job(text, variant, seed=seed, **shared)
            if not PROGRAMS[name].can(job):
                continue
            asked = job._asdict() | {"corpus": corpus.name, "bytes": text.stat().st_size, "program": name}
            asked |= {"version": programs[name], "sets": [path.name for path in (questions, *pairs) if path]}
            record = kept.find(asked)
            if record is None:
                try:
                    found = measured(name, job, folder / "vectors.bin", questions, pairs)
                except Failure as failure:
                    print(f"{variant}, {name}, run {seed} is left out: {failure}", file=sys.stderr)
                    continue
                record = {"asked": asked, "train_words": words, **found}
                kept.add(record)
            print(f"{variant}, {name}, run {seed}: {record['words_per_second']:,.0f} words/s", file=sys.stderr)
            records.append(record)
        if not records:
            raise click.ClickException("no run was made: nothing to show")
        show(records, programs, corpus.name, text.stat().st_size, shared, plot)


def show(
    records: list[dict[str, Any]], programs: dict[str, str], corpus: str, size: int, settings: dict[str, Any], plot: Path
) -> None:
    """All that one must know to trust the figures, the table, the picture."""
    from fastw2v.benchmark.surroundings import described, surroundings

    used = ", ".join(f"{name.replace('_', '-')} {value}" for name, value in settings.items())
    versions = ", ".join(f"{name} {found}" for name, found in programs.items())
    words = records[0]["train_words"]
    print(f"`{shlex.join(['python', *sys.argv])}`\n")
    print(f"{described(surroundings())}. {versions}.\n")
    print(f"{corpus}: {size / 1e6:.1f} MB, {words:,} words in the vocabulary; {used}. Medians [least to most].\n")
    print(markdown(records))
    if draw(records, plot, f"{corpus}, {words:,} words, {settings['epochs']} epoch(s), {settings['threads']} thread(s)"):
        print(f"speed against quality: {plot}", file=sys.stderr)
    else:
        print("no picture: without --questions and --pairs there is no quality", file=sys.stderr)


if __name__ == "__main__":
    main()
