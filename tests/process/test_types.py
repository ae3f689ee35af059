"""What a type checker makes of the public interface, from a program outside the package, under mypy's strict mode."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
CONFIG = """
[mypy]
strict = true
python_version = 3.10
[mypy-fastw2v.*]
ignore_errors = true
[mypy-numba.*,llvmlite.*,gensim.*,scipy.*,mpi4py.*]
ignore_missing_imports = true
follow_imports = skip
"""

RIGHT = """
from pathlib import Path

import numpy as np
from typing_extensions import assert_type

import fastw2v
from fastw2v import Interrupted, Progress, Settings, UnknownWordError, UsageError, WordVectors
from fastw2v.phrasing.pipeline import PhraseSummary
from fastw2v.vectors.evaluation.analogies import Analogies, Section
from fastw2v.vectors.evaluation.similarity import Similarity


def stop(progress: Progress) -> None:
    assert_type(progress.share, float)
    assert_type(progress.seconds_left, float | None)
    assert_type(progress.epoch, int)
    raise KeyboardInterrupt


def sentences() -> list[list[str]]:
    return [["a", "b"], ["b", "a"]]


settings = Settings(model="cbow", dim=300, alpha=0.05, kernel="reference", device="auto")
assert_type(settings.dim, int)
vectors = fastw2v.train(
    ["a.txt", "b/*.gz"],
    model="skipgram",
    dim=100,
    window=5,
    negative=5,
    hs=True,
    sample=1e-3,
    min_count=5,
    max_vocab=None,
    epochs=5,
    alpha=None,
    threads=2,
    seed=1,
    kernel="blocked",
    memory=2**30,
    device="cpu",
    streams=None,
    sync_words=None,
    output=Path("v.bin"),
    file_format="binary",
    save_output_vectors="o.bin",
    save_vocab="vocab",
    read_vocab=None,
    init="earlier.f2v",
    log="log",
    checkpoint="state",
    checkpoint_every=60,
    save_on_interrupt=True,
    force=True,
    progress=True,
    callback=stop,
)
assert_type(vectors, WordVectors)
assert_type(fastw2v.train([Path("a.txt"), Path("b.txt")]), WordVectors)
assert_type(fastw2v.train(sentences(), init=vectors, callback=print), WordVectors)
assert_type(fastw2v.train((sentence for sentence in sentences())), WordVectors)
assert_type(fastw2v.resume(Path("state"), force=False, progress=True, callback=stop), WordVectors)
counts = fastw2v.count("a.txt", min_count=1, max_vocab=9, threads=1, memory=None, output="vocab", progress=False)
assert_type(counts, dict[str, int])
joined = fastw2v.phrases(["a.txt"], "b.txt", threshold=[200, 100.0], min_count=5, passes=2, threads=1, memory=None)
assert_type(joined, PhraseSummary)
assert_type(joined.words, int)

loaded = fastw2v.load(Path("v.bin"), 10, lenient=True, note=print)
assert_type(loaded, WordVectors)
assert_type(WordVectors(["a"], np.ones((1, 2)), counts=np.array([1])), WordVectors)
assert_type(loaded.words, list[str])
assert_type(loaded.dim, int)
assert_type(len(loaded), int)
assert_type([word for word in loaded], list[str])
assert_type("a" in loaded, bool)
assert_type(loaded.row("a"), int)
assert_type(loaded.rows(["a"]), list[int])
arrays: list[np.ndarray] = [
    loaded.vectors, loaded.norms, loaded["a"], loaded[["a", "b"]], loaded.unit([0]), loaded.cosines(loaded.vectors, 5)
]
maybe: list[np.ndarray | None] = [loaded.output_vectors, loaded.counts]

