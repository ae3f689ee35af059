"""The texts that are measured on: a corpus or its beginning, cut into lines, or a generated text."""

from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import click

from bench.common.machine import ROOT

GENERATED = ROOT / "build" / "bench"  # generated texts that a later call uses again; git ignores it
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".tar")


class Text(NamedTuple):
    """A text, and the name that results give it: no path of this machine."""

    path: Path
    name: str

    def as_settings(self) -> dict[str, Any]:
        """What results say of it."""
        return {"corpus": self.name, "bytes": self.path.stat().st_size}


def text_of(corpus: Path | None, words: int, megabytes: float | None, folder: Path) -> Text:
    """The corpus, or its first megabytes; without a corpus a generated text of so many words."""
    if corpus is None:
        from fastw2v.benchmark.text import write_text

        path = folder / f"generated-{words}.txt"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_text(path, words)
        return Text(path, "generated")
    if corpus.suffix in COMPRESSED:
        raise click.ClickException(f"{corpus} is compressed, which not every program reads: unpack it first")
    path = corpus.resolve()
    return Text(prefix_of(path, round(megabytes * 1e6), folder) if megabytes else path, corpus.name)


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


def cut_into_lines(corpus: Path, target: Path, words: int) -> None:
    """The same words, so many a line."""
    with corpus.open("rb") as source, target.open("wb") as file:
        for line in source:
            rest = iter(line.split())
            while part := list(islice(rest, words)):
                file.write(b" ".join(part) + b"\n")


def cut_off(corpus: Path, target: Path, words: int) -> None:
    """The first lines, up to so many words."""
    with corpus.open("rb") as source, target.open("wb") as file:
        for line in source:
            found = line.split()[:words]
            file.write(b" ".join(found) + b"\n")
            words -= len(found)
            if not words:
                return
