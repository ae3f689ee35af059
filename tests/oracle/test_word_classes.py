"""Word classes: beside the original's loop, written out plainly, and beside the original program."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.command_line import Outcome

import fastw2v
from fastw2v.demo.text import sentences
from fastw2v.errors import UsageError
from fastw2v.vectors import clusters as room
from fastw2v.vectors.clusters import clusters, write_clusters

CLI = Callable[..., Outcome]


def plain_classes(vectors: np.ndarray, k: int, iterations: int) -> list[int]:
    """The original's loop."""
    classes = [row % k for row in range(len(vectors))]
    for _ in range(iterations):
        centers = np.zeros((k, vectors.shape[1]))
        for row, number in enumerate(classes):
            centers[number] += vectors[row]
        lengths = [float(np.sqrt(center @ center)) for center in centers]
        for row, vector in enumerate(vectors):
            best, classes[row] = -10.0, 0
            for number in range(k):
                score = float(centers[number] @ vector) / lengths[number] if lengths[number] else np.nan
                if score > best:
                    best, classes[row] = score, number
    return classes


def grouped(words: int, dim: int, groups: int, seed: int = 1) -> np.ndarray:
    """(words, dim) float32 around some centers."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(groups, dim))
    return (centers[random.integers(0, groups, words)] + 0.5 * random.normal(size=(words, dim))).astype(np.float32)


@pytest.mark.parametrize(("k", "iterations"), [(1, 3), (7, 1), (7, 10), (40, 10)])
@pytest.mark.quick
def test_words_get_the_class_that_the_plain_loop_gives_them(k: int, iterations: int) -> None:
    vectors = grouped(400, 12, 20)
    found = clusters(vectors, k, iterations)
    assert found.dtype == np.int32
    assert found.shape == (400,)
    assert found.tolist() == plain_classes(vectors, k, iterations)


def test_classes_are_the_same_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = grouped(1000, 8, 9)
    whole = clusters(vectors, 9)
    monkeypatch.setattr(room, "PRODUCTS_AT_ONCE", 9 * 64)
    monkeypatch.setattr(room, "ROWS_SUMMED_AT_ONCE", 100)
    told: list[int] = []
    assert np.array_equal(clusters(vectors, 9, advanced=told.append), whole)
    assert sum(told) == 10 * 1000
    assert max(told) == 64
    assert np.array_equal(clusters(np.asfortranarray(vectors), 9), whole)


def test_classes_that_are_empty_stay_empty_and_words_that_point_away_from_all_fall_to_class_0() -> None:
    vectors = grouped(30, 4, 3)
    assert clusters(vectors, 50).tolist() == plain_classes(vectors, 50, 10)
    same = np.repeat(vectors[:2], [20, 10], axis=0)
    assert clusters(same, 5).tolist() == plain_classes(same, 5, 10)
    away = np.tile(np.float32([1, 0]), (400, 1))
    away[17] = [-50, 3]
    away[18] = [0, 0]
    found = clusters(away, 3)
    assert found.tolist() == plain_classes(away, 3, 10)
    assert found[17] == 0


def test_a_vector_that_is_no_number_harms_no_other_class() -> None:
    vectors = grouped(100, 6, 4)
    vectors[3] = np.nan
    assert clusters(vectors, 4, 1).tolist() == plain_classes(vectors, 4, 1)
    assert clusters(vectors, 4, 1)[3] == 0


@pytest.mark.parametrize("wrong", [{"k": 0}, {"k": -2}, {"k": 2**31}, {"k": 3, "iterations": 0}])
def test_impossible_numbers_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="must be a whole number from 1 to"):
        clusters(grouped(10, 2, 2), **wrong)


@pytest.fixture(scope="module")
def trained(original: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """What the original makes of a text with one thread, from the same vectors each time: so many classes, or the vectors (0).

    The text has groups of words. Where words have no groups, the scores of two centers differ by no more than rounding does,
    and after ten rounds of that not even float32 and float64 agree on all words.
    """
    folder = tmp_path_factory.mktemp("clusters")
    (folder / "text.txt").write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(50_000)))

    def train(classes: int) -> Path:
        output = folder / f"output{classes}"
        options = f"-cbow 0 -size 24 -window 5 -threads 1 -iter 5 -debug 0 -binary 1 -classes {classes}"
        files = ["-train", str(folder / "text.txt"), "-output", str(output), "-save-vocab", str(folder / "vocab")]
        if not output.exists():
            subprocess.run([original, *files, *options.split()], check=True, stdout=subprocess.DEVNULL, timeout=120)
        return output

    return train


def pairs(path: Path) -> list[list[bytes]]:
    """The lines "word class" of a file."""
    return [line.split(b" ") for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("k", [12, 60])
def test_of_the_originals_vectors_we_make_the_originals_classes(
    trained: Callable[[int], Path], cli: CLI, tmp_path: Path, k: int
) -> None:
    expected = pairs(trained(k))
    assert cli("cluster", trained(0), "-k", k, "-o", tmp_path / "classes")[0] == 0
    found = pairs(tmp_path / "classes")
    assert [word for word, _ in found] == [word for word, _ in expected]
    same = sum(ours == theirs for ours, theirs in zip(found, expected))
    assert same >= 0.999 * len(expected)
    assert len({number for _, number in expected}) >= 12


def test_more_classes_than_words_are_refused_but_are_the_originals_where_a_training_run_asks_for_them(
    trained: Callable[[int], Path], cli: CLI, tmp_path: Path
) -> None:
    code, out, err = cli("cluster", trained(0), "-k", 2_000_000_000, "-o", tmp_path / "c")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "-k is 2,000,000,000, and" in err
    vectors = fastw2v.load(trained(0))
    assert f"has {len(vectors):,} words" in err
    assert [int(number) for _, number in pairs(trained(5000))] == clusters(vectors.vectors, 5000).tolist()
    assert clusters(vectors.vectors, 2**31 - 1).tolist() == clusters(vectors.vectors, 5000).tolist()


def test_without_an_output_all_classes_are_shown(cli: CLI, tmp_path: Path) -> None:
    vectors = grouped(300, 8, 5)
    words = ["\x1b[31mred", "[bold]", ":smile:", "x\udcff", *(f"w{i}" for i in range(296))]
    fastw2v.WordVectors(words, vectors).save(tmp_path / "v.f2v")
    classes = clusters(vectors, 20).tolist()
    sizes = np.bincount(classes)
    code, out, err = cli("cluster", tmp_path / "v.f2v", "-k", 20)
    assert (code, err) == (0, "")
    shown = [line.split("│")[1:3] for line in out.splitlines() if line.count("│") == 4]
    assert [int(size) for _, size in shown if size.strip()] == sorted(sizes[sizes > 0].tolist(), reverse=True)
    for word in ("\\x1b[31mred", "[bold]", ":smile:", "x\\xff"):
        assert word in out
    by_class = cli("cluster", tmp_path / "v.f2v", "-k", 20, "--sorted").out
    numbers = [line.split("│")[1].strip() for line in by_class.splitlines() if line.count("│") == 4]
    assert [int(number) for number in numbers if number] == np.flatnonzero(sizes).tolist()
    lines = [line.split("\t") for line in cli("cluster", tmp_path / "v.f2v", "-k", 20, "--tsv").out.splitlines()]
    assert lines[0] == ["word", "class"]
    assert [int(number) for _, number in lines[1:]] == classes
    assert lines[1][0] == "\\x1b[31mred"


def test_the_reference_kernels_vectors_fall_into_the_originals_classes(trained: Callable[[int], Path]) -> None:
    theirs = pairs(trained(12))
    folder = trained(12).parent
    vectors = fastw2v.train(folder / "text.txt", read_vocab=folder / "vocab", dim=24, epochs=5, threads=1, kernel="reference")
    assert vectors.words == [word.decode() for word, _ in theirs]
    classes = clusters(vectors.vectors, 12).tolist()
    assert sum(number == int(other) for number, (_, other) in zip(classes, theirs)) > 0.99 * len(theirs)


def test_a_file_has_a_line_for_each_word_in_the_order_asked_for(tmp_path: Path) -> None:
    words, classes = [b"a", b"\xff", b"c"], np.array([1, 0, 1], np.int32)
    assert write_clusters(tmp_path / "plain", words, classes) == 12
    assert (tmp_path / "plain").read_bytes() == b"a 1\n\xff 0\nc 1\n"
    write_clusters(tmp_path / "sorted", words, classes, separator=b"\t", by_class=True)
    assert (tmp_path / "sorted").read_bytes() == b"\xff\t0\na\t1\nc\t1\n"


@pytest.mark.quick
def test_the_command_writes_the_file_and_shows_the_largest(cli: CLI, tmp_path: Path) -> None:
    vectors = grouped(300, 8, 5)
    words = ["</s>", "[bold]", "x\udcff", *(f"w{i}" for i in range(297))]
    fastw2v.WordVectors(words, vectors).save(tmp_path / "v.bin")
    code, out, err = cli("cluster", tmp_path / "v.bin", "-k", 20, "-o", tmp_path / "c", "--sorted", "--tsv", "--iterations", 4)
    assert (code, err) == (0, "")
    lines = [line.split(b"\t") for line in (tmp_path / "c").read_bytes().splitlines()]
    expected = dict(zip(words, clusters(vectors, 20, 4).tolist()))
    assert {word.decode("utf-8", "surrogateescape"): int(number) for word, number in lines} == expected
    assert [int(number) for _, number in lines] == sorted(expected.values())
    sizes = np.bincount(list(expected.values()))
    shown = [line.split("│")[1:3] for line in out.splitlines() if line.count("│") == 4]
    shown_sizes = [int(size) for _, size in shown if size.strip()]
    assert shown_sizes == sorted(sizes.tolist(), reverse=True)[:10]
    assert f"300 words in {np.count_nonzero(sizes)} classes, written to {tmp_path / 'c'}" in out


def test_the_command_refuses_in_one_line_and_leaves_no_file(cli: CLI, tmp_path: Path) -> None:
    fastw2v.WordVectors(["a", "b"], np.eye(2, dtype=np.float32)).save(tmp_path / "v.bin")
    (tmp_path / "damaged").write_bytes(b"not vectors\n")
    before = sorted(tmp_path.iterdir())
    for arguments, message in {
        ("v.bin", "-k", 0, "-o", "c"): "-k is 0",
        ("v.bin", "-k", 2, "-o", "c", "--iterations", 0): "--iterations is 0",
        ("v.bin", "-k", 2, "-o", "v.bin"): "is also an input",
        ("v.bin", "-k", 2, "-o", "none/c"): "does not exist",
        ("none.bin", "-k", 2, "-o", "c"): "cannot read",
        ("damaged", "-k", 2, "-o", "c"): "damaged",
        ("v.bin", "-o", "c"): "Missing option '-k'",
    }.items():
        places = [tmp_path / part if "." in str(part) or part in ("c", "none/c", "damaged") else part for part in arguments]
        code, out, err = cli("cluster", *places)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err
    assert sorted(tmp_path.iterdir()) == before
