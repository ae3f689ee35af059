"""The original programs beside ours: the same arguments, the same standard input."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import BIN
from helpers.texts import zipf_text

import fastw2v
from fastw2v.original.arguments import decimal_number, named_arguments, whole_number
from fastw2v.original.questions import read_sections
from fastw2v.original.word2vec import OPTIONS, chosen_settings

Program = Callable[..., "subprocess.CompletedProcess[bytes]"]
SCORED = re.compile(rb"^(.*\t\t)(-?\d+\.\d{6}|-?nan)$")
TWO_LINES = re.compile(rb"^Vocab size: \d+\nWords in train file: \d+$", re.MULTILINE)


def ours(name: str, *arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run one of bin/."""
    command = [sys.executable, str(BIN / name), *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=180)


@pytest.fixture(scope="module")
def theirs(original: str) -> Program:
    """Run one of the original programs."""

    def run(name: str, *arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        program = original if name == "word2vec" else str(Path(original).with_name(f"word2vec-{name}"))
        return subprocess.run([program, *map(str, arguments)], input=stdin, capture_output=True, timeout=200)

    return run


def planted(words: list[str], seed: int = 1, dim: int = 40) -> fastw2v.WordVectors:
    """Vectors drawn at random, of lengths far from 1."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(len(words), dim)) * random.uniform(0.1, 5, (len(words), 1))
    return fastw2v.WordVectors(words, vectors.astype(np.float32))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,000 words in the binary format."""
    path = tmp_path_factory.mktemp("vectors") / "vectors.bin"
    words = ["</s>", "straße", "日本", "don't", "%s", "x\udcff", *(f"w{i}" for i in range(994))]
    planted(words).save(path)
    return path


def same_but_for_rounding(output: bytes, expected: bytes) -> None:
    """The same lines; where a line ends in a cosine, to 1e-5."""
    lines, expected_lines = output.split(b"\n"), expected.split(b"\n")
    assert len(lines) == len(expected_lines)
    for line, other in zip(lines, expected_lines):
        scored, other_scored = SCORED.match(line), SCORED.match(other)
        if scored and other_scored:
            assert scored[1] == other_scored[1]
            assert abs(float(scored[2]) - float(other_scored[2])) <= 1.01e-5
        else:
            assert line == other


# A line that begins or ends with a space makes the original look at what a longer line before it left behind: those come
# where nothing was left that would show.
DISTANCES = ["w3", "", "w3 ", " w3", "w3  w5", "w3 w5 w9", "w3 w3", "nosuch", "w3 nosuch w5", "</s>", "straße 日本 don't"]
DISTANCES += ["%s", "x\udcff", "exit", "x" * 1998, "x" * 1999, "x" * 2000, "x" * 4500, "w1 " * 40 + "w2"]
ANALOGIES = ["w1", "", "w1 w2", "w1 w2 w3", "w3 w2 w1", "w1 w1 w1", "w1 w2 w3 w4", "w1 w2 w3 nosuch", "w1 nosuch w3"]
ANALOGIES += ["</s> w1 w2", "w1 w2 </s>", "w1  w2 w3", "w1 w2 w3 ", "straße 日本 don't", "y" * 3000]


@pytest.mark.parametrize(("name", "lines"), [("distance", DISTANCES), ("word-analogy", ANALOGIES)])
def test_nearest_words_are_the_originals_in_its_order_and_layout(
    theirs: Program, file: Path, name: str, lines: list[str]
) -> None:
    stdin = "\n".join([*lines, "EXIT", "w1 w2 w3", ""]).encode("utf-8", "surrogateescape")
    expected, done = theirs(name, file, stdin=stdin), ours(name, file, stdin=stdin)
    assert done.returncode == expected.returncode == 0
    assert done.stderr == b""
    assert expected.stdout.count(b"-" * 72) >= 5
    same_but_for_rounding(done.stdout, expected.stdout)


@pytest.mark.parametrize("name", ["distance", "word-analogy"])
def test_a_table_of_few_words_is_filled_up_as_the_originals(theirs: Program, tmp_path: Path, name: str) -> None:
    vectors = planted([f"w{i}" for i in range(12)], dim=3)
    vectors.vectors[7] = -2 * vectors.vectors[1]
    vectors.save(tmp_path / "v.bin")
    stdin = b"w1 w2 w3\nw9 w5 w4\nEXIT\n"
    expected, done = theirs(name, tmp_path / "v.bin", stdin=stdin), ours(name, tmp_path / "v.bin", stdin=stdin)
    assert done.stdout.count(b"\t\t") == 80
    same_but_for_rounding(done.stdout, expected.stdout)


def test_of_equal_cosines_the_first_comes_first(theirs: Program, tmp_path: Path) -> None:
    vectors = planted([f"w{i}" for i in range(120)], dim=4)
    vectors.vectors[20:100] = np.repeat(vectors.vectors[20:22], 40, axis=0)
    vectors.save(tmp_path / "v.bin")
    stdin = b"w20\nw60\nw11\nEXIT\n"
    expected = theirs("distance", tmp_path / "v.bin", stdin=stdin)
    same_but_for_rounding(ours("distance", tmp_path / "v.bin", stdin=stdin).stdout, expected.stdout)


ALL_WORDS = [f"w{a} w{b} w{c} w{d}" for a in range(1, 8) for b in range(3, 7) for c in range(4, 8) for d in range(0, 60, 3)]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("distance", ["w1", "w5", "w5 w1", "EXIT"]),
        ("word-analogy", ["w1 w2 w3", "w5 w1 w2", "w1 w2 w5", "EXIT"]),
        ("compute-accuracy", [": all", *ALL_WORDS]),
    ],
)
def test_a_vector_without_direction_is_near_nothing_as_in_the_original(
    theirs: Program, tmp_path: Path, name: str, lines: list[str]
) -> None:
    vectors = planted([f"w{i}" for i in range(60)], dim=9)
    vectors.vectors[[5, 40]] = 0
    vectors.save(tmp_path / "v.bin")
    stdin = "\n".join([*lines, ""]).encode()
    same_but_for_rounding(
        ours(name, tmp_path / "v.bin", stdin=stdin).stdout, theirs(name, tmp_path / "v.bin", stdin=stdin).stdout
    )


