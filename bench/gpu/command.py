"""`python -m bench gpu`."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import FILE, measurement, set_options
from bench.common.results import Results
from bench.common.scoring import Sets
from bench.common.texts import GENERATED
from bench.gpu import child
from bench.gpu.plan import PARTS, Measurement, Plan
from fastw2v._system.processes import child_command

WORDS, PLANTED = 17_000_000, 2_000_000  # of the generated texts
LONGEST, GRACE = 400, 50  # seconds that a measurement may take; that it may take once the minutes are over
SECONDS = 2.0  # that speed is measured for at least


@click.command()
@click.argument("corpus", required=False, type=FILE)
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this part; repeatable.")
@click.option("--minutes", type=float, help="Begin no measurement after so many minutes.  [default: do all]")
@set_options
@click.option("--sample", default=1e-4, show_default=True)
@click.option("--tiny", is_flag=True, hidden=True)
@measurement("gpu", tiny=True)
def gpu(
    results: Callable[..., Results],
    corpus: Path | None,
    parts: tuple[str, ...],
    minutes: float | None,
    questions: Path | None,
    pairs: tuple[Path, ...],
    sample: float,
    tiny: bool,
) -> Results:
    """A GPU beside the CPU of the same machine: speed, quality, numbers of streams, stages left out, compute-sanitizer.

    Without a CORPUS on generated texts. Each measurement is a process of its own, of a minute or less; none that the file of
    results holds, of the same GPU and the same code, is repeated, so that the same command again continues one that was
    stopped by --minutes. --quick takes a few words, for the simulator (NUMBA_ENABLE_CUDASIM=1). On a copy of the checkout
    without git, $BENCH_COMMIT names the commit.
    """
    end = time.monotonic() + 60 * minutes if minutes is not None else float("inf")
    done = call("card", {}, 0.0, LONGEST)
    if done.returncode:
        raise click.ClickException(last_line(done.stderr, "no GPU can be used"))
    card = json.loads(done.stdout.splitlines()[-1])
    sets = Sets(questions, pairs)
    text, planted = texts(corpus, GENERATED, tiny)
    scored = {"questions": str(questions) if questions else None, "pairs": [str(path) for path in pairs]}
    plan = Plan(str(text), str(planted), scored, sample, 4 if tiny else 100 if corpus else 64, tiny)
    card_name = {name: card[name] for name in ("name", "multiprocessors", "driver")}
    shared = {"corpus": corpus.name if corpus else "generated", "bytes": text.stat().st_size, "sample": sample}
    kept = results(shared | {"sets": sets.names, "gpu": card_name}, packages=("numba-cuda",))
    measure = [each for part in parts or PARTS for each in plan.measurements(part)]
    left = sum(not added(kept, each, end, 0.0 if tiny else SECONDS) for each in measure)
    if left:
        click.echo(f"{left} measurements are left: run the same command again.", err=True)
    return kept


def added(kept: Results, each: Measurement, end: float, seconds: float) -> bool:
    """Measure, unless results hold it; False where there is no time left."""
    code = code_version()
    if kept.find(each.asked, code):
        return True
    longest = min(LONGEST, end + GRACE - time.monotonic())
    if longest < GRACE:
        return False
    found = sanitized(each, longest) if each.kind == "sanitizer" else measured(each, seconds, longest)
    if "error" not in found:
        kept.add(each.asked, found, code)
    said = found.get("error") or found.get("said") or f"{found['words_per_second']:,.0f} words/s"
    print(f"{', '.join(str(part) for part in each.asked.values() if part)}: {said}", file=sys.stderr, flush=True)
    return True


def call(
    kind: str, order: dict[str, Any], seconds: float, longest: float, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run an order in a process of its own, which ends after so many seconds."""
    command = [*before, *child_command(child.obey, kind=kind, order=order, seconds=seconds)]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=longest)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"it was ended after {longest:.0f} seconds")


def measured(each: Measurement, seconds: float, longest: float) -> dict[str, Any]:
    """What is found; with `error` where it failed."""
    done = call(each.kind, each.order, seconds, longest)
    if done.returncode:
        return {"error": last_line(done.stderr, f"it ended with {done.returncode}")}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def sanitized(each: Measurement, longest: float) -> dict[str, Any]:
    """What compute-sanitizer says of a small run."""
    found = shutil.which("compute-sanitizer") or shutil.which("compute-sanitizer", path="/usr/local/cuda/bin")
    if not found:
        return {"error": "compute-sanitizer is not installed (it comes with the CUDA toolkit)"}
    done = call("small run", each.order, 0.0, longest, (found, "--tool", each.asked["tool"]))
    said = [line.strip("= ") for line in (done.stdout + done.stderr).splitlines() if line.startswith("=========")]
    summaries = [line for line in said if "SUMMARY" in line]
    if not summaries:
        return {"error": last_line(done.stderr, "it says nothing")}
    return {"said": summaries[-1], "first": [line for line in said if "SUMMARY" not in line][1:7]}


def last_line(shown: str, otherwise: str) -> str:
    """Of what a process printed."""
    return (shown.strip().splitlines() or [otherwise])[-1]


def texts(corpus: Path | None, folder: Path, tiny: bool) -> tuple[Path, Path]:
    """The text that speed is measured on, and the one for quality; generated ones are kept."""
    if corpus:
        return corpus, corpus
    from fastw2v.benchmark.text import write_text
    from fastw2v.demo.text import sentences

    folder.mkdir(parents=True, exist_ok=True)
    text, planted = (folder / f"{name}{'-tiny' * tiny}.txt" for name in ("text", "planted"))
    part = folder / "part"
    if not text.exists():
        write_text(part, 30 if tiny else WORDS, vocabulary=20 if tiny else 60_000)
        part.rename(text)
    if not planted.exists():
        part.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(20 if tiny else PLANTED)))
        part.rename(planted)
    return text, planted
