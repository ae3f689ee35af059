"""`python -m bench targets`: what the kernels are held to, beside what bench/results holds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench.common.options import ONE_LOSS
from bench.common.results import FOLDER, load
from bench.tables.markdown import VARIANT_NAMES, grouped, middle, number, table
from fastw2v.benchmark.statistics import spread

Document = dict[str, Any]
Reader = Callable[[Document], float | None]
SMALL_VOCABULARIES = ("graph", "sessions")


class Target(NamedTuple):
    """What is measured, and what it must be and is aimed to be.

    result : the file of results
    measured : reads it; None where it holds no such run
    most : whether less is better
    """

    what: str
    result: str
    must: float
    aim: float | None
    unit: str
    measured: Reader
    most: bool = False

    def row(self, folder: Path) -> list[str]:
        """Its line of the table."""
        path = folder / f"{self.result}.json"
        found = self.measured(load(path)) if path.exists() else None
        digits = 2 if self.must < 3 else 1
        reached = found is not None and (found <= self.must if self.most else found >= self.must)
        verdict = "not measured" if found is None else "met" if reached else "missed"
        cells = [number(value, digits, self.unit) for value in (found, self.must, self.aim)]
        return [self.what, f"{self.result}.json", *cells, verdict]


def times(names: tuple[str, ...], one: tuple[str, ...], other: tuple[str, ...], what: str = "words_per_second") -> Reader:
    """One median over another: those of the runs that were asked for `one` and for `other`."""

    def measured(document: Document) -> float | None:
        groups = grouped(document["runs"], *names)
        above, below = (middle(groups.get(asked, []), what) for asked in (one, other))
        return above / below if above and below else None

    return measured


def beside(variant: str, program: str) -> Reader:
    """Times a program's words/s."""
    return times(("variant", "program"), (variant, "fastw2v"), (variant, program))


def least_of_small_vocabularies(model: str) -> Reader:
    """Times the reference kernel's words/s on walks and sessions, negative sampling: the median of each task's settings, the
    less of the two tasks."""

    def measured(document: Document) -> float | None:
        from bench.tables.learning import lines, loss_of

        ratios: dict[str, list[float]] = {}
        for line in lines(document):
            if line.task in SMALL_VOCABULARIES and line.settings["model"] == model and loss_of(line.settings) == "ns":
                ratios.setdefault(line.task, []).append(line.ratio)
        return min(spread(found).median for found in ratios.values()) if ratios else None

    return measured


def stage(what: str, name: str) -> Reader:
    """A number of `speed stages`."""
    return lambda document: middle(grouped(document["runs"], "what").get((what,), []), name)


def of_peak(document: Document) -> float | None:
    """Share of the peak of two threads on the corpus, skip-gram with negative sampling, in %."""
    corpus = document["settings"]["texts"][0]["corpus"]
    found = middle(grouped(document["runs"], "text", "variant", "threads").get((corpus, "skipgram-ns", 2), []), "of_peak")
    return found and 100 * found


def targets() -> Iterator[Target]:
    """All of them."""
    yield Target("skip-gram, negative sampling, of the peak of multiply-adds", "threads", 50, 60, " %", of_peak)
    for program, must, aim in (("word2vec.c", 26, 33), ("gensim", 16, 20)):
        yield Target(f"the same, 300 dimensions, {program}", "compare-300", must, aim, " ×", beside("skipgram-ns", program))
    for variant, c, c_aim, gensim, gensim_aim in (
        ("cbow-ns", 11, 15, 5, 7),
        ("skipgram-hs", 4.5, 6, 5, 7),
        ("cbow-hs", 10, 13, 5, 6.5),
        ("skipgram-both", 11, 15, None, None),
        ("cbow-both", 12, 15, None, None),
    ):
        name = VARIANT_NAMES[variant]
        yield Target(f"{name}, word2vec.c", "compare", c, c_aim, " ×", beside(variant, "word2vec.c"))
        if gensim:
            yield Target(f"{name}, gensim", "compare", gensim, gensim_aim, " ×", beside(variant, "gensim"))
    for setting in ("window 10", "negative 15", "window 15, negative 10"):
        ratio = times(("setting", "kernel"), (setting, "blocked"), (setting, "reference"))
        yield Target(f"{setting}, reference kernel", "kernels", 12, 16, " ×", ratio)
    yield Target("lines of 8 words, pairs/s of long lines'", "stages", 0.85, 0.95, " ×", stage("lines of 8 words", "ratio"))
    for model, must in (("cbow", 4), ("skipgram", 12)):
        yield Target(
            f"walks and sessions, {model}, reference kernel", "learning", must, None, " ×", least_of_small_vocabularies(model)
        )
    start, later = "compiling, at the first start", "a later start, until training begins"
    yield Target(start, "stages", 6, None, " s", stage(start, "seconds"), most=True)
    yield Target(later, "stages", 0.6, None, " s", stage(later, "seconds"), most=True)
    for variant in ONE_LOSS:
        for program, must in (("word2vec.c", 15), ("gensim", 10)):
            name = f"whole command, one epoch, {VARIANT_NAMES[variant]}, {program}"
            ratio = times(("variant", "program"), (variant, program), (variant, "fastw2v"), "wall")
            yield Target(name, "compare-once", must, None, " ×", ratio)
    plain = ("x86-64", "skipgram-ns")
    ratio = times(("instructions", "variant", "program"), (*plain, "fastw2v"), (*plain, "word2vec.c"))
    yield Target("plain x86-64, skip-gram, word2vec.c", "instructions", 8, None, " ×", ratio)


@click.command("targets")
@click.option("--results", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, help="[default: bench/results]")
def show(results: Path) -> None:
    """What the kernels are held to beside what was measured: musts, aims, and whether they are met.

    compare-300.json is `compare CORPUS --dim 300`, compare-once.json `compare CORPUS --epochs 1`, each with --output.
    """
    rows = [target.row(results) for target in targets()]
    click.echo(table(["", "from", "measured", "must", "aim", ""], rows, left=2))
    counts = [sum(row[-1] == verdict for row in rows) for verdict in ("met", "missed", "not measured")]
    click.echo("\n{} met, {} missed, {} not measured.".format(*counts))
