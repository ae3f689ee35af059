"""A GPU beside the CPU of the same machine: speed, quality, streams at once, stages left out, compute-sanitizer.

    python bench/gpu.py CORPUS --questions questions-words.txt --pairs EN-WS-353-ALL.txt
    python bench/gpu.py                  # on generated texts
    python bench/gpu.py --minutes 9      # begins nothing after nine minutes

Each measurement is a process of its own, of a minute or less, and is kept in a folder: who runs the same command again goes on
where it was stopped, and none is made twice with one GPU and the same code. The tables show all that is there. Nothing else
should be running. `--tiny` does the same on a few words, for trying it in the simulator.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from gpu_child import NO_KEPT_IDS, OTHER_PLANS, STAGES
from gpu_report import markdown
from kept_runs import KeptRuns

import fastw2v
from fastw2v.benchmark.choices import VARIANTS

HERE = Path(__file__).parent
HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")  # with its lines as they are
FIVE = ("skipgram-ns", "cbow-ns", "skipgram-hs", "cbow-hs", "skipgram-both")
STRETCHES = (16, 33, 66, 132, 264, 528, 1056)
SANITIZERS = ("memcheck", "racecheck", "synccheck", "initcheck")
PARTS = ("speed", "quality", "streams", "stages", "sanitizer")
WORDS, PLANTED, CPU_WORDS = 17_000_000, 2_000_000, 4_000_000  # generated; the last: that the CPU's speed is measured on
LONGEST, GRACE = 400, 50  # seconds that a measurement may take; that it may take once the minutes are over
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Plan:
    """What is to be measured."""

    def __init__(self, text: str, planted: str, scored: dict[str, Any], shared: dict[str, Any], dim: int, tiny: bool) -> None:
        self.text, self.planted, self.scored, self.shared, self.dim, self.tiny = text, planted, scored, shared, dim, tiny

    def measurements(self, part: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The kind of each measurement of a part, and what is asked."""
        five, dims = (FIVE[:1], (4,)) if self.tiny else (FIVE, (100, 300))
        if part == "speed":
            for dim in dims:
                for variant in five:
                    yield "speed", self._speed(variant, dim, "cuda")
                    yield "speed", self._speed(variant, dim, "cpu")
        elif part == "quality":
            for variant in five:
                yield "quality", self._quality(variant, "cuda")
                yield "quality", self._quality(variant, "cpu")
        elif part == "streams":
            for count in (1,) if self.tiny else STRETCHES:
                yield "quality", self._quality("skipgram-ns", "cuda", count)
        elif part == "stages":
            for stage in ("", *(STAGES[:1] if self.tiny else STAGES + OTHER_PLANS), NO_KEPT_IDS):
                yield "speed", self._speed("skipgram-ns", dims[0], "cuda", stage)
        else:
            for variant in ("skipgram-both", "cbow-both"):
                for tool in SANITIZERS:
                    yield "sanitizer", {"variant": variant, "tool": tool}

    def _speed(self, variant: str, dim: int, device: str, without: str = "") -> dict[str, Any]:
        epochs = 5 if device == "cuda" and not self.tiny else 1
        settings = self.shared | VARIANTS[variant] | {"dim": dim, "epochs": epochs, "device": device}
        words = None if device == "cuda" else CPU_WORDS
        return {"variant": variant, "corpus": self.text, "settings": settings, "words": words, "without": without}

    def _quality(self, variant: str, device: str, streams: int | None = None) -> dict[str, Any]:
        settings = self.shared | VARIANTS[variant] | {"dim": self.dim, "epochs": 1 if self.tiny else 5, "device": device}
        return {"variant": variant, "corpus": self.planted, "settings": settings | {"streams": streams}} | self.scored


