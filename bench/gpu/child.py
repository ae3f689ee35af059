"""One measurement of `python -m bench gpu`, in a process of its own: an order in, JSON out."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import fastw2v
from bench.common.scoring import scores_of
from fastw2v.benchmark.variants import VARIANTS

# A stage is a function of a module of fastw2v.kernels.cuda; left out, it does nothing.
STAGES = (
    "negative.load_outputs",
    "negative.load_hidden",
    "negative.score_contexts",
    "negative.move_contexts",
    "negative.return_outputs",
)
STREAMS = "streams"  # the setting: how many streams a GPU trains at once
NO_KEPT_IDS = "ids kept on the GPU"  # left out, they pass through it in chunks
OTHER_PLANS = ("4 warps a block", "16 warps a block", "2048 ids a chunk")  # in place of what the plan has


def card() -> dict[str, Any]:
    """What the GPU is."""
    from fastw2v.benchmark.environment import environment, environment_line
    from fastw2v.training.devices import missing

    lacking = missing()
    if lacking:
        sys.exit(f"this needs {lacking}")
    from fastw2v.kernels.cuda.toolkit import SIMULATED, driver_version, the_card

    found = the_card()
    driver = "none" if SIMULATED else ".".join(map(str, driver_version()))
    return found._asdict() | {"driver": driver, "surroundings": environment_line(environment("numba-cuda"))}


def speed(asked: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Words/s of training, in the median; what word2vec.c's arithmetic needs for a word."""
    if asked["without"]:
        leave_out(asked["without"])
    from fastw2v.benchmark.child import measure_training
    from fastw2v.benchmark.operations import Work
    from fastw2v.settings import Settings

    settings = Settings(**asked["settings"])
    found = measure_training(asked["corpus"], settings, asked["words"], 1, seconds)
    work, words = Work(**found["work"]), found["words"] / settings.epochs
    return {
        "words_per_second": found["words"] / float(np.median(found["seconds"])),
        "runs": len(found["seconds"]),
        "operations": work.operations(settings.dim) / words,
        "row_bytes": work.row_bytes(settings.dim) / words,
        "threads": settings.thread_count,
    }


def quality(asked: dict[str, Any]) -> dict[str, Any]:
    """A whole training, and what the vectors know."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        vectors = fastw2v.train(asked["corpus"], log=log, **asked["settings"])
        end = json.loads(log.read_text().splitlines()[-1])
    found = {"words_per_second": end["words_per_second"], "loss": end["loss"], "streams": end["settings"][STREAMS]}
    return found | {"scores": scores(vectors, asked["questions"], asked["pairs"])}


def scores(vectors: Any, questions: str | None, pairs: list[str]) -> dict[str, float | None]:
    """Of a hundred, by name; without sets, of the analogies that are planted in the generated text."""
    found = scores_of(vectors, questions, pairs)
    if not found:
        from fastw2v.demo.questions import solved_analogies

        solved, total = np.sum(list(solved_analogies(vectors).values()), axis=0)
        found["planted analogies"] = solved / total * 100
    return found


def small_run(asked: dict[str, Any]) -> dict[str, Any]:
    """A run that a sanitizer looks at: a few hundred words, two streams, all that a variant calls."""
    from fastw2v.benchmark.text import write_text

    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        write_text(text, 600, vocabulary=60)
        options = {"dim": 40, "epochs": 1, "min_count": 1, "sample": 0, "device": "cuda", STREAMS: 2}
        fastw2v.train(text, **VARIANTS[asked["variant"]] | options)
    return {}


def leave_out(stage: str) -> None:
    """Put a function that does nothing in the place of one of the kernels', before anything is compiled."""
    if stage in (NO_KEPT_IDS, *OTHER_PLANS):
        change_plan(stage)
        return
    from importlib import import_module

    from fastw2v.kernels.cuda.toolkit import device_function

    module, name = stage.split(".")
    original = import_module(f"fastw2v.kernels.cuda.{module}")
    count = getattr(original, name).py_func.__code__.co_argcount
    arguments = ", ".join(f"a{n}" for n in range(count))
    made: dict[str, Any] = {}
    exec(f"def nothing({arguments}):\n    pass\n", made)
    for user in ("vec4", "block", "tiles", "negative", "cbow", "path", "training"):
        found = import_module(f"fastw2v.kernels.cuda.{user}")
        if getattr(found, name, None) is getattr(original, name) and found is not original:
            setattr(found, name, device_function(made["nothing"]))
    setattr(original, name, device_function(made["nothing"]))


def change_plan(change: str) -> None:
    """Ids that pass through the GPU, or another number than the plan's."""
    from fastw2v.training import gpu

    if change == NO_KEPT_IDS:
        replace(gpu.Gpu, "_fits", lambda engine, card: False)
    elif change.endswith("warps a block"):
        replace(gpu, "runnable", lambda plan: plan._replace(warps=int(change.split()[0])))
    else:
        replace(gpu, "chunk_length", lambda ids, epochs, streams: int(change.split()[0]))


def replace(owner: Any, name: str, function: Callable[..., Any]) -> None:
    """Put a function in another's place. Raises AttributeError where there is none of that name."""
    getattr(owner, name)
    setattr(owner, name, function)


def obey(kind: str, order: dict[str, Any], seconds: float = 0.0) -> None:
    """Print what was asked for as JSON."""
    if kind == "card":
        found = card()
    elif kind == "speed":
        found = speed(order, seconds)
    else:
        found = quality(order) if kind == "quality" else small_run(order)
    print(json.dumps(found))