Neighbours = list[tuple[str, float]]
assert_type(loaded.most_similar("a"), Neighbours)
assert_type(loaded.most_similar(positive=["a", ("b", 0.5)], negative=[loaded["c"]], topn=3, restrict=100), Neighbours)
assert_type(loaded.similar_by_vector(loaded["a"], 5), Neighbours)
assert_type(loaded.similar_to_each(["a", "b"]), list[Neighbours])
scores: np.ndarray = loaded.most_similar("a", topn=None)
scores = loaded.similar_by_vector(loaded["a"], topn=None)
scores = loaded.similar_to_each(["a"], topn=None)[0]
scores = loaded.distances("a", ["b"])
assert_type(loaded.similarity("a", "b"), float)
assert_type(loaded.n_similarity(["a"], ["b", "c"]), float)
assert_type(loaded.distance("a", "b"), float)
assert_type(loaded.doesnt_match(["a", "b"]), str)
assert_type(loaded.closer_than("a", "b"), list[str])
assert_type(loaded.rank("a", "b"), int)
assert_type(loaded.save("v.f2v", "folder", "int8"), int)
assert_type(WordVectors.from_gensim(loaded.to_gensim()), WordVectors)

analogies = loaded.evaluate_analogies("q.txt", restrict=None, method="3cosmul", case_sensitive=True, unicode_case=False)
assert_type(analogies, Analogies)
assert_type(analogies.sections, list[Section])
assert_type(analogies.total.share, float)
assert_type(analogies.semantic.solved, int)
similarity = loaded.evaluate_similarity("p.txt", restrict=10, case_sensitive=True, unicode_case=False)
assert_type(similarity, Similarity)
assert_type(similarity.spearman, float)
assert_type(similarity.known, int)

try:
    loaded["z"]
except UnknownWordError as error:
    key_error: KeyError = error
    usage_error: UsageError = error
    ours: fastw2v.Fastw2vError = usage_error
except Interrupted as stopped:
    interrupt: KeyboardInterrupt = stopped
assert_type(fastw2v.__version__, str)
"""

WRONG = """
import fastw2v
fastw2v.train("a.txt", vector_size=100)
fastw2v.train("a.txt", dim="100")
fastw2v.train("a.txt", model="glove")
fastw2v.train("a.txt", kernel="fast")
fastw2v.train("a.txt", device="gpu")
fastw2v.train("a.txt", file_format="json")
fastw2v.train(5)
fastw2v.train("a.txt", callback=lambda: None)
fastw2v.train("a.txt", "v.bin")
fastw2v.resume()
fastw2v.count("a.txt", epochs=3)
fastw2v.phrases("a.txt")
fastw2v.load("v.bin", lenient="yes")
fastw2v.Settings(dims=3)
vectors = fastw2v.load("v.bin")
vectors.most_similar(5)
vectors.similarity("a", 5)
vectors.save("v", "json")
vectors.save("v", dtype="float64")
vectors.evaluate_analogies("q.txt", method="cosine")
vectors.evaluate_analogies("q.txt").accuracy
vectors.evaluate_similarity("p.txt", restricted=3)
fastw2v.nothing
"""


def checked(program: str, folder: Path) -> str:
    """What mypy says of a program."""
    (folder / "program.py").write_text(program)
    (folder / "mypy.ini").write_text(CONFIG)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        "mypy.ini",
        "--cache-dir",
        str(folder.parent / "mypy"),
        "program.py",
    ]
    environment = os.environ | {"MYPYPATH": str(PACKAGE.parent)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module", autouse=True)
def _mypy() -> None:
    pytest.importorskip("mypy", reason="mypy is of the extra test")


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_a_program_that_calls_everything_public_passes_in_strict_mode(tmp_path: Path) -> None:
    assert checked(RIGHT, tmp_path) == "Success: no issues found in 1 source file\n"


def test_the_program_calls_everything_public() -> None:
    public = set(fastw2v.__all__) | {name for name in vars(fastw2v.WordVectors) if not name.startswith("_")}
    public |= {name for base in fastw2v.WordVectors.__mro__[1:-1] for name in vars(base) if not name.startswith("_")}
    assert {name for name in public if not re.search(rf"\b{name}\b", RIGHT)} == set()


def test_each_mistake_is_found(tmp_path: Path) -> None:
    said = checked(WRONG, tmp_path)
    found = {int(line) for line in re.findall(r"^program\.py:(\d+): error:", said, re.MULTILINE)}
    rows = enumerate(WRONG.splitlines(), 1)
    assert found == {row for row, line in rows if line and not line.startswith(("import", "vectors ="))}, said