def child(order: dict[str, Any], longest: float, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run an order in a process of its own, which ends after so many seconds."""
    command = [*before, sys.executable, str(HERE / "gpu_child.py"), json.dumps(order)]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=longest)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"it was ended after {longest:.0f} seconds")


def measured(kind: str, asked: dict[str, Any], seconds: float, longest: float) -> dict[str, Any]:
    """What is found; with `error` where it failed."""
    if kind == "sanitizer":
        return sanitized(asked, longest)
    done = child({"kind": kind, "asked": asked, "seconds": seconds}, longest)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def sanitized(asked: dict[str, Any], longest: float) -> dict[str, Any]:
    """What compute-sanitizer says of a small run."""
    found = sanitizer()
    if not found:
        return {"error": "compute-sanitizer is not installed (it comes with the CUDA toolkit)"}
    done = child({"kind": "small run", "asked": asked}, longest, (found, "--tool", asked["tool"]))
    said = [line.strip("= ") for line in (done.stdout + done.stderr).splitlines() if line.startswith("=========")]
    summaries = [line for line in said if "SUMMARY" in line]
    if not summaries:
        return {"error": (done.stderr.strip().splitlines() or ["it says nothing"])[-1]}
    return {"said": summaries[-1], "first": [line for line in said if "SUMMARY" not in line][1:7]}


def sanitizer() -> str | None:
    """Where compute-sanitizer is."""
    return shutil.which("compute-sanitizer") or shutil.which("compute-sanitizer", path="/usr/local/cuda/bin")


def code_version() -> str:
    """A short name for what is in the code that trains."""
    found = hashlib.sha256()
    for folder in ("_jit", "kernels", "model", "training"):
        for path in sorted(Path(fastw2v.__file__).parent.joinpath(folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


def texts(corpus: Path | None, folder: Path, tiny: bool) -> tuple[str, str]:
    """The text that speed is measured on, and the one for quality; generated ones are kept."""
    if corpus:
        return str(corpus), str(corpus)
    from fastw2v.benchmark.text import write_text
    from fastw2v.demo.text import sentences

    names = [folder / f"{name}{'-tiny' * tiny}.txt" for name in ("text", "planted")]
    part = folder / "part"
    if not names[0].exists():
        write_text(part, 30 if tiny else WORDS, vocabulary=20 if tiny else 60_000)
        part.rename(names[0])
    if not names[1].exists():
        part.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(20 if tiny else PLANTED)))
        part.rename(names[1])
    return str(names[0]), str(names[1])


@click.command(help=HELP)
@click.argument("corpus", required=False, type=FILE)
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="This part alone; may be repeated.")
@click.option("--minutes", type=float, help="Begin no measurement after so many minutes.  [default: do all]")
@click.option("--questions", type=FILE, help="Analogies to score by.")
@click.option("--pairs", multiple=True, type=FILE, help="A similarity set to score by; may be repeated.")
@click.option("--sample", default=1e-4, show_default=True)
@click.option("--results", default="gpu-results", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--tiny", is_flag=True, help="A few words, for the simulator.")
def main(
    corpus: Path | None,
    parts: tuple[str, ...],
    minutes: float | None,
    questions: Path | None,
    pairs: tuple[Path, ...],
    sample: float,
    results: Path,
    tiny: bool,
) -> None:
    end = time.monotonic() + 60 * minutes if minutes is not None else float("inf")
    done = child({"kind": "card"}, LONGEST)
    if done.returncode:
        raise click.ClickException((done.stderr.strip().splitlines() or ["no GPU can be had"])[-1])
    card = json.loads(done.stdout.splitlines()[-1])
    kept = KeptRuns(results)
    text, planted = texts(corpus, results, tiny)
    scored = {"questions": str(questions) if questions else None, "pairs": [str(path) for path in pairs]}
    shared = {"sample": sample} | ({"sample": 0, "min_count": 1, "window": 1, "negative": 1, "threads": 1} if tiny else {})
    plan = Plan(text, planted, scored, shared, 4 if tiny else 100 if corpus else 64, tiny)
    version = code_version()
    left = 0
    found: dict[str, list[dict[str, Any]]] = {}
    for part in parts or PARTS:
        found[part] = []
        for kind, order in plan.measurements(part):
            asked = {"kind": kind, "gpu": card["name"], "cores": os.cpu_count(), "version": version, **order}
            asked |= {"bytes": Path(order["corpus"]).stat().st_size} if "corpus" in order else {}
            record = kept.find(asked)
            longest = min(LONGEST, end + GRACE - time.monotonic())
            if record is None and longest < GRACE:
                left += 1
                record = {"asked": asked, "error": "left"}
            elif record is None:
                record = {"asked": asked, **measured(kind, order, 0.0 if tiny else 2.0, longest)}
                if "error" not in record:
                    kept.add(record)
                said = record.get("error") or record.get("said") or f"{record['words_per_second']:,.0f} words/s"
                print(f"{part}, {label(order)}: {said}", file=sys.stderr, flush=True)
            found[part].append(record)
    print(markdown(card, corpus.name if corpus else "generated texts", sample, found))
    if left:
        print(f"\n{left} measurements are left: run the same command again.")


def label(order: dict[str, Any]) -> str:
    """A measurement in a few words."""
    settings = order.get("settings", {})
    parts = [order["variant"], order.get("tool"), settings.get("device"), settings.get("streams"), order.get("without")]
    return ", ".join(str(part) for part in [*parts, f"dim {settings['dim']}" if settings else None] if part)


if __name__ == "__main__":
    main()
