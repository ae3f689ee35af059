"""The GPU beside the CPU's threads, in under nine minutes: `python bench/gpu.py [CORPUS]`; without one, on generated texts.

Three tables: words/s of five variants at two dimensions; what the number of stretches at once does to speed and quality;
how long training takes with one stage left out, which shows where the time goes. All measurements but the second's are made in
processes of their own. `--tiny` does the same on a few words, for trying it in the simulator.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

import fastw2v
from fastw2v.benchmark.choices import VARIANTS
from fastw2v.benchmark.text import write_text

FIVE = ("skipgram-ns", "cbow-ns", "skipgram-hs", "cbow-hs", "skipgram-both")
WORDS, CPU_WORDS = 17_000_000, 4_000_000  # of the generated text, and of any that the CPU is measured on
STRETCHES = (16, 66, 132, 264, 528, 1056)
# A stage is a function of a module of fastw2v.kernels.cuda; left out, it does nothing.
STAGES = (
    "fours.gather",
    "block.find_repeats",
    "negative.score_noise",
    "negative.move_noise",
    "negative.score_centers",
    "negative.move_centers",
    "negative.words_gradient",
    "training.return_gradient",
)


def measured(order: dict[str, Any], without: str = "") -> dict[str, Any]:
    """What fastw2v.benchmark.child finds, in a process of its own; with `error` where it fails."""
    command = [sys.executable, __file__, "--child", json.dumps(order), "--without", without]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1:] or ["?"]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def child(order: str, without: str) -> None:
    """Obey an order, with a stage left out."""
    if without:
        leave_out(without)
    from fastw2v.benchmark.child import measure
    from fastw2v.settings import Settings

    asked = json.loads(order)
    print(json.dumps(measure(**asked | {"settings": Settings(**asked["settings"])})))


def leave_out(stage: str) -> None:
    """Put a function that does nothing in the place of one of the kernels', before anything is compiled."""
    from importlib import import_module

    from fastw2v.kernels.cuda.toolkit import piece

    module, name = stage.split(".")
    original = import_module(f"fastw2v.kernels.cuda.{module}")
    count = getattr(original, name).py_func.__code__.co_argcount
    arguments = ", ".join(f"a{n}" for n in range(count))
    made: dict[str, Any] = {}
    exec(f"def nothing({arguments}):\n    pass\n", made)
    for user in ("fours", "block", "hidden", "negative", "path", "training"):
        found = import_module(f"fastw2v.kernels.cuda.{user}")
        if getattr(found, name, None) is getattr(original, name) and found is not original:
            setattr(found, name, piece(made["nothing"]))
    setattr(original, name, piece(made["nothing"]))


def rate(found: dict[str, Any]) -> float:
    """Words/s in the median; NaN where it failed."""
    return float(found["words"] / np.median(found["seconds"])) if "seconds" in found else float("nan")


def speeds(
    corpus: str, names: tuple[str, ...], dims: tuple[int, ...], base: dict[str, Any], seconds: float
) -> Iterator[list[str]]:
    """A row for each variant and dimension."""
    yield ["variant", "dim", "GPU, words/s", "CPU, words/s", "ratio", "loss, GPU", "loss, CPU"]
    for dim in dims:
        for name in names:
            settings = base | VARIANTS[name] | {"dim": dim, "epochs": 1}
            order = {"corpus": corpus, "settings": settings, "words": None, "repeats": 1, "seconds": seconds}
            gpu = measured(order | {"settings": settings | {"device": "cuda"}})
            cpu = measured(order | {"words": CPU_WORDS})
            rates = [rate(gpu), rate(cpu)]
            losses = [f"{found.get('loss') or float('nan'):.3f}" for found in (gpu, cpu)]
            yield [name, str(dim), *(f"{each:,.0f}" for each in rates), f"{rates[0] / rates[1]:.1f} ×", *losses]
            for found in (gpu, cpu):
                if "error" in found:
                    print(f"{name}, dim {dim}: {found['error'][0]}", file=sys.stderr)


def qualities(
    corpus: Path, stretches: tuple[int, ...], base: dict[str, Any], questions: Path | None, pairs: list[Path]
) -> Iterator[list[str]]:
    """A row for the CPU and for each number of stretches: five epochs, and what the vectors know."""
    yield ["trained by", "words/s", "loss", *scored_by(questions, pairs)]
    for count in (0, *stretches, None):
        device = {"device": "cpu"} if count == 0 else {"device": "cuda", "stretches": count}
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            vectors = fastw2v.train(corpus, log=log, epochs=5, **base | device)
            end = json.loads(log.read_text().splitlines()[-1])
        used = end["settings"]["stretches"]
        name = "CPU" if count == 0 else f"GPU, {used} stretches{' (its own choice)' if count is None else ''}"
        scores = [f"{score:.1f}" for score in scores_of(vectors, questions, pairs)]
        yield [name, f"{end['words_per_second']:,.0f}", f"{end['loss'] or float('nan'):.3f}", *scores]


