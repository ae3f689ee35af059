"""When checkpoints are written, and what of a run stands in them."""

import os
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from fastw2v.checkpoints.store import Checkpoint, Store
from fastw2v.corpus.ids import IdStream
from fastw2v.corpus.sources import Source
from fastw2v.errors import Fastw2vError
from fastw2v.training.finite import all_finite
from fastw2v.training.state import captured
from fastw2v.training.trainer import Trainer

MOST_OF_THE_TIME = 0.04  # that training may stand still for checkpoints
IDS_AT_ONCE = 1 << 22


class Keeper:
    """Writes a run's checkpoints.

    every : seconds between two of them, more where writing takes long
    run : what run.json says of the run
    words, counts : the vocabulary
    """

    def __init__(self, store: Store, every: float, run: dict[str, Any], words: list[bytes], counts: np.ndarray) -> None:
        self.store = store
        self.every = every
        self.run = run
        self.words = words
        self.counts = counts
        self.last = time.monotonic()
        self.cost = 0.0

    def write_if_due(self, trainer: Trainer, note: Callable[[str], None]) -> None:
        """Called while training goes on, which a checkpoint that cannot be written does not end; `note` hears of it."""
        start = time.monotonic()
        if start - self.last < max(self.every, self.cost / MOST_OF_THE_TIME):
            return
        trouble = ""
        with trainer.paused():
            try:
                self.write(trainer)
            except Fastw2vError as error:
                trouble = str(error)
        self.last = time.monotonic()
        self.cost = self.last - start
        if trouble:
            note(f"training goes on without a new checkpoint: {trouble}")

    def write(self, trainer: Trainer) -> None:
        """Write one now; no thread may be training. Raises Fastw2vError; the one before then stays."""
        arrays = captured(trainer)
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not all_finite(array):
                raise Fastw2vError(f"training has diverged: {name} holds what is no number")
        self.store.write(Checkpoint(self.run, self.words, {"counts": self.counts, **arrays}))

    def leave(self, trainer: Trainer) -> str:
        """Write the last one of a run that ends early; what there is to go on from, in words."""
        try:
            self.write(trainer)
        except Fastw2vError as error:
            return self.without_a_last(str(error))
        return self._goes_on()

    def without_a_last(self, why: str) -> str:
        """What there is to go on from where the last one could not be written, in words."""
        with suppress(Fastw2vError):
            if self.store.numbers():
                return f"{self._goes_on()} from the checkpoint before, for a last one could not be written ({why})"
        return f"a checkpoint could not be written ({why})"

    def _goes_on(self) -> str:
        return f"fastw2v resume {self.store.folder} goes on"


def described(text: list[Source], ids: IdStream) -> dict[str, Any]:
    """A text in a few figures that change when it does: the sizes of its files, and a checksum of all its word ids."""
    checksum = 0
    for start in range(0, len(ids), IDS_AT_ONCE):
        checksum = zlib.crc32(ids.read(start, min(start + IDS_AT_ONCE, len(ids))).tobytes(), checksum)
    return {
        "files": [[os.path.abspath(source.path or source.name), source.size] for source in text],
        "ids": len(ids),
        "checksum": checksum,
    }


def changes(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What is different between two descriptions of a text, in words."""
    sizes_then, sizes_now = ({str(name): size for name, size in text["files"]} for text in (then, now))
    found = [f"{name} is gone" for name in sizes_then if name not in sizes_now]
    found += [f"{name} is new" for name in sizes_now if name not in sizes_then]
    found += [
        f"{name} has {size:,} bytes and had {sizes_then[name]:,}"
        for name, size in sizes_now.items()
        if name in sizes_then and size != sizes_then[name]
    ]
    if not found and (then["ids"], then["checksum"]) != (now["ids"], now["checksum"]):
        found.append("the words in it are others")
    return found


def parse_interval(text: str) -> float:
    """Seconds from "90", "90s", "10m" or "2h". Raises ValueError."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1)
    seconds = float(number) * unit
    if not 0 <= seconds < np.inf:
        raise ValueError
    return seconds
