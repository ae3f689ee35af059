"""Phrases, against word2phrase.c and against a short version of it in plain Python."""

import gzip
import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from helpers import BIN
from helpers.texts import NOT_PLAIN, zipf_text
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import fastw2v
from fastw2v.corpus.buffers import text_buffers
from fastw2v.corpus.sources import Source
from fastw2v.errors import UsageError
from fastw2v.original import word2phrase
from fastw2v.phrasing.passes import count_strings, join_phrases, with_context
from fastw2v.phrasing.table import COUNT_COLUMN, KEY_COLUMN, ShardCounts

CLI = Callable[..., tuple[int, str, str]]
LONG = b"l" * 57

PIECES = [b" ", b" ", b"\t", b"\n", b"\r", b"a", b"b", b"c d", b"a_b", b"_", b"</s>", b"\xff", b"\0", "é".encode(), LONG]
byte_texts = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=150).map(b"".join))
choices = st.tuples(st.sampled_from([-1.0, 0.0, 0.3, 1.0, 2.5, 100.0]), st.integers(0, 4))


def plain_words(text: bytes) -> Iterator[bytes]:
    """The words that the original reads, `</s>` for a newline."""
    text = text.replace(b"\r", b"")
    for found in re.findall(rb"\n|[^ \t\n]+(?=[ \t\n])", text):
        yield b"</s>" if found == b"\n" else found[:58].split(b"\0")[0]


def plain_phrases(text: bytes, threshold: float, min_count: int) -> bytes:
    """What the original writes."""
    words = [word for word in plain_words(text) if word != b"</s>"]
    counts = Counter(words) + Counter((b"%s_%s" % pair)[:59] for pair in pairwise(words))
    known = {string: count for string, count in counts.items() if count >= min_count}
    written = b""
    last, last_known, first = b"", False, 0  # the string before, whether the word before is known, its count, 0 if joined
    for word in plain_words(text):
        if word == b"</s>":
            written += b"\n"
        else:
            pair, second = known.get((b"%s_%s" % (last, word))[:59]), known.get(word)
            score = np.float32(0)
            if last_known and pair is not None and second is not None and first >= min_count:
                with np.errstate(divide="ignore"):
                    score = np.float32(pair - min_count) / np.float32(first) / np.float32(second) * np.float32(len(words))
            joined = score > np.float32(threshold)
            written += (b"_" if joined else b" ") + word
            last_known, first = second is not None, 0 if joined else second or 0
        last = word
    return written


def joined(
    path: Path, data: bytes, threshold: float, min_count: int, *, exact: bool, threads: int = 2, block: int = 50
) -> bytes:
    """What the two passes write, with blocks so small that much lies on their edges."""
    path.write_bytes(data)
    text = [Source("text", path=path)]
    counts = count_strings(
        (part.data for part in text_buffers(text, size=block, end_lines=not exact)),
        min_count=min_count,
        threads=threads,
        memory=2**28,
        exact=exact,
    )
    out = io.BytesIO()
    total = join_phrases(
        (part.data for part in text_buffers(text, size=block, end_lines=not exact)),
        counts,
        out.write,
        threshold=threshold,
        min_count=min_count,
        threads=threads,
        exact=exact,
    )
    assert counts.words == sum(word != b"</s>" for word in plain_words(data if exact else data + b"\n"))
    assert total >= 0
    return out.getvalue()


@given(byte_texts, choices, st.integers(1, 64), st.integers(1, 3))
@example(b"a b a b a b\n" * 5, (0.3, 2), 7, 2)
@example(b"a b c a b c a b c a b c ", (0.0, 0), 5, 2)
@example(b"\n\n\n", (1.0, 0), 1, 2)
@example(b"x " + LONG * 2 + b" " + LONG + b" " + LONG * 2 + b" y\n" * 3, (0.3, 0), 10, 2)
@settings(max_examples=500, deadline=None)
def test_any_bytes_in_any_blocks_give_the_bytes_of_the_plain_version(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, choice: tuple[float, int], block: int, threads: int
) -> None:
    assume(not data.startswith(NOT_PLAIN))
    path = tmp_path_factory.getbasetemp() / "text"
    assert joined(path, data, *choice, exact=True, threads=threads, block=block) == plain_phrases(data, *choice)


