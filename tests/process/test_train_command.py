"""The command line: what it writes, what it shows, and what it says of wrong input."""

import json
import lzma
import os
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers.processes import ENDS_WITHIN, wait_for
from helpers.texts import zipf_text

import fastw2v
from fastw2v._system import resources
from fastw2v.run import preparation

CLI = Callable[..., tuple[int, str, str]]
QUICK = ("--dim", 8, "--epochs", 2, "--threads", 2)
STAGES = ["vocab_seconds", "encode_seconds", "train_seconds", "save_seconds"]


@pytest.mark.parametrize(("name", "binary"), [("v.bin", True), ("v.txt", False), ("v", False)])
@pytest.mark.quick
def test_train_writes_vectors_in_the_format_of_the_name(cli: CLI, text: Path, tmp_path: Path, name: str, binary: bool) -> None:
    code, out, _ = cli("train", text, "-o", tmp_path / name, *QUICK)
    assert code == 0
    assert out == ""
    assert (b"\x00" in (tmp_path / name).read_bytes()) == binary
    vectors = fastw2v.load(tmp_path / name)
    assert vectors.dim == 8
    assert vectors.words[:2] == ["</s>", "w0"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_format_overrides_the_name(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("train", text, "-o", tmp_path / "v.bin", "--format", "text", *QUICK)[0] == 0
    assert b"\x00" not in (tmp_path / "v.bin").read_bytes()
    assert cli("train", text, "-o", tmp_path / "v.txt", "--format", "binary", *QUICK)[0] == 0
    assert b"\x00" in (tmp_path / "v.txt").read_bytes()


def test_the_command_line_and_python_give_the_same_bytes(cli: CLI, text: Path, tmp_path: Path) -> None:
    options = ["--model", "cbow", "--dim", 12, "--window", 3, "--negative", 4, "--hs", "--sample", "1e-2", "--min-count", 2]
    options += ["--max-vocab", 100, "--epochs", 2, "--alpha", 0.04, "--threads", 1, "--seed", 3, "--memory", "100M"]
    options += ["--noise-exponent", -0.5, "--min-alpha", 0.01]
    assert cli("train", text, "-o", tmp_path / "cli.bin", "--quiet", *options)[0] == 0
    fastw2v.train(
        text, output=tmp_path / "python.bin", model="cbow", dim=12, window=3, negative=4, hs=True, sample=1e-2, min_count=2,
        noise_exponent=-0.5, max_vocab=100, epochs=2, alpha=0.04, min_alpha=0.01, threads=1, seed=3, memory=100 * 2**20,
    )  # fmt: skip
    assert (tmp_path / "cli.bin").read_bytes() == (tmp_path / "python.bin").read_bytes()
    assert len(fastw2v.load(tmp_path / "cli.bin")) == 101


@pytest.mark.quick
def test_the_original_and_gensim_names_of_options_work(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("train", text, "-o", tmp_path / "v.bin", "--size", 6, "--iter", 1)[0] == 0
    assert fastw2v.load(tmp_path / "v.bin").dim == 6


def test_a_saved_vocabulary_can_be_read_instead_of_counting(cli: CLI, text: Path, tmp_path: Path) -> None:
    one = [*QUICK[:-1], 1]
    assert cli("train", text, "-o", tmp_path / "a.bin", "--save-vocab", tmp_path / "vocab", *one)[0] == 0
    assert cli("train", text, "-o", tmp_path / "b.bin", "--read-vocab", tmp_path / "vocab", *one)[0] == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_output_vectors_are_saved_beside(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("train", text, "-o", tmp_path / "v.bin", "--save-output-vectors", tmp_path / "out.bin", *QUICK)[0] == 0
    inputs, outputs = fastw2v.load(tmp_path / "v.bin"), fastw2v.load(tmp_path / "out.bin")
    assert inputs.words == outputs.words
    assert np.abs(outputs.vectors[1:]).max() > 0
    assert not np.allclose(inputs.vectors, outputs.vectors)


@pytest.mark.quick
def test_the_log_is_json_lines_with_the_summary_last(cli: CLI, tmp_path: Path) -> None:
    corpus = tmp_path / "text.txt"
    corpus.write_bytes(zipf_text(100_000, 300))
    assert cli("train", corpus, "-o", tmp_path / "v.bin", "--log", tmp_path / "log", "--quiet", *QUICK)[0] == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {line["event"] for line in lines[:-1]} == {"progress"}
    for name in ("epoch", "progress", "words_per_second", "alpha", "loss"):
        assert name in lines[0]
    end = lines[-1]
    assert end["event"] == "end"
    words = end["train_words"]
    assert end["vocab_size"] == len(fastw2v.load(tmp_path / "v.bin"))
    assert abs(end["words_per_second"] - words * 2 / end["train_seconds"]) < 1e-3 * end["words_per_second"]
    assert all(end[stage] >= 0 for stage in STAGES)
    assert 0.5 < end["loss"] < 4.2
    assert end["settings"]["dim"] == 8
    assert end["settings"]["alpha"] == 0.025


def test_quiet_says_nothing(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("train", text, "-o", tmp_path / "v.bin", "--quiet", *QUICK) == (0, "", "")


def test_the_summary_tells_words_vocabulary_seconds_speed_loss_and_file(cli: CLI, text: Path, tmp_path: Path) -> None:
    _, _, err = cli("train", text, "-o", tmp_path / "v.bin", *QUICK)
    for pattern in (
        r"text +[\d,]+ words, vocabulary \d+",
        r"counting \d+\.\d, encoding \d+\.\d, training \d+\.\d, saving \d+\.\d",
        r"speed +[\d,]+ words/s on 2 threads",
        r"loss +\d\.\d+ nats per pair",
        r"written +\S+v\.bin \(\d+\.\d kB\)",
    ):
        assert re.search(pattern, err), (pattern, err)


def test_on_a_terminal_one_line_lives(text: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    corpus = tmp_path / "text.txt"
    corpus.write_bytes(zipf_text(300_000, 300))
    command = ["fastw2v", "train", corpus, "-o", tmp_path / "v.bin", "--dim", "100", "--epochs", "3", "--threads", "1"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
        os.execv(sys.executable, [sys.executable, "-m", *map(str, command)])
    shown = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    assert os.waitpid(pid, 0)[1] == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(r"training .*\d+% epoch \d of 3, [\d,]+k words/s, alpha 0\.0\d+, loss \d\.\d+, \d:\d\d:\d\d left", plain)
    assert "words/s on 1 thread" in plain


WRONG = {
    ("none.txt",): (2, "cannot read none.txt: No such file or directory"),
    ("folder",): (2, "the folder folder holds no files"),
    ("empty.txt",): (2, "the text is empty"),
    ("blank.txt",): (2, "the text holds no word: it is white space"),
    ("rare.txt",): (2, "no word occurs 5 times or more (the most frequent word occurs 3 times): lower --min-count"),
    ("cut.xz",): (1, "cut.xz: the xz data are damaged or cut short"),
    ("text.txt", "--negative", "0"): (2, "nothing would be learned"),
    ("text.txt", "--dim", "0"): (2, "--dim is 0: it must be a whole number from 1 to 65,536"),
    ("text.txt", "--dim", "many"): (2, "'many' is not a valid integer"),
    ("text.txt", "--window", "5000"): (2, "--window is 5000: it must be a whole number from 1 to 1,000"),
    ("text.txt", "--model", "glove"): (2, "'glove' is not one of"),
    ("text.txt", "--memory", "lots"): (2, "--memory is 'lots'"),
    ("text.txt", "--read-vocab", "broken.vocab"): (2, "broken.vocab, line 2: expected a word, a space and a count"),
    ("text.txt", "--read-vocab", "none.vocab"): (2, "cannot read none.vocab: "),
    ("text.txt", "--read-vocab", "foreign.vocab"): (2, "the text holds no word of the vocabulary"),
    ("text.txt", "--save-output-vectors", "o.bin", "--hs", "--negative", "0"): (2, "--save-output-vectors needs --negative"),
    ("text.txt", "--log", "v.bin"): (2, "have the same name"),
    ("text.txt", "--save-vocab", "none/v"): (2, "the folder"),
    ("text.txt", "--no-such-option"): (2, "no such option --no-such-option: fastw2v train --help lists those it has"),
    ("text.txt", "--windows", "3"): (2, "no such option --windows: did you mean --window?"),
    ("text.txt", "-size", "50"): (2, "no such option -size: it is --dim here"),
    ("text.txt", "--workers=2"): (2, "no such option --workers: it is --threads here"),
    (): (2, "Missing argument 'CORPUS...'"),
}


@pytest.mark.parametrize("arguments", WRONG)
@pytest.mark.quick
def test_wrong_input_gets_one_line_and_leaves_no_file(
    cli: CLI, tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.txt").write_bytes(text.read_bytes())
    (tmp_path / "empty.txt").touch()
    (tmp_path / "blank.txt").write_text("  \n\n \t\n")
    (tmp_path / "rare.txt").write_text("a b a\nc a\n")
    (tmp_path / "cut.xz").write_bytes(lzma.compress(zipf_text(10_000, 50))[:-100])
    (tmp_path / "broken.vocab").write_text("</s> 3\nword four\n")
    (tmp_path / "foreign.vocab").write_text("</s> 3\nunheard 400\n")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = cli("train", *arguments, "-o", "v.bin")
    assert code == WRONG[arguments][0]
    assert WRONG[arguments][1] in err
    assert out == ""
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert last.startswith("fastw2v: ")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.quick
def test_an_output_is_required_and_must_be_possible(cli: CLI, text: Path, tmp_path: Path) -> None:
    for output, message in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "v.bin", "does not exist"),
        (text, "is also an input"),
    ):
        code, _, err = cli("train", text, "-o", output)
        assert code == 2
        assert message in err
    assert cli("train", text)[0] == 2


def test_a_full_disk_is_named_and_a_failure(cli: CLI, text: Path) -> None:
    code, _, err = cli("train", text, "-o", "/dev/full", "--quiet", *QUICK)
    assert code == 1
    assert err == "fastw2v: cannot write /dev/full: No space left on device; it was left as it was\n"


def test_a_file_too_large_for_the_disk_leaves_no_part_of_it(text: Path, tmp_path: Path) -> None:
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2); sys.argv[0] = 'fastw2v'; "
    limited += "from fastw2v.cli import main; main()"
    command = [sys.executable, "-c", limited, "train", text, "-o", tmp_path / "v.bin", "--dim", "300", "--quiet"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=ENDS_WITHIN)
    assert done.returncode == 1
    assert done.stderr.startswith("fastw2v: cannot ")
    assert "File too large" in done.stderr
    assert not list(tmp_path.iterdir())


def test_more_memory_than_there_is_is_refused_before_training(
    cli: CLI, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "available_memory", lambda: 5_000_000)
    code, _, err = cli("train", text, "-o", tmp_path / "v.bin", "--dim", 5000, "--quiet")
    assert code == 1
    assert re.search(r"the model needs \d+\.\d MB of memory \(\d+ words, dimension 5000\), 5\.0 MB are available", err)
    assert not list(tmp_path.iterdir())


def test_an_address_space_limit_is_seen() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); "
    code += "from fastw2v._system.resources import available_memory; assert 2**29 < available_memory() < 2**31"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=ENDS_WITHIN)
    assert resources.usable_cores() <= len(os.sched_getaffinity(0))


def test_ctrl_c_stops_with_one_line_and_code_130(tmp_path: Path) -> None:
    corpus = tmp_path / "text.txt"
    corpus.write_bytes(zipf_text(200_000, 300))
    command = [sys.executable, "-m", "fastw2v", "train", corpus, "-o", tmp_path / "v.bin", "--epochs", "1000"]
    process = subprocess.Popen([*map(str, command), "--log", str(tmp_path / "log")], stderr=subprocess.PIPE, text=True)
    wait_for((tmp_path / "log").exists)
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=ENDS_WITHIN)[1]
    assert process.returncode == 130
    assert re.search(r"^fastw2v: stopped at \d+\.\d% of the training; no vectors were written$", err, re.MULTILINE)
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "text.txt"]


@pytest.mark.quick
def test_version_and_help(cli: CLI) -> None:
    assert cli("--version") == (0, f"fastw2v {fastw2v.__version__}\n", "")
    for command in ((), ("train",), ("demo",), ("cluster",), ("vocab",)):
        code, out, _ = cli(*command, "--help")
        assert code == 0
        assert "fastw2v" in out
    bare = cli()
    assert re.search(r"train +Train word vectors", bare.err + bare.out)


def test_help_does_not_import_the_compiler() -> None:
    code = "import sys; sys.argv = ['fastw2v', '--help']\n"
    code += "from fastw2v.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "assert not {'numba', 'numpy', 'rich'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, timeout=ENDS_WITHIN)


def test_the_demo_solves_most_planted_analogies_and_says_where_the_vectors_are(cli: CLI, tmp_path: Path) -> None:
    command = ["demo", "-o", tmp_path / "demo.bin", "--words", 300_000, "--save-text", tmp_path / "text.txt"]
    code, out, err = cli(*command)
    assert code == 0
    share = re.search(r"all +│ +[\d,]+ │ +1,238 │ +([\d.]+)%", out)
    assert share
    assert float(share[1]) > 80
    assert "nearest neighbours" in out
    assert str(tmp_path / "demo.bin") in out
    assert "words/s" in err
    assert fastw2v.load(tmp_path / "demo.bin").dim == 64
    kept = (tmp_path / "text.txt").read_text()
    assert 300_000 <= len(kept.split()) + kept.count("\n") < 300_020  # a sentence's end counts as a word


def test_the_first_run_on_a_machine_compiles_and_says_so_in_processes_of_their_own(text: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fastw2v", "train", text, "-o", tmp_path / "v.bin", *QUICK]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    shown, peaks = [], []
    for _ in range(2):
        process = subprocess.Popen(list(map(str, command)), env=environment, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        with process.stderr:
            shown.append(process.stderr.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        peaks.append(usage.ru_maxrss / 1024)
    assert "compiling for this machine" in shown[0]
    assert re.search(r"^compiled in \d+\.\d s$", shown[0], re.MULTILINE)
    assert "compil" not in shown[1]
    assert peaks[0] < peaks[1] + 80  # MB; about 170 more where a run compiles for itself


def test_where_no_process_can_be_started_to_compile_the_run_compiles_for_itself(text: Path, tmp_path: Path) -> None:
    code = "import sys; sys.executable = '/nowhere/python'; from fastw2v.cli import main; main()"
    command = [sys.executable, "-c", code, "train", text, "-o", tmp_path / "v.bin", *QUICK, "--kernel", "reference"]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        list(map(str, command)), env=environment, capture_output=True, text=True, check=True, timeout=ENDS_WITHIN
    )
    assert "compiled in" in done.stderr
    assert fastw2v.load(tmp_path / "v.bin").dim == 8


@pytest.mark.parametrize(("name", "features"), [("haswell", "+avx2,+fma"), ("x86-64", "+sse2")])
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the names of x86 processors")
def test_processors_without_wide_vectors_train_too(text: Path, tmp_path: Path, name: str, features: str) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
    command = [sys.executable, "-m", "fastw2v", "train", text, "-o", tmp_path / "v.bin", "--quiet", *QUICK]
    subprocess.run(list(map(str, command)), env=environment, check=True, timeout=ENDS_WITHIN)
    assert np.isfinite(fastw2v.load(tmp_path / "v.bin").vectors).all()


def test_a_damaged_compile_cache_is_made_anew_and_a_missing_one_done_without(tmp_path: Path) -> None:
    code = "import numpy, sys, shutil; from fastw2v.model import noise; from fastw2v._jit.compiling import CACHE_FOLDER\n"
    code += "if len(sys.argv) > 1: shutil.rmtree(CACHE_FOLDER)\n"
    code += "noise.noise_table(numpy.array([1, 2, 3])); print(len(noise._slot_ends.stats.cache_hits))"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}

    def hits(*arguments: str) -> int:
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, env=environment, check=True, timeout=ENDS_WITHIN, capture_output=True, text=True)
        return int(done.stdout)

    assert hits() == 0
    assert hits() == 1
    for cache in tmp_path.rglob("*.code"):
        cache.write_bytes(cache.read_bytes()[:100])
    assert hits() == 0
    assert hits() == 1
    assert hits("remove the folder") == 0


def test_vectors_can_go_to_a_pipe(text: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fastw2v", "train", text, "-o", "/dev/stdout", "--quiet", *QUICK]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True, timeout=ENDS_WITHIN)
    (tmp_path / "v.txt").write_bytes(done.stdout)
    assert fastw2v.load(tmp_path / "v.txt").dim == 8


def test_a_run_from_standard_input_can_go_to_a_pipe(text: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fastw2v", "train", "-", "-o", "/dev/stdout", "--quiet", "--threads", "1", *QUICK]
    done = subprocess.run(
        list(map(str, command)), input=text.read_bytes(), capture_output=True, check=False, timeout=ENDS_WITHIN
    )
    assert (done.returncode, done.stderr) == (0, b"")
    (tmp_path / "piped.txt").write_bytes(done.stdout)
    from_file = fastw2v.train(text, dim=8, epochs=1, threads=1)
    assert fastw2v.load(tmp_path / "piped.txt").words == from_file.words


def test_sigterm_while_saving_leaves_no_temporary_file(text: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fastw2v", "train", text, "-o", tmp_path / "v.txt", "--dim", "20000", "--epochs", "1"]
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    wait_for(lambda: list(tmp_path.iterdir()))
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=ENDS_WITHIN)[1]
    assert process.returncode == 143
    assert err.endswith("fastw2v: stopped while the vectors were being written; no vectors were written\n")
    assert not list(tmp_path.iterdir())


def test_names_that_cannot_be_and_a_switched_off_compiler_are_one_line(cli: CLI, text: Path, tmp_path: Path) -> None:
    code, _, err = cli("train", text, "-o", tmp_path / ("a" * 300))
    assert (code, err.count("\n")) == (2, 1)
    assert "File name too long" in err
    command = [sys.executable, "-m", "fastw2v", "train", text, "-o", tmp_path / "v.bin"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True, timeout=ENDS_WITHIN)
    assert done.returncode == 1
    assert done.stderr.startswith("fastw2v: NUMBA_DISABLE_JIT is set")
    assert done.stderr.count("\n") == 1
