"""Anything at all as input: nothing but our own error may come of it, in bounded time and memory.

    python tests/stress/fuzz.py [TARGET ...] [--minutes 1] [--engine hypothesis|atheris] [--seed 1]

Targets: corpus, vocabulary, vectors, folder, checkpoint. Each begins with a good file, and changes, cuts and joins bytes of it,
or makes them anew. With atheris (pip install atheris) the changes follow what the code does with them. Ends with 1 at the first
input that raises anything else, takes longer than --slow seconds or more than --memory megabytes; the input is kept in a file.
"""

import contextlib
import io
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np

if "atheris" in sys.argv:  # before the import, for it counts the branches of what is imported; compiled loops stay as they are
    import atheris

    PACKAGE = Path(__file__).resolve().parents[2]
    LOOPS = [path for path in PACKAGE.rglob("fastw2v/**/*.py") if {"kernels", "model", "_jit"} & set(path.parts)]
    LOOPS += [
        PACKAGE / "fastw2v" / name for name in ("corpus/word_table.py", "vectors/io/text_rows.py", "vectors/io/binary_rows.py")
    ]
    NAMES = [".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__") for path in LOOPS]
    with atheris.instrument_imports(include=["fastw2v"], exclude=NAMES):
        import fastw2v.run.pipeline  # noqa: F401

from fastw2v.corpus.vocabulary import read_vocabulary
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.reporting.listener import Listener
from fastw2v.run.pipeline import Files, count, resume, run
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress
from fastw2v.vectors.word_vectors import load

INTERESTING = [
    b"",
    b"\0",
    b"\n",
    b" ",
    b"\r\n",
    b"\xff" * 8,
    b"\x7f" * 4,
    b"-1",
    b"9" * 30,
    b"1e999",
    b"nan",
    b"</s>",
    b'"',
    b"{}",
    b"PK\x03\x04",
]
INTERESTING += [
    b"\x1f\x8b\x08\0",
    b"BZh91AY&SY",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x93NUMPY\x01\0",
    b"null",
    b"[]",
    "ä²€😀".encode(),
    b"/dev/zero",
]
LENGTHS = ["-len_control=0", "-max_len=2000"]  # else libFuzzer tries short inputs alone for minutes: the same few choices
KINDS = (".txt", ".txt.gz", ".txt.bz2", ".txt.xz", ".txt.zst", ".bin", ".bin.gz")
TRAINED = Settings(dim=4, epochs=2, min_count=1, threads=1)


class Stop(Listener):
    """Ends a run."""

    def training(self, progress: Progress) -> None:
        """Presses Ctrl-C at once, so that a run leaves its checkpoint, or ends however many epochs it was told."""
        raise KeyboardInterrupt


class Target:
    """A kind of input.

    good : files by name, in a folder
    use : what reads them
    """

    def __init__(self, folder: Path, use: Callable[[Path], object]) -> None:
        self.use = use
        self.good = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def __call__(self, choose: Callable[[int], int], folder: Path) -> None:
        """Change the files, choosing by `choose(n)`, a number below n; and use them."""
        names = list(self.good)
        for name, content in self.good.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        for _ in range(1 + choose(2)):
            path = folder / names[choose(len(names))]
            path.write_bytes(changed(path.read_bytes(), choose))
        with contextlib.suppress(Fastw2vError, Interrupted):
            self.use(folder)


def changed(content: bytes, choose: Callable[[int], int]) -> bytes:
    """A few changes: bytes set, cut out, doubled, put in, the end cut off, all of it anew."""
    data = bytearray(content)
    for _ in range(1 + choose(4)):
        place = choose(len(data) + 1)
        length = min(choose(9) if choose(2) else choose(len(data) + 1), len(data) - place)
        what = choose(7)
        if what <= 1:
            data[place : place + 1] = bytes([choose(256)])
        elif what == 2:
            del data[place : place + length]
        elif what == 3:
            data[place:place] = data[place : place + min(length, 1000)] * (1 + choose(20))
        elif what == 4:
            data[place : place + choose(2) * length] = INTERESTING[choose(len(INTERESTING))]
        elif what == 5:
            del data[place:]
        else:
            data = bytearray(choose(256) for _ in range(choose(40)))
    return bytes(data)


def targets(folder: Path) -> dict[str, Target]:
    """All of them, with their good files."""
    text = folder / "good.txt"
    text.write_bytes(b"a few words of a text, and a few more words of it\n" * 40)
    vectors = run(str(text), TRAINED, Files(save_vocab=folder / "vocab.txt"), Listener())
    made = {}
    for name in ("corpus", "vocabulary", "vectors", "folder", "checkpoint"):
        (folder / name).mkdir()
    corpora = [text.read_bytes(), text.read_bytes()[:300] + "ä\r\n\tö  ü ".encode() * 9]
    for suffix in KINDS[:5]:
        vectors.save(folder / "vectors" / f"v{suffix}", "text")
        content = packed(corpora[0], suffix)
        (folder / "corpus" / f"c{suffix}").write_bytes(content)
    (folder / "corpus" / "d.txt").write_bytes(corpora[1])
    for suffix in KINDS[5:]:
        vectors.save(folder / "vectors" / f"v{suffix}", "binary")
    vectors.save(folder / "vectors" / "g.txt", "glove")
    vectors.save(folder / "folder" / "m.f2v")
    shutil.copy(folder / "vocab.txt", folder / "vocabulary" / "vocab.txt")
    with contextlib.suppress(Interrupted):
        run(str(text), TRAINED, Files(checkpoint=folder / "checkpoint" / "state"), Stop())

    def each(use: Callable[[Path], object]) -> Callable[[Path], None]:
        def use_each(where: Path) -> None:
            for path in sorted(where.iterdir()):
                with contextlib.suppress(Fastw2vError):
                    use(path)

        return use_each

    made["corpus"] = Target(folder / "corpus", each(lambda path: count(str(path), Settings(min_count=1, threads=2))))
    made["vocabulary"] = Target(folder / "vocabulary", each(lambda path: read_vocabulary(path)))
    made["vectors"] = Target(folder / "vectors", each(lambda path: asked(load(path))))
    made["folder"] = Target(folder / "folder", lambda where: asked(load(where / "m.f2v")))
    made["checkpoint"] = Target(folder / "checkpoint", lambda where: resume(where / "state", force=True, listener=Stop()))
    return made