def write_planted(path: Path, words: int) -> None:
    """The demonstration's text, in which relations are planted."""
    from fastw2v.demo.text import sentences

    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(words)))


def scored_by(questions: Path | None, pairs: list[Path]) -> list[str]:
    """What the scores are of."""
    return [*([questions.stem] if questions else []), *(path.stem for path in pairs)] or ["planted analogies, %"]


def scores_of(vectors: Any, questions: Path | None, pairs: list[Path]) -> list[float]:
    """The scores, of a hundred."""
    if questions or pairs:
        analogies = [vectors.evaluate_analogies(questions).total.share * 100] if questions else []
        return analogies + [vectors.evaluate_similarity(path).spearman * 100 for path in pairs]
    from fastw2v.demo.questions import solved_analogies

    solved, asked = np.sum(list(solved_analogies(vectors).values()), axis=0)
    return [solved / asked * 100]


def stages(corpus: str, names: tuple[str, ...], dim: int, base: dict[str, Any], seconds: float) -> Iterator[list[str]]:
    """A row for each stage that is left out."""
    yield ["left out", "words/s", "time that is saved"]
    settings = base | VARIANTS["skipgram-ns"] | {"dim": dim, "epochs": 1, "device": "cuda"}
    order = {"corpus": corpus, "settings": settings, "words": None, "repeats": 1, "seconds": seconds}
    whole = rate(measured(order))
    yield ["nothing", f"{whole:,.0f}", ""]
    for stage in names:
        found = rate(measured(order, without=stage))
        yield [stage, f"{found:,.0f}", f"{1 - whole / found:.0%}"]


def show(title: str, rows: Iterator[list[str]]) -> None:
    """A table, a row as soon as it is there."""
    print(f"\n{title}\n")
    for number, row in enumerate(rows):
        print(f"| {' | '.join(row)} |", flush=True)
        if number == 0:
            print(f"|{' --- |' * len(row)}", flush=True)


@click.command()
@click.argument("corpus", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--part", "parts", multiple=True, type=click.Choice(["speed", "stretches", "stages"]), help="This part alone.")
@click.option("--questions", type=click.Path(exists=True, path_type=Path), help="Analogies to score by.")
@click.option("--pairs", multiple=True, type=click.Path(exists=True, path_type=Path), help="Similarity sets to score by.")
@click.option("--sample", default=1e-4, show_default=True)
@click.option("--tiny", is_flag=True, help="A few words, for the simulator.")
@click.option("--child", "order", hidden=True)
@click.option("--without", default="", hidden=True)
def main(
    corpus: Path | None,
    parts: tuple[str, ...],
    questions: Path | None,
    pairs: tuple[Path, ...],
    sample: float,
    tiny: bool,
    order: str | None,
    without: str,
) -> None:
    if order:
        child(order, without)
        return
    base: dict[str, Any] = {"sample": sample} | ({"sample": 0, "min_count": 1, "window": 1, "threads": 1} if tiny else {})
    dims, counts, seconds = ((4,), (), 0.0) if tiny else ((100, 300), STRETCHES, 2.0)
    with tempfile.TemporaryDirectory() as folder:
        text = corpus or Path(folder) / "text.txt"
        if not corpus:
            write_text(text, 30 if tiny else WORDS, vocabulary=20 if tiny else 60_000)
        if not parts or "speed" in parts:
            show("Words/s", speeds(str(text), FIVE[:1] if tiny else FIVE, dims, base, seconds))
        if not parts or "stretches" in parts:
            quality = base | {"dim": 4 if tiny else 100 if corpus else 64} | ({"negative": 1} if tiny else {})
            planted = corpus or Path(folder) / "planted.txt"
            if not corpus:
                write_planted(planted, 20 if tiny else 2_000_000)
            rows = qualities(planted, counts, quality, questions, list(pairs))
            show("Stretches trained at once, five epochs", rows)
        if not parts or "stages" in parts:
            show(
                "A stage left out, skip-gram with negative sampling",
                stages(str(text), STAGES[:1] if tiny else STAGES, dims[0], base, seconds),
            )


if __name__ == "__main__":
    main()