@pytest.mark.parametrize("name", ["distance", "word-analogy"])
def test_the_end_of_input_ends_it_and_a_text_file_will_do(file: Path, tmp_path: Path, name: str) -> None:
    fastw2v.load(file).save(tmp_path / "v.txt")
    stdin = b"w1 w2 w3\n"
    binary, text = ours(name, file, stdin=stdin), ours(name, tmp_path / "v.txt", stdin=stdin.rstrip())
    assert binary.returncode == text.returncode == 0
    assert binary.stdout.count(b"(EXIT to break): ") == 2
    same_but_for_rounding(text.stdout, binary.stdout)


@pytest.mark.parametrize("name", ["word2vec", "distance", "word-analogy", "compute-accuracy"])
def test_no_arguments_show_the_usage_and_wrong_ones_get_one_line(theirs: Program, tmp_path: Path, name: str) -> None:
    bare = ours(name)
    assert bare.returncode == theirs(name).returncode == 0
    assert name.encode() in bare.stdout
    (tmp_path / "damaged").write_bytes(b"5 3\nword ")
    before = ["-output", tmp_path / "v", "-train"] if name == "word2vec" else []
    for wrong in ("none.bin",) if before else ("none.bin", tmp_path, tmp_path / "damaged"):
        done = ours(name, *before, wrong, stdin=b"EXIT\n")
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1
        assert done.stderr.startswith(name.encode() + b": ")
        assert str(wrong).encode() in done.stderr
        assert theirs(name, *before, "none.bin").returncode != 0


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_at_the_prompt_is_one_line(file: Path, sent: signal.Signals, code: int) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, str(BIN / "distance"), str(file)], **pipes)
    assert process.stdout
    assert process.stdout.read(5) == b"Enter"
    process.send_signal(sent)
    err = process.communicate(timeout=200)[1]
    assert (process.returncode, err) == (code, b"distance: stopped\n")