@given(st.integers(0, 2**32 - 1), choices)
@settings(max_examples=30, deadline=None)
@pytest.mark.quick
def test_a_random_text_with_many_phrases_gives_the_bytes_of_the_plain_version(
    tmp_path_factory: pytest.TempPathFactory, seed: int, choice: tuple[float, int]
) -> None:
    data = phrase_text(seed, 600)
    path = tmp_path_factory.getbasetemp() / "text"
    for exact in (True, False):
        assert joined(path, data, *choice, exact=exact, block=300) == plain_phrases(data, *choice)


def phrase_text(seed: int, words: int) -> bytes:
    """Words drawn from few, some with underscores, so that pairs repeat and some are also words; in lines of random length."""
    random = np.random.default_rng(seed)
    names = [b"new", b"york", b"new_york", b"city", b"york_city", b"of", b"the", "café".encode(), b"caf\xe9", b"</s>"]
    ends = [b" ", b" ", b" ", b"  ", b"\t", b" \r\n", b"\n\n", b"\r "]
    ids = random.zipf(1.5, words) % len(names)
    return b"first " + b"".join(names[i] + ends[random.integers(len(ends))] for i in ids) + b"\n"


def original_phrases(folder: Path, data: bytes, *options: object) -> bytes:
    """What the original program writes; its names of files may have no more than 59 bytes."""
    (folder / "in").write_bytes(data)
    program = Path(sys.executable).with_name("word2phrase")
    command = [str(program) if program.exists() else "word2phrase", "-train", "in", "-output", "out", *map(str, options)]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return (folder / "out").read_bytes()


ODD = b"\n\n a\tb  c\r\n\r\n\xff\xfe \xff\xfe x\0y z\0 " + b"w" * 58 + b" " + b"w" * 59 + b" " + b"w" * 200 + b"\n a b last"
ORIGINAL_CASES = {
    "a Zipf text": (zipf_text(30_000, 200), 20.3, 5),
    "a Zipf text and few phrases": (zipf_text(30_000, 2000), 150.7, 2),
    "every word in one line": (zipf_text(20_000, 100).replace(b"\n", b" "), 3.33, 3),
    "lines that end with carriage returns": (zipf_text(5_000, 100).replace(b"\n", b"\r\n\r\n"), 7.77, 2),
    "words that are also pairs": (phrase_text(1, 20_000), 1.37, 5),
    "odd bytes": (b"first " + ODD * 40, 0.987, 3),
    "a threshold below 0": (b"first " + ODD * 3, -1, 5),
    "nothing too rare": (phrase_text(2, 3_000), 1.77, 0),
    "every word counts": (zipf_text(5_000, 500), 30.7, 1),
    "an empty text": (b"", 100, 5),
}


@pytest.mark.parametrize("case", ORIGINAL_CASES)
def test_the_original_writes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    data, threshold, min_count = ORIGINAL_CASES[case]
    expected = original_phrases(tmp_path, data, "-threshold", threshold, "-min-count", min_count)
    assert plain_phrases(data, threshold, min_count) == expected
    assert joined(tmp_path / "text", data, threshold, min_count, exact=True, block=1000) == expected
    monkeypatch.chdir(tmp_path)
    argv = ["word2phrase", "-train", "in", "-output", "ours", "-threshold", str(threshold), "-min-count", str(min_count)]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as stop:
        word2phrase.main()
    assert stop.value.code == 0
    assert (tmp_path / "ours").read_bytes() == expected
    if data.endswith(b"\n"):
        fastw2v.phrases("in", "library", threshold=threshold, min_count=min_count)
        assert (tmp_path / "library").read_bytes() == expected


