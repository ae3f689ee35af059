"""The scripts in bench/: their commands run on a tiny text, and what they keep and show is what was found."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from texts import zipf_text

BENCH = Path(__file__).parent.parent / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of bench/ by name."""
    monkeypatch.syspath_prepend(str(BENCH))
    return import_module


def script(name: object, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCH / str(name)), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


def rows(markdown: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line.startswith("|")]


def record(program: str, seed: int, speed: float, score: float | None = None, variant: str = "skipgram-ns") -> dict[str, Any]:
    asked = {"program": program, "variant": variant, "seed": seed, "epochs": 2}
    found = {"words_per_second": speed, "wall": 10.0, "peak": 5e6 * seed, "train_words": 1000}
    return {"asked": asked, **found, "scores": {"set": score} if score is not None else {}}


def test_compare_shows_each_program_and_goes_on_where_it_was(tmp_path: Path, original: str) -> None:
    (tmp_path / "text.txt").write_bytes(zipf_text(20_000, 200))
    (tmp_path / "pairs.txt").write_text("w1 w2 3\nw1 w9 2\nw30 w40 1\nw5 w8 4\n")
    (tmp_path / "questions.txt").write_text(": few\nw1 w2 w3 w4\n")
    options: list[object] = [tmp_path / "text.txt", "--variant", "skipgram-ns", "--runs", 2, "--dim", 8, "--threads", 1]
    options += ["--pairs", tmp_path / "pairs.txt", "--questions", tmp_path / "questions.txt", "--results", tmp_path / "kept"]
    options += ["--plot", tmp_path / "c.png"]
    programs = ["word2vec.c", "gensim", "fastw2v"]  # fastText is in no extra of the tests
    done = script("compare.py", *options, *(part for name in programs for part in ("--program", name)))
    assert done.returncode == 0, done.stderr
    header, _, *found = rows(done.stdout)
    assert header[:3] == ["variant", "program", "runs"]
    assert header[-2:] == ["analogies", "pairs"]
    assert [row[1] for row in found] == programs
    assert all(float(row[3].split()[0].replace(",", "")) > 0 for row in found)
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    kept = (tmp_path / "kept" / "runs.jsonl").read_text()
    assert len(kept.splitlines()) == 2 * len(programs)
    assert {json.loads(line)["asked"]["seed"] for line in kept.splitlines()} == {1, 2}
    again = script("compare.py", *options, "--program", "fastw2v")
    assert rows(again.stdout)[2][5:] == found[-1][5:]
    assert (tmp_path / "kept" / "runs.jsonl").read_text() == kept


def test_a_program_that_is_not_installed_is_left_out_by_name(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    compare = bench("compare")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "version_of", lambda name: None if name == "gensim" else "1")
        assert dict(compare.installed(("word2vec.c", "gensim"))) == {"word2vec.c": "1"}
    assert capsys.readouterr().err == "gensim is left out: not installed; pip install gensim\n"


def test_kept_runs_outlive_a_line_that_was_cut_short(bench: Any, tmp_path: Path) -> None:
    kept = bench("kept_runs").KeptRuns(tmp_path)
    kept.add(record("a", 1, 5))
    with kept.file.open("a") as file:
        file.write('{"asked": {"program": "b"')
    kept = bench("kept_runs").KeptRuns(tmp_path)
    assert kept.find({"program": "b"}) is None
    kept.add(record("b", 1, 6))
    kept = bench("kept_runs").KeptRuns(tmp_path)
    assert [kept.find(record(name, 1, 0)["asked"])["words_per_second"] for name in ("a", "b")] == [5, 6]


def test_the_table_holds_medians_ends_and_ratios(bench: Any, tmp_path: Path) -> None:
    runs = [record("word2vec.c", 1, 100, 40), record("x", 1, 300, 50), record("x", 2, 500, 60), record("x", 3, 900, 10)]
    _, _, first, second = rows(bench("compare_report").markdown(runs))
    assert first == ["skipgram-ns", "word2vec.c", "1", "100", "1.00 ×", "200", "10.0", "5", "40.0"]
    assert second[:5] == ["skipgram-ns", "x", "3", "500 [300 to 900]", "5.00 ×"]
    assert second[7:] == ["10 [5 to 15]", "50.0 [10.0 to 60.0]"]
    assert not bench("compare_report").draw([record("x", 1, 5)], tmp_path / "none.png", "no scores")
    assert not (tmp_path / "none.png").exists()


def test_a_prefix_ends_with_a_line_or_a_word(bench: Any, tmp_path: Path) -> None:
    prefix_of = bench("compare").prefix_of
    for text, size, expected in (
        ("one two\nthree four\nfive\n", 22, "one two\nthree four\n"),
        ("one two three four", 10, "one two\n"),
        ("short\n", 100, "short\n"),
    ):
        (tmp_path / "text.txt").write_text(text)
        assert prefix_of(tmp_path / "text.txt", size, tmp_path).read_text() == expected