def test_a_reader_that_has_gone_and_a_library_that_is_missing_are_no_traceback(file: Path) -> None:
    command = f"yes w1 | {sys.executable} {BIN / 'distance'} {file} | head -1"
    done = subprocess.run(["bash", "-c", command + "; exit ${PIPESTATUS[1]}"], capture_output=True, timeout=200)
    assert (done.returncode, done.stderr) == (1, b"")
    code = "import sys; sys.modules['numpy'] = None; sys.argv[1:] = ['x']\nfrom fastw2v.original.distance import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=200, cwd=BIN.parent)
    assert done.returncode == 1
    assert done.stderr.startswith(b"distance: numpy is not installed: ")


@pytest.fixture(scope="module")
def analogies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Vectors in which most questions of a grid of words have their answer, and the questions."""
    random = np.random.default_rng(3)
    rows, columns, dim = 60, 12, 24
    grid = random.normal(size=(rows, 1, dim)) + 1.2 * random.normal(size=(1, columns, dim))
    grid = grid + 0.45 * random.normal(size=(rows, columns, dim))
    words = ["</s>", *(f"Stem{row}-{column}ß" for row in range(rows) for column in range(columns))]
    vectors = np.concatenate((random.normal(size=(1, dim)), grid.reshape(-1, dim)))
    # The same words in other letters, near the first ones: an answer in either is right.
    again = random.permutation(len(words))[:200]
    words += [words[row].lower() if row else "</S>" for row in again]
    vectors = np.concatenate((vectors, vectors[again] + 0.2 * random.normal(size=(200, dim))))
    path = tmp_path_factory.mktemp("analogies") / "vectors.bin"
    fastw2v.WordVectors(words, vectors.astype(np.float32)).save(path)

    lines = []
    for section in range(8):
        lines.append(f": section-{section}")
        for _ in range(150):
            (r, s), (c, d) = random.choice(rows, 2, replace=False), random.choice(columns, 2, replace=False)
            question = [f"stem{r}-{c}ß", f"STEM{r}-{d}ß", f"stem{s}-{c}ß", f"Stem{s}-{d}ß"]
            if random.random() < 0.1:
                question[random.integers(4)] = "unheard"
            lines.append(" ".join(question))
    return path, ("\n".join(lines) + "\n").encode()


def test_every_section_has_the_originals_counts(theirs: Program, analogies: tuple[Path, bytes]) -> None:
    file, questions = analogies
    expected, done = theirs("compute-accuracy", file, stdin=questions), ours("compute-accuracy", file, stdin=questions)
    assert done.stdout == expected.stdout
    assert done.returncode == 0
    right, known = map(int, re.findall(rb"\((\d+) / (\d+)\)", done.stdout)[4])
    assert 0.3 < right / known < 0.95


@pytest.mark.parametrize("threshold", [0, 1, 2, 400, 722, 5000])
def test_a_threshold_counts_as_in_the_original(theirs: Program, analogies: tuple[Path, bytes], threshold: int) -> None:
    file, questions = analogies
    expected = theirs("compute-accuracy", file, threshold, stdin=questions)
    assert ours("compute-accuracy", file, threshold, stdin=questions).stdout == expected.stdout


Q = b"stem1-1\xc3\x9f stem1-2\xc3\x9f stem2-1\xc3\x9f stem2-2\xc3\x9f\n"
AWKWARD_QUESTIONS = {
    "nothing": b"",
    "an empty line": b"\n",
    "no section": Q * 3,
    "questions before the first section": Q * 2 + b": one\n" + Q,
    "an empty section": b": one\n: two\n" + Q + b": three\n",
    "a name alone at the end": b": one\n" + Q + b": two",
    "a colon alone at the end": b": one\n" + Q + b":\n",
    "no newline at the end": b": one\n" + (Q * 3)[:-1],
    "the last question cut short": b": one\n" + Q * 2 + b"stem3-1\xc3\x9f stem3-2\xc3\x9f\n",
    "the last word alone": b": one\n" + Q * 2 + b"stem3-1\xc3\x9f",
    "questions over lines": b": one\n" + Q.replace(b" ", b"\n\n\t") * 2,
    "two questions in a line": b": one\n" + Q.replace(b"\n", b" ") * 2 + b"\n",
    "EXIT and more": b": one\n" + Q + b"EXIT\n" + Q + Q,
    "exit at the end": b": one\n" + Q + b"exit\n",
    "a colon joined to its name": b":one\n" + Q + Q,
    "a long word": b": one\n" + b"x" * 1900 + b" b c d\n" + Q,
    "carriage returns": b": one\r\n" + Q.replace(b"\n", b"\r\n") * 2,
    "all words unknown": b": one\na b c d\n",
    "asked words the same": b": one\n" + b"stem1-1\xc3\x9f " * 4 + b"\n" + b"stem1-1\xc3\x9f " * 3 + b"stem1-2\xc3\x9f\n",
}


@pytest.mark.parametrize("case", AWKWARD_QUESTIONS)
def test_awkward_questions_count_as_in_the_original(theirs: Program, analogies: tuple[Path, bytes], case: str) -> None:
    expected = theirs("compute-accuracy", analogies[0], stdin=AWKWARD_QUESTIONS[case])
    assert ours("compute-accuracy", analogies[0], stdin=AWKWARD_QUESTIONS[case]).stdout == expected.stdout


def test_questions_belong_to_the_section_before_them() -> None:
    sections = read_sections(b"a b c d : one\ne f g h : two\n")
    assert [(name, len(questions)) for name, questions in sections] == [(b"", 1), (b"one", 1), (b"two", 0)]
    assert sections[1].questions == [(b"E", b"F", b"G", b"H")]


def test_a_wrong_threshold_is_refused(analogies: tuple[Path, bytes]) -> None:
    for wrong in ("many", "-1", "3x"):
        done = ours("compute-accuracy", analogies[0], wrong)
        assert done.returncode == 2
        assert b"the threshold is" in done.stderr


SMALL = ("-size", 8, "-iter", 2, "-threads", 2, "-min-count", 3)


def test_word2vec_shows_what_the_original_shows_and_counts_as_it_does(theirs: Program, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(zipf_text(200_000, 500))
    # While it counts, the original also tells every 100,000 words; we do not.
    shape = rb"Starting training using file \S+\n(?:\d+K\r)*Vocab size: \d+\nWords in train file: \d+\n"
    shape += rb"(\rAlpha: \d\.\d{6}  Progress: \d+\.\d\d%  Words/thread/sec: \d+\.\d\dk  )+"
    shown = {}
    for name, program in {"theirs": theirs, "ours": ours}.items():
        done = program(
            "word2vec", "-train", text, "-output", tmp_path / name, "-save-vocab", tmp_path / f"{name}.vocab", *SMALL
        )
        assert done.returncode == 0
        assert re.fullmatch(shape, done.stdout)
        shown[name] = done.stdout
    vocabularies = [sorted((tmp_path / f"{name}.vocab").read_bytes().splitlines()) for name in shown]
    assert vocabularies[0] == vocabularies[1]
    sizes = [re.findall(TWO_LINES, output.replace(b"\r", b"\n")) for output in shown.values()]
    assert sizes[0] == sizes[1] != []
    vectors = [fastw2v.load(tmp_path / name) for name in shown]
    assert sorted(vectors[0].words) == sorted(vectors[1].words)
    assert vectors[0].dim == vectors[1].dim == 8


def test_word2vec_writes_text_binary_or_classes(text: Path, tmp_path: Path) -> None:
    for name, options in {"text": (), "binary": ("-binary", 1), "classes": ("-classes", 7)}.items():
        done = ours("word2vec", "-train", text, "-output", tmp_path / name, "-debug", 0, *SMALL, *options)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == b"Starting training using file %s\n" % str(text).encode()
    first = (tmp_path / "text").read_bytes()
    assert b"\0" not in first
    assert b"\0" in (tmp_path / "binary").read_bytes()
    words = fastw2v.load(tmp_path / "text").words
    assert fastw2v.load(tmp_path / "binary").words == words
    lines = [line.split() for line in (tmp_path / "classes").read_text().splitlines()]
    assert [word for word, _ in lines] == words
    assert {int(number) for _, number in lines} <= set(range(7))


def test_word2vec_without_output_only_makes_the_vocabulary_which_it_reads_again(
    theirs: Program, text: Path, tmp_path: Path
) -> None:
    options = ("-train", text, "-min-count", 20)
    for program, name in ((theirs, "theirs"), (ours, "ours")):
        done = program("word2vec", *options, "-save-vocab", tmp_path / name)
        assert done.returncode == 0
        assert TWO_LINES.search(done.stdout)
        assert b"Alpha" not in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours", "theirs"]
    assert sorted((tmp_path / "ours").read_bytes().split()) == sorted((tmp_path / "theirs").read_bytes().split())
    again = [*options[:2], "-min-count", 30, "-read-vocab", tmp_path / "theirs"]
    assert ours("word2vec", *again).stdout == theirs("word2vec", *again).stdout
    assert theirs("word2vec", *options).stdout == ours("word2vec", *options).stdout
    assert len(list(tmp_path.iterdir())) == 2


def test_word2vec_passes_over_unknown_options_and_says_so(text: Path, tmp_path: Path) -> None:
    done = ours("word2vec", "-train", text, "-foo", "bar", "-min-count", 40, "-min-count", 1, "-debug", 1)
    assert done.returncode == 0
    assert done.stderr == b"word2vec: ignored unknown arguments: -foo bar -min-count 1\n"
    counted = ours("word2vec", "-train", text, "-min-count", 40)
    assert done.stdout == counted.stdout


WRONG = {
    ("-size", "many"): "-size is 'many': it must be a whole number",
    ("-size", "1e2"): "-size is '1e2': it must be a whole number",
    ("-alpha", "fast"): "-alpha is 'fast': it must be a number",
    ("-sample", "nan"): "-sample is 'nan': it must be a number",
    ("-size", "0"): "-size is 0: it must be a whole number from 1 to 65,536",
    ("-iter", "-1"): "-iter is -1",
    ("-negative", "0"): "-negative is 0 without -hs: nothing would be learned; give -negative 1 or more, or -hs 1",
    ("-min-count", "100000"): "lower -min-count",
    ("-classes", "-3"): "-classes is -3",
    ("-save-vocab", "none/vocab"): "none/vocab: the folder",
    ("-read-vocab", "none"): "cannot read none: ",
    ("-debug",): "-debug is the last argument: its value is missing",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_word2vec_refuses_in_one_line_of_its_own_terms(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ours("word2vec", "-train", text, "-output", "v.txt", "-threads", 1, *arguments)
    assert done.returncode == 2
    message = done.stderr.decode().splitlines()[-1]
    assert message.startswith("word2vec: ")
    assert WRONG[arguments] in message
    assert b"Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_word2vec_needs_a_text_that_is_not_its_output(text: Path) -> None:
    done = ours("word2vec", "-output", "v.txt")
    assert done.returncode == 2
    assert b"-train is missing" in done.stderr
    before = text.read_bytes()
    for options in ((), ("-classes", 5)):
        assert b"is also an input" in ours("word2vec", "-train", text, "-output", text, *options).stderr
    assert text.read_bytes() == before


def test_the_usage_names_the_originals_options(theirs: Program) -> None:
    named = re.findall(rb"^\t(-[a-z-]+ <[a-z]+>)$", theirs("word2vec").stdout, re.MULTILINE)
    assert len(named) == 17
    assert sorted(re.findall(rb"^\t(-[a-z-]+ <[a-z]+>)$", ours("word2vec").stdout, re.MULTILINE)) == sorted(named)
    assert len(OPTIONS) == 17


def test_options_become_settings_with_the_originals_defaults() -> None:
    bare = chosen_settings({})
    assert (bare.model, bare.threads, bare.alpha, bare.epochs, bare.dim) == ("cbow", 12, 0.05, 5, 100)
    assert chosen_settings({"-cbow": 0}).alpha == 0.025
    odd = chosen_settings({"-cbow": 2, "-hs": 3, "-negative": -4, "-sample": -1.0, "-min-count": 0})
    assert (odd.model, odd.hs, odd.negative, odd.sample, odd.min_count) == ("cbow", True, 0, 0.0, 1)


def test_the_first_of_a_name_counts_and_its_value_is_what_follows() -> None:
    arguments = ["x", "-train", "-size", "9", "-size", "8", "y"]
    assert named_arguments(["-train", "-size"], arguments) == ({"-train": "-size", "-size": "9"}, ["x", "-size", "8", "y"])
    assert whole_number("-size", " +12 ") == 12
    assert decimal_number("-alpha", "5e-2") == 0.05
