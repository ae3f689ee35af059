"""fastw2v vocab: the file, the figures, the refusals."""

import gzip
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fastw2v.reporting.listener import Counts
from fastw2v.run.pipeline import Files, count
from fastw2v.settings import Settings

pytestmark = pytest.mark.quick

CLI = Callable[..., tuple[int, str, str]]
TEXT = "the cat\nthe dog the\ncat sat\n"


def test_the_file_is_what_training_saves_and_reads(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("vocab", text, "-o", tmp_path / "vocab", "--quiet") == (0, "", "")
    options = ["--dim", 8, "--epochs", 1, "--threads", 1, "--quiet"]
    assert cli("train", text, "-o", tmp_path / "a.bin", "--save-vocab", tmp_path / "saved", *options)[0] == 0
    assert (tmp_path / "vocab").read_bytes() == (tmp_path / "saved").read_bytes()
    assert cli("train", text, "-o", tmp_path / "b.bin", "--read-vocab", tmp_path / "vocab", *options)[0] == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_the_line_tells_words_distinct_kept_and_coverage(cli: CLI, tmp_path: Path) -> None:
    (tmp_path / "text.gz").write_bytes(gzip.compress(TEXT.encode()))
    code, out, err = cli("vocab", tmp_path / "text.gz", "-o", tmp_path / "vocab", "--min-count", 2)
    assert (code, out) == (0, "")
    assert (tmp_path / "vocab").read_text() == "</s> 3\nthe 3\ncat 2\n"
    line = f"10 words, 5 distinct; kept 3, which are 80.00% of the text; written to {tmp_path / 'vocab'}\n"
    assert err.endswith(line)


def test_the_figures_are_those_of_a_plain_count(text: Path) -> None:
    counted = Counter(text.read_text().split()) + Counter({"</s>": text.read_text().count("\n")})
    kept = {word: number for word, number in counted.items() if number >= 20}
    vocabulary, counts = count(text, Settings(min_count=20))
    assert counts == Counts(len(kept), sum(kept.values()), len(counted), counted.total())
    assert dict(zip((word.decode() for word in vocabulary.words()), vocabulary.counts.tolist())) == kept


def test_no_more_words_are_kept_than_wanted(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("vocab", text, "-o", tmp_path / "v", "--max-vocab", 10, "--threads", 2, "--memory", "50M", "--quiet")[0] == 0
    words = [line.split()[0] for line in (tmp_path / "v").read_text().splitlines()]
    assert len(words) == 11
    assert words[0] == "</s>"


def test_a_vocabulary_that_is_read_is_its_own_text(text: Path, tmp_path: Path) -> None:
    (tmp_path / "vocab").write_text("</s> 4\na 9\nb 6\nc 2\n")
    assert count(text, files=Files(read_vocab=tmp_path / "vocab"))[1] == Counts(3, 19, 3, 19)


def test_wrong_input_gets_one_line_and_leaves_no_file(cli: CLI, text: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for arguments, message in {
        (tmp_path / "none", "-o", tmp_path / "v"): "No such file or directory",
        (tmp_path / "empty", "-o", tmp_path / "v"): "the text is empty",
        (text, "-o", tmp_path / "v", "--min-count", 0): "--min-count is 0",
        (text, "-o", tmp_path / "v", "--min-count", 10**6): "lower --min-count",
        (text, "-o", tmp_path / "v", "--memory", "1"): "--memory is '1'",
        (text, "-o", text): "is also an input",
        (text, "-o", tmp_path / "none" / "v"): "does not exist",
        (text,): "Missing option '-o'",
    }.items():
        code, out, err = cli("vocab", *arguments)
        last = err.splitlines()[-1]
        assert (code, out) == (2, "")
        assert last.startswith("fastw2v: ")
        assert re.search(re.escape(message), last)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
