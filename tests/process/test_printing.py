"""What is printed: words and names of strangers on a terminal, JSON and tab-separated lines for programs."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.command_line import Outcome

import fastw2v
from fastw2v._system.display import field, json_text, readable, shown_on
from fastw2v.cli.ask import words_of
from fastw2v.vectors.word_vectors import WordVectors

CLI = Callable[..., Outcome]
HOSTILE = [
    "king",
    ":smile:",
    "back\\",
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "[bold]x[/bold]",
    "a\tb",
    "a\rb",
    "\udcff",
    "日本",
]
SHOWN = [":smile:", "back\\", "\\x1b[31mred\\x1b[0m", "\\x9b31m", "[bold]x[/bold]", "a\\tb", "a\\rb", "\\xff", "日本"]


def random_vectors(count: int, dim: int = 3) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, dim)).astype(np.float32)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    WordVectors(HOSTILE, random_vectors(len(HOSTILE))).save(tmp_path / "h.f2v")
    return tmp_path / "h.f2v"


def command(*arguments: object, encoding: str | None = None, text: bytes | None = None) -> tuple[int, bytes, bytes]:
    env = os.environ | ({"PYTHONIOENCODING": encoding} if encoding else {})
    line = [sys.executable, "-m", "fastw2v", *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, env=env, input=text, timeout=200)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.quick
def test_text_becomes_readable_for_people_and_parsable_for_programs() -> None:
    assert [readable(word) for word in HOSTILE[1:]] == SHOWN
    assert readable("\ud800") == "\\ud800"
    assert field("a\tb\r\n\x85\u2028\x1b日\\ \udcff") == "a\\tb\\r\\n\\x85\\u2028\\x1b日\\ \udcff"
    value = {"a": [float("nan"), float("inf"), (1.5, None)], "\udcff\x9b\u202e": "日\t\U000e0001"}
    text = json_text(value, indent=1)
    assert json.loads(text) == {"a": [None, None, [1.5, None]], "\udcff\x9b\u202e": "日\t\U000e0001"}
    assert text.replace("\n", "").isprintable()
    assert text.encode()


def test_letters_that_a_terminal_lacks_are_replaced() -> None:
    class Terminal:
        encoding = "latin-1"

    assert shown_on(Terminal(), "böse 日 – …") == "böse \\u65e5 - ..."  # type: ignore[arg-type]
    assert shown_on(None, "日") == "日"


@pytest.mark.parametrize("arguments", [("similar", "h.f2v", "king"), ("info", "h.f2v"), ("analogy", "h.f2v", *HOSTILE[:3])])
@pytest.mark.quick
def test_tables_show_every_word_as_it_is_and_obey_none(
    cli: CLI, hostile: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(hostile.parent)
    monkeypatch.setenv("COLUMNS", "200")
    out = cli(*arguments).out
    assert not set(out) & set("\x1b\x9b\t")
    for word in SHOWN if arguments[0] != "analogy" else SHOWN[2:]:
        assert word in out


def test_a_word_longer_than_the_window_is_shown_whole(cli: CLI, tmp_path: Path) -> None:
    WordVectors(["a", "b" * 300], random_vectors(2)).save(tmp_path / "v.f2v")
    assert cli("similar", tmp_path / "v.f2v", "a").out.count("b") == 300


def test_errors_notes_and_names_of_files_are_shown_as_they_are(
    cli: CLI, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "[red]:smile:\x1b[31m\udcff.bin"
    done = cli("train", text, "-o", name, "--dim", 4, "--epochs", 1)
    assert done.code == 0
    assert "[red]:smile:\\x1b[31m\\xff.bin" in done.err
    assert "\x1b" not in done.err
    assert "[red]:smile:\\x1b[31m\\xff.txt: 3" in cli("convert", name, name.replace("bin", "txt")).out
    for arguments in (
        ("similar", name, "\x1b[31mrex"),
        ("similar", "none\x1b[31m", "a"),
        ("--none\x1b[31m",),
        ("info", "\x1b[2Jx"),
    ):
        err = cli(*arguments).err
        assert err.count("\n") == 1
        assert "\x1b" not in err


def test_json_is_json_and_tab_separated_lines_have_their_fields(
    cli: CLI, hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pairs").write_text("nobody noone 1\n")
    (tmp_path / "questions").write_bytes(b": part\tone \xff\x1b[31m\nking :smile: back\\ king\n")
    similarity, analogies = ("--similarity", tmp_path / "pairs"), ("--analogies", tmp_path / "questions")
    both = ("eval", hostile, *similarity, *analogies)
    commands = [
        ("similar", hostile, "king"),
        ("info", hostile),
        ("eval", hostile, *similarity),
        ("eval", hostile, *analogies),
        both,
    ]
    for arguments in commands:
        code, out, _ = command(*arguments, "--json")
        rows = json.loads(out.decode(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        assert code == 0
        code, out, _ = command(*arguments, "--tsv")
        lines = out.removesuffix(b"\n").split(b"\n")
        assert len(lines) == len(rows) + 1
        assert len({line.count(b"\t") for line in lines}) == 1
        assert b"\x1b" not in out
    found = json.loads(cli("similar", hostile, "king", "--json").out)
    assert {row["word"] for row in found} == {*HOSTILE[1:]}
    assert json.loads(cli(*both, "--json").out)[-1]["spearman"] is None


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8:strict"])
def test_a_terminal_of_any_encoding_will_do(hostile: Path, tmp_path: Path, encoding: str) -> None:
    for arguments in (("similar", hostile, "king"), ("--help",), ("bench", "--help"), ("cluster", hostile, "-k", 2)):
        code, out, err = command(*arguments, encoding=encoding)
        assert (code, err) == (0, b"")
        if arguments[0] == "similar":
            assert (b"\\u65e5" in out) == (encoding != "utf-8:strict")
            assert b"\\xff" in out
    code, out, err = command("convert", hostile, tmp_path / "日\udcff.f2v", encoding=encoding)
    assert (code, err) == (0, b"")
    assert b"\\xff.f2v: 10 words" in out


def test_names_of_files_that_are_no_utf8_work_in_every_command(cli: CLI, text: Path, tmp_path: Path) -> None:
    def named(name: str) -> Path:
        return tmp_path / f"\udcff{name}"

    named("text").write_bytes(text.read_bytes())
    named("questions").write_text("w1 w2 w3 w4\n")
    named("pairs").write_text("w1 w2 1\nw2 w3 2\n")
    named("words").write_text("w1\nw2\nw3\n")
    vectors, small = named("v.bin"), ("--dim", 4, "--epochs", 1, "--quiet", "--threads", 1)
    files = ("--log", named("log"), "--save-vocab", named("vocab"), "--checkpoint", named("state"))
    for arguments in (
        ("train", named("text"), "-o", vectors, *small, *files),
        ("train", named("text"), "-o", named("w.f2v"), *small, "--read-vocab", named("vocab"), "--init", vectors),
        ("vocab", named("text"), "-o", named("vocab")),
        ("phrases", named("text"), "-o", named("phrases")),
        ("similar", vectors, "w1"),
        ("analogy", vectors, "w1", "w2", "w3"),
        ("eval", vectors, "--analogies", named("questions"), "--similarity", named("pairs")),
        ("convert", vectors, named("v.txt.gz")),
        ("info", named("w.f2v"), "--json"),
        ("plot", vectors, "-o", named("map.html"), "--words", named("words")),
        ("plot", vectors, "-o", named("map.png")),
        ("plot-loss", named("log"), "-o", named("loss.svg")),
        ("cluster", vectors, "-k", 3, "-o", named("classes")),
    ):
        done = cli(*arguments)
        assert done.code == 0, (arguments, done.err)
        assert "Traceback" not in done.err
    assert cli("resume", named("state")).code == 2  # it had ended
    bench = ("bench", "--corpus", named("text"), "--variant", "cbow-ns", "--kernel", "blocked", "--threads", 1, "--words", 5000)
    done = cli(*bench, "--repeats", 1, "--quiet", "--json", named("json"), "--plot", named("bench.png"))
    assert done.code == 0, done.err
    assert json.loads(named("json").read_text())["corpus"] == str(named("text"))


@pytest.mark.parametrize("program", ["word2vec", "word2phrase"])
def test_the_originals_programs_take_names_that_are_no_utf8(text: Path, tmp_path: Path, program: str) -> None:
    name = tmp_path / "\udcfftext"
    name.write_bytes(text.read_bytes())
    line = [sys.executable, "-c", f"from fastw2v.original.{program} import main; main()", "-train", name]
    line += ["-threads", "1"] if program == "word2vec" else []
    env = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run([*line, "-output", tmp_path / "\udcffout"], capture_output=True, env=env, timeout=200)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Starting training using file " + os.fsencode(name))


def test_a_query_takes_any_word_and_minus_subtracts() -> None:
    known = {"king", "woman", "man", "-5", "5", "-", "Green Tea", "Green", "\u3000", "\udcff", "a\tb", " led", "-Green Tea"}
    for line, expected in {
        "king woman -man": (["king", "woman"], ["man"]),
        "king\t-5  5": (["king", "-5", "5"], []),
        "- king --": (["-", "king"], ["-"]),
        "Green Tea king": (["Green Tea", "king"], []),
        "king Green": (["king", "Green"], []),
        "king -none none": (["king", "none"], ["none"]),
        "\u3000 \udcff": (["\u3000", "\udcff"], []),
        "a\tb": (["a\tb"], []),
        " led": ([" led"], []),
        "-Green Tea": (["-Green Tea"], []),
        "--Green Tea": ([], ["-Green Tea"]),
    }.items():
        assert words_of(line, known) == expected, line
    assert words_of("king -Green Tea", known - {"-Green Tea"}) == (["king"], ["Green Tea"])


def test_asked_again_and_again_each_answer_is_a_line_of_json(tmp_path: Path) -> None:
    words = ["king", "queen", "man", "Green Tea", "\udcff", "-5", "\u3000"]
    vectors = WordVectors(words, random_vectors(len(words), 8))
    vectors.save(tmp_path / "v.f2v")
    queries = "king queen -man\nnobody\n\nGreen Tea\n\udcff\n-5\n\u3000\n".encode("utf-8", "surrogateescape")
    code, out, err = command("similar", tmp_path / "v.f2v", "--json", "-n", 2, text=queries, encoding="ascii")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert err == b"the word 'nobody' has no vector\n"
    assert answers[1] is None
    asked = [vectors.most_similar(["king", "queen"], ["man"], 2), *(vectors.most_similar(word, topn=2) for word in words[3:])]
    assert [[row["word"] for row in answer] for answer in answers if answer] == [[word for word, _ in one] for one in asked]


def test_where_standard_input_is_closed_nothing_is_asked(hostile: Path) -> None:
    line = [sys.executable, "-m", "fastw2v", "similar", str(hostile)]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "-", *line], capture_output=True, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("scale", [3e37, 1e-44, 0.0])
def test_no_warning_of_numpy_reaches_a_user(tmp_path: Path, scale: float) -> None:
    from fastw2v.plotting import draw_map
    from fastw2v.vectors.clusters import clusters
    from fastw2v.vectors.io.description import describe

    rows = (np.clip(random_vectors(12, 4), -2, 2) * scale).astype(np.float32)
    words = [f"w{number}" for number in range(12)]
    (tmp_path / "pairs").write_text("w0 w1 1\nw1 w2 1\nw2 w3 1\n")
    (tmp_path / "questions").write_text("w0 w1 w2 w3\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectors = WordVectors(words, rows)
        for name in ("v.bin", "v.txt", "v.f2v"):
            vectors.save(tmp_path / name)
            assert describe(tmp_path / name)["words"] == "12"
            assert np.array_equal(fastw2v.load(tmp_path / name).vectors, rows) or name == "v.txt"
        vectors.save(tmp_path / "small.f2v", dtype="int8")
        for asked in (vectors, fastw2v.load(tmp_path / "small.f2v")):
            found = asked.most_similar("w1", topn=11)
            assert np.isfinite([cosine for _, cosine in found]).all()
        vectors.similar_by_vector(rows[1])
        vectors.n_similarity(words[:3], words[3:])
        vectors.distances("w0", words[1:3])
        vectors.doesnt_match(words)
        vectors.evaluate_similarity(tmp_path / "pairs")
        for method in ("3cosadd", "3cosmul"):
            vectors.evaluate_analogies(tmp_path / "questions", method=method)
        clusters(rows, 3)
        draw_map(vectors, tmp_path / "map.html")
        WordVectors(["a"], np.full((1, 4), np.finfo(np.float32).max)).save(tmp_path / "largest.f2v")
        assert fastw2v.load(tmp_path / "largest.f2v").norms[0] == np.finfo(np.float32).max
    if scale > 1:
        assert vectors.similar_by_vector(rows[1])[0] == ("w1", pytest.approx(1, abs=1e-5))


def test_the_command_line_shows_no_librarys_warning(hostile: Path) -> None:
    code = "import warnings\nfrom fastw2v.cli import main, cli\n"
    code += "@cli.command()\ndef warn(): warnings.warn('of a library', RuntimeWarning)\n"
    code += "import sys\nsys.argv[1:] = ['warn']\nmain()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=200)
    assert (done.returncode, done.stderr) == (0, b"")
