"""Checkpoints changed by hand: as an earlier version wrote them, or with other contents and the checksums that these have."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastw2v._system.array_folder import description_text
from fastw2v.checkpoints.checksums import sealed
from fastw2v.checkpoints.store import FORMAT, RUN, VERSION

Change = Callable[[dict[str, Any]], object]


def newest(state: Path) -> Path:
    return max(path for path in state.iterdir() if path.name.isdigit())


def with_run(folder: Path, change: Change) -> None:
    """Let run.json say something else."""
    run = json.loads((folder / RUN).read_text())
    for name in ("format", "version", "checksum"):
        run.pop(name, None)
    change(run)
    (folder / RUN).write_bytes(sealed(description_text(FORMAT, VERSION, run)))


def with_checksums(folder: Path) -> None:
    """Let run.json say what checksums the other files have."""
    sums = {path.name: zlib.crc32(path.read_bytes()) for path in folder.iterdir() if path.name != RUN}
    with_run(folder, lambda run: run.update(checksums=sums))


def as_version_1(folder: Path, change: Change = lambda run: None) -> None:
    """Let a checkpoint be as it was before there were checksums."""
    run = json.loads((folder / RUN).read_text())
    del run["checksum"], run["checksums"]
    arrays = sorted(path.stem for path in folder.glob("*.npy"))
    run |= {"version": 1, "arrays": arrays}
    change(run)
    (folder / RUN).write_text(json.dumps(run, indent=1) + "\n")