def test_the_library_keeps_the_last_word_and_cuts_long_ones_between_characters(tmp_path: Path) -> None:
    long = b"x" + "日".encode() * 30
    (tmp_path / "in").write_bytes(b"a b " + long + b" b c")
    fastw2v.phrases(tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b" a b x" + "日".encode() * 19 + b" b c\n"
    assert joined(tmp_path / "text", b"a b c", 100, 5, exact=True) == b" a b"


@pytest.mark.quick
def test_each_pass_takes_the_phrases_of_the_last_as_words(tmp_path: Path) -> None:
    data = phrase_text(3, 5_000)
    (tmp_path / "in").write_bytes(data)
    thresholds = [2.3, 1.1, 0.7]
    expected = data
    for threshold in thresholds:
        expected = plain_phrases(expected, threshold, 3)
    summary = fastw2v.phrases(tmp_path / "in", tmp_path / "out", threshold=thresholds, min_count=3)
    assert (tmp_path / "out").read_bytes() == expected
    words = sum(word != b"</s>" for word in plain_words(data))
    assert (summary.words, summary.phrases) == (words, expected.count(b"_") - data.count(b"_"))
    again = plain_phrases(plain_phrases(data, 2.3, 3), 2.3, 3)
    fastw2v.phrases(tmp_path / "in", tmp_path / "out", threshold=2.3, min_count=3, passes=2)
    assert (tmp_path / "out").read_bytes() == again
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_the_output_is_the_same_for_any_number_of_threads_even_where_pairs_were_forgotten(tmp_path: Path) -> None:
    data = zipf_text(100_000, 3000) + " ".join(f"rare{i}" for i in range(400_000)).encode() + b"\n"
    path = tmp_path / "in"
    path.write_bytes(data)
    results = []
    for threads in (1, 2, 5):
        counts = count_strings(
            (part.data for part in text_buffers([Source("in", path=path)], size=20_000)),
            min_count=3,
            threads=threads,
            memory=2**20,
        )
        assert counts.forgotten > 0
        results.append(sorted(counts.slots[counts.slots[:, COUNT_COLUMN] > 0].tolist()))
    assert results[0] == results[1] == results[2]


def test_a_tally_within_its_budget_keeps_what_is_frequent_with_its_count() -> None:
    tally = ShardCounts(2**17)
    random = np.random.default_rng(1)
    often = np.arange(1, 101, dtype=np.uint64)
    for _ in range(60):
        tally.add(np.concatenate((often, random.integers(1000, 2**63, 2000, dtype=np.uint64))))
        assert tally.slots.nbytes <= 2**17
    assert tally.forgotten > 0
    kept = tally.entries(60)
    assert sorted(kept[:, KEY_COLUMN].tolist()) == often.tolist()
    assert set(kept[:, COUNT_COLUMN].tolist()) == {60}


def test_forgetting_is_told(cli: CLI, tmp_path: Path) -> None:
    (tmp_path / "in").write_text(" ".join(f"rare{i}" for i in range(300_000)) + "\n" + "new york city hall\n" * 20)
    code, _, err = cli("phrases", tmp_path / "in", "-o", tmp_path / "out", "--memory", "1M")
    assert code == 0
    assert re.search(r"words and pairs seen \d+ times or fewer may have been dropped; a larger --memory prevents it", err)
    assert (tmp_path / "out").read_text().endswith(" new_york city_hall\n" * 20)


@given(byte_texts, st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_a_block_stands_behind_the_last_word_before_it(data: bytes, size: int) -> None:
    pieces = re.findall(rb"[^ \t\n]*[ \t\n]", data)
    stream = [b"".join(pieces[start : start + size]) for start in range(0, len(pieces), size)]
    before = b""
    for context, block in with_context(stream, exact=True):
        words = list(plain_words(before))
        last = [word for word in words if word != b"</s>"][-1:]
        expected = last + [b"</s>"] * bool(last and words[-1] == b"</s>")
        assert list(plain_words(block[:context])) == expected
        before += block[context:]


def test_compressed_files_and_standard_input_are_read_and_a_pipe_is_written(tmp_path: Path) -> None:
    data = phrase_text(4, 2_000)
    (tmp_path / "in.gz").write_bytes(gzip.compress(data))
    expected = plain_phrases(data, 1.3, 2)
    options = ["--threshold", "1.3", "--min-count", "2", "--quiet"]
    for name, given_in in (("in.gz", b""), ("-", data)):
        command = [sys.executable, "-m", "fastw2v", "phrases", name, "-o", "/dev/stdout", *options]
        done = subprocess.run(command, cwd=tmp_path, input=given_in, capture_output=True, timeout=120, check=True)
        assert done.stdout == expected
        assert done.stderr == b""


@pytest.mark.quick
def test_the_command_says_how_many_words_were_joined(cli: CLI, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("new york is not old york\n" * 10 + "one two\n" * 50)
    code, out, err = cli("phrases", tmp_path / "in", "-o", tmp_path / "out", "--threshold", 2, "--threads", 1)
    assert (code, out) == (0, "")
    joins = (tmp_path / "out").read_bytes().count(b"_")
    assert joins > 0
    assert re.search(rf"160 words; {joins} joined to the previous word; \d+\.\d s; \S+out \(\d", err)


WRONG = {
    ("none.txt",): "cannot read none.txt: No such file or directory",
    ("in", "--threshold", "high"): "'high' is not a valid float",
    ("in", "--threshold", "nan"): "--threshold is nan: it must be a number from",
    ("in", "--min-count", "-1"): "--min-count is -1: it must be a whole number from 0",
    ("in", "--passes", "0"): "--passes is 0: it must be a whole number from 1 to 100",
    ("in", "--threads", "0"): "--threads is 0",
    ("in", "--memory", "lots"): "--memory is 'lots'",
    ("in", "out"): "the output out is also an input",
    (): "Missing argument 'CORPUS...'",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_input_gets_one_line_and_leaves_the_output_as_it_was(
    cli: CLI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").write_text("a b c\n")
    (tmp_path / "out").write_text("before\n")
    code, out, err = cli("phrases", *arguments, "-o", "out")
    assert (code, out) == (2, "")
    assert WRONG[arguments] in err
    assert err.strip().splitlines()[-1].startswith("fastw2v: ")
    assert (tmp_path / "out").read_text() == "before\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_python_gets_the_same_errors_and_an_empty_list_of_thresholds_is_one(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a b c\n")
    for wrong in ({"threshold": []}, {"threshold": "high"}, {"passes": 1.5}, {"min_count": True}):
        with pytest.raises(UsageError):
            fastw2v.phrases(tmp_path / "in", tmp_path / "out", **wrong)


def test_a_full_disk_is_named_and_a_failure(cli: CLI, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a b c\n")
    code, _, err = cli("phrases", tmp_path / "in", "-o", "/dev/full", "--quiet")
    assert (code, err) == (1, "fastw2v: cannot write /dev/full: No space left on device; it was left as it was\n")


def run_checkout(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, str(BIN / "word2phrase"), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_the_script_of_the_checkout_shows_what_the_original_shows(tmp_path: Path) -> None:
    data = phrase_text(5, 2_000)
    (tmp_path / "in").write_bytes(data)
    done = run_checkout(tmp_path, "-train", "in", "-output", "out", "-threshold", "1.3", "-min-count", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out").read_bytes() == plain_phrases(data, 1.3, 2)
    pattern = r"Starting training using file in\nWords processed: \d+K     Vocab size: \d+K  \s+"
    pattern += r"Vocab size \(unigrams \+ bigrams\): \d+\nWords in train file: \d+\nWords written: \d+K\s"
    assert re.fullmatch(pattern, done.stdout)
    quiet = run_checkout(tmp_path, "-train", "in", "-output", "out", "-debug", "0")
    assert quiet.stdout == "Starting training using file in\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("", 0, ""),
        ("-train none -output out", 2, "word2phrase: cannot read none: No such file or directory\n"),
        ("-train", 2, "word2phrase: -train is the last argument"),
        ("-output out", 2, "word2phrase: -train is missing: give a file name\n"),
        ("-train in -output out -min-count few", 2, "word2phrase: -min-count is 'few': it must be a whole number\n"),
        ("-train in -output out -window 5", 2, "word2phrase: ignored unknown arguments: -window 5"),
    ],
)
def test_the_script_without_arguments_shows_its_options_and_with_wrong_ones_a_line(
    tmp_path: Path, arguments: str, code: int, message: str
) -> None:
    done = run_checkout(tmp_path, *arguments.split())
    assert done.returncode == code
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == (code != 0) + ("ignored unknown" in message)
    if not arguments:
        for option in ("-train <file>", "-output <file>", "-min-count <int>", "-threshold <float>", "-debug <int>"):
            assert option in done.stdout