def packed(content: bytes, suffix: str) -> bytes:
    """Bytes as a compressed file."""
    import bz2
    import gzip
    import lzma

    from fastw2v.compression.zstd import zstd

    pack = {".txt.gz": gzip.compress, ".txt.bz2": bz2.compress, ".txt.xz": lzma.compress, ".txt.zst": zstd.compress}
    return pack.get(suffix, bytes)(content)


def asked(vectors: object) -> None:
    """Vectors that were read are also used."""
    words = vectors.words  # type: ignore[attr-defined]
    if words:
        vectors.most_similar(words[0], topn=3)  # type: ignore[attr-defined]
        np.asarray(vectors[words[-1]]).sum()  # type: ignore[index]


class Watch:
    """Refuses an input that takes too long or too much."""

    def __init__(self, target: Target, slow: float, memory: int) -> None:
        self.target, self.slow, self.memory = target, slow, memory
        self.tried = 0
        self.longest = 0.0

    def __call__(self, choose: Callable[[int], int]) -> None:
        """Try one input."""
        with tempfile.TemporaryDirectory() as made:
            began = time.monotonic()
            try:
                self.target(choose, Path(made))
                taken = time.monotonic() - began
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                assert self.tried == 0 or taken < self.slow, f"it took {taken:.1f} s"  # the first one compiles
                assert peak < self.memory, f"it took {peak} MB"
            except BaseException:
                kept = tempfile.mkdtemp(prefix="fastw2v-fuzz-")
                shutil.copytree(made, kept, dirs_exist_ok=True)
                print(f"the input is in {kept}")
                raise
        self.tried += 1
        self.longest = max(self.longest, taken if self.tried > 1 else 0.0)


def with_hypothesis(watch: Watch, seconds: float, seed: int) -> None:
    """Choices by hypothesis, which makes a failing input smaller; one batch of examples after another."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:

        @seeded(seed)
        @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.integers(0, 2**32), st.lists(st.integers(0, 2**16), max_size=60))
        def one(start: int, first: list[int]) -> None:
            choices, chance = iter(first), random.Random(start)
            watch(lambda below: chosen(choices, chance, below))

        one()
        seed += 1


def chosen(choices: Iterator[int], chance: random.Random, below: int) -> int:
    """A choice of hypothesis's own, which it can make smaller, as long as there are any."""
    own = next(choices, None)
    return chance.randrange(below) if own is None else own % below


def with_atheris(watch: Watch, seconds: float, seed: int) -> None:
    """Choices by libFuzzer, which sees what branches they reach."""

    def one(data: bytes) -> None:
        given = atheris.FuzzedDataProvider(data)
        watch(lambda below: given.ConsumeIntInRange(0, below - 1))

    atheris.Setup(
        [sys.argv[0], f"-max_total_time={int(seconds)}", f"-seed={seed}", "-print_final_stats=1", "-rss_limit_mb=0", *LENGTHS],
        one,
    )
    atheris.Fuzz()


@click.command()
@click.argument("names", nargs=-1)
@click.option("--minutes", default=1.0, show_default=True, help="For each target.")
@click.option("--engine", type=click.Choice(("hypothesis", "atheris")), default="hypothesis", show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--slow", default=20.0, show_default=True, help="Seconds that an input may take.")
@click.option("--memory", default=2000, show_default=True, help="Megabytes that this process may have taken.")
def main(names: tuple[str, ...], minutes: float, engine: str, seed: int, slow: float, memory: int) -> None:
    if engine == "atheris" and len(names) != 1:  # it never returns: each target in a process of its own
        chosen = names or ("corpus", "vocabulary", "vectors", "folder", "checkpoint")
        more = ["--minutes", minutes, "--engine", engine, "--seed", seed, "--slow", slow, "--memory", memory]
        codes = [subprocess.call([sys.executable, __file__, name, *map(str, more)]) for name in chosen]
        sys.exit(any(codes))
    with (
        tempfile.TemporaryDirectory() as made,
        contextlib.redirect_stderr(io.StringIO() if engine == "hypothesis" else sys.stderr),
    ):
        found = targets(Path(made))
        for name in names or found:
            watch = Watch(found[name], slow, memory)
            print(f"{name}: {engine}, {minutes} minutes …", flush=True)
            (with_atheris if engine == "atheris" else with_hypothesis)(watch, 60 * minutes, seed)
            print(f"{name}: {watch.tried:,} inputs, the longest took {watch.longest:.1f} s", flush=True)


if __name__ == "__main__":
    main()