@pytest.mark.skipif(not (BENCH.parent / ".git").exists(), reason="the package stands in no git repository")
def test_regress_compares_a_commit_with_what_is_here(tmp_path: Path) -> None:
    options = ["--words", 3000, "--runs", 2, "--dim", 8, "--variant", "skipgram-ns", "--json", tmp_path / "runs.json"]
    done = script("regress.py", "HEAD", "--working-tree", *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(":")[1].split(".")[0].strip() in ("faster", "slower", "no difference")
    assert "95 % interval" in done.stdout
    found = json.loads((tmp_path / "runs.json").read_text())["words_per_second"]["skipgram-ns"]
    assert [len(found[which]) for which in ("old", "new")] == [2, 2]
    listed = subprocess.run(["git", "-C", BENCH.parent, "worktree", "list"], capture_output=True, text=True, check=True)
    assert "/old" not in listed.stdout
    refused = script("regress.py", "no-such-commit")
    assert refused.returncode == 1
    assert "no-such-commit" in refused.stderr


def test_scale_shows_a_table_and_draws_a_picture_for_each_part(tmp_path: Path) -> None:
    parts = ["--part", "dimension", "--part", "threads"]
    done = script("scale.py", "--quick", "--words", 3000, "--repeats", 1, "--output", tmp_path / "out", *parts)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert [row[0] for row in found if row[0] != "---:"][:5] == ["dimension", "50", "100", "300", "threads"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dimension.png", "threads.png"]


def test_scale_varies_one_thing_at_a_time_and_gives_a_vocabulary_text_enough(bench: Any) -> None:
    scale = bench("scale")
    assert [tuple(point) for _, point in scale.points("vocabulary", scale.FULL, scale.Point())] == [
        (1_000_000, 10_000, 100, 1), (1_000_000, 100_000, 100, 1), (10_000_000, 1_000_000, 100, 1)]  # fmt: skip
    assert [value for value, _ in scale.points("text", scale.FULL, scale.Point())] == [10**6, 10**7, 10**8]
    assert {point.text for _, point in scale.points("dimension", scale.FULL, scale.Point())} == {1_000_000}


def test_the_gpus_tables_are_made_in_the_simulator_too_and_go_on_where_they_were(tmp_path: Path) -> None:
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    parts = [f"--part={part}" for part in ("speed", "quality", "stages", "sanitizer")]
    options = ["gpu.py", "--tiny", "--results", tmp_path / "kept", *parts]
    simulated = {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONWARNINGS": "ignore", "PATH": str(tmp_path)}
    done = script(*options, **simulated)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert [row[:2] for row in found if row[0] == "skipgram-ns"][:2] == [
        ["skipgram-ns", "4"],
        ["skipgram-ns", "GPU, 1 stretches"],
    ]
    assert [row[0] for row in found if row[-1].endswith("%")] == ["nothing", "negative.load_outputs", "ids kept on the GPU"]
    assert not any("-" in row for row in found if row[0] in ("skipgram-ns", "nothing", "negative.load_outputs"))
    assert "compute-sanitizer is not installed" in done.stderr
    kept = tmp_path / "kept" / "runs.jsonl"
    lines = kept.read_text().splitlines(keepends=True)
    assert len(lines) == 6
    kept.write_text("".join(lines[:-1]))
    again = script(*options, "--minutes", 0, **simulated)
    assert again.stderr == ""
    assert rows(again.stdout)[:-11] == found[:-11]  # all but the last stage and the sanitizer's table
    assert "9 measurements are left: run the same command again." in again.stdout


def test_modelled_ranks_are_never_quicker_than_as_many_nodes_alone_nor_on_a_slower_network(bench: Any) -> None:
    found = bench("ranks_model")
    model, node = found.Model(1_000_000, 300, 1e10), found.Node(2e7, 32, 2e-9)
    alone = found.seconds(model, node, 1, found.Network(1e9, 1e-5))
    assert alone == model.words / node.rate
    for nodes in (2, 4, 16):
        slow, quick = (found.seconds(model, node, nodes, found.Network(bandwidth, 1e-5)) for bandwidth in (1e8, 1e10))
        assert slow >= quick >= alone / nodes
    output = script("ranks_model.py", "--words", "1e10").stdout
    assert "Model, not measurement" in output
    assert [row[0] for row in rows(output)[2:]] == ["1", "2", "4", "8", "16", "32", "64"]


def test_learning_compares_both_kernels_and_keeps_its_table(tmp_path: Path) -> None:
    one_setting = "--task baskets --window 2 --negative 2 --model skipgram --loss ns --epochs 1 --seeds 2".split()
    done = script("learning.py", *one_setting, "--results", tmp_path / "kept", "--markdown", tmp_path / "table.md")
    assert done.returncode == 0, done.stderr
    header, _, (task, setting, score, reference, blocked, *_) = rows((tmp_path / "table.md").read_text())
    assert header[3:5] == ["reference", "blocked"]
    assert (task, setting, score) == ("baskets", "skipgram ns window 2 negative 2 epochs 1", "same group")
    records = [json.loads(line) for line in (tmp_path / "kept" / "runs.jsonl").read_text().splitlines()]
    means = {name: [r["scores"]["same group"] for r in records if r["asked"]["kernel"] == name] for name in header[3:5]}
    assert all(len(found) == 2 for found in means.values())
    assert [float(cell.split()[0]) for cell in (reference, blocked)] == [round(sum(f) / 2, 2) for f in means.values()]


def test_all_that_a_stage_leaves_out_is_there(bench: Any) -> None:
    stages = bench("kernel_stages")
    for parts in stages.STAGES.values():
        for name in {name for _, name in parts}:
            modules = [import_module(stages.KERNEL + module) for module, other in parts if other == name]
            assert any(hasattr(module, name) for module in modules), name
