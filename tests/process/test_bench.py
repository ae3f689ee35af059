"""`python -m bench`: each command runs on a tiny text, and what it keeps and shows is what was found."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bench.__main__ import COMMANDS, SUMMARIES, main
from bench.common.machine import ROOT
from bench.common.results import Results, load
from bench.common.scoring import Sets
from bench.common.texts import prefix_of
from bench.common.turns import Case, in_turn
from bench.tables.figures import FIGURES, detail
from bench.tables.markdown import footer
from bench.tables.pages import Pages
from fastw2v.benchmark.text import word_of


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, [*command.split(), *map(str, arguments)])


def succeeded(command: str, *arguments: object) -> Result:
    done = run(command, *arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.stderr
    return done


def rows(markdown: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line.startswith("|")]


def record(program: str, run: int, speed: float, score: float | None = None, variant: str = "skipgram-ns") -> dict[str, Any]:
    asked = {"variant": variant, "program": program, "run": run}
    found = {"words_per_second": speed, "wall": 10.0, "peak": 5e6 * run, "scores": {} if score is None else {"set": score}}
    return {"asked": asked, "code": "1", "commit": "abc1234", "date": f"2026-11-2{run}T10:00+00:00", **found}


def compared(*runs: dict[str, Any]) -> dict[str, Any]:
    settings = {"corpus": "text.txt", "bytes": 5_000_000, "sets": ["set.txt"], "train_words": 1000, "epochs": 2, "dim": 100}
    settings |= {"window": 5, "negative": 5, "sample": 1e-4, "min_count": 5, "threads": 2}
    machine = {"processor": "A processor", "cores": 2, "memory": 2**33, "system": "Linux"}
    about = {"name": "compare", "commit": "abc1234", "date": "2026-11-21T10:00+00:00"}
    return {**about, "machine": machine, "versions": {"python": "3.11"}, "settings": settings, "runs": list(runs)}


# Results.


def test_a_file_of_results_says_where_it_is_from_and_holds_runs_and_medians(tmp_path: Path) -> None:
    path = tmp_path / "new" / "of-name.json"
    results = Results("name", path, {"dim": 8}, packages=("gensim",))
    in_turn(results, [Case({"what": what}, lambda n: {"seconds": 10.0 / n, "scores": {"a": n}}) for what in "xy"], 3)
    document = json.loads(path.read_text())
    assert document["settings"] == {"dim": 8}
    assert set(document["machine"]) == {"processor", "cores", "memory", "system"}
    assert {"python", "numba", "numpy", "llvmlite", "gensim", "fastw2v"} <= set(document["versions"])
    assert [run["asked"] for run in document["runs"]][:3] == [
        {"what": "x", "run": 1}, {"what": "y", "run": 1}, {"what": "x", "run": 2}]  # fmt: skip
    assert all(run["commit"] == document["commit"] for run in document["runs"])
    assert document["medians"][0] == {"asked": {"what": "x"}, "runs": 3, "seconds": 5.0, "scores": {"a": 2}}
    assert footer(load(path)).startswith("<sub>`bench/results/of-name.json`: commit ")


def test_what_a_file_of_results_holds_is_not_measured_again_but_for_other_code(tmp_path: Path) -> None:
    measured: list[int] = []

    def measure(number: int) -> dict[str, Any]:
        measured.append(number)
        return {"seconds": 1.0}

    for code, runs, total in (("one", 2, 2), ("one", 3, 3), ("other", 1, 4)):
        results = Results("name", tmp_path / "name.json", {})
        in_turn(results, [Case({}, measure, code)], runs)
        assert len(measured) == total
    assert [run["code"] for run in results.runs.values()] == ["other", "one", "one"]


def test_runs_with_other_settings_are_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    first = Results("name", path, {"dim": 8})
    first.add({"run": 1}, {"seconds": 1.0})
    with pytest.raises(Exception, match=r"other settings \(dim 8, now 9\): give another --output, or --overwrite"):
        Results("name", path, {"dim": 9})
    assert not Results("name", path, {"dim": 9}, overwrite=True).runs
    path.write_text(path.read_text()[:40])
    with pytest.raises(Exception, match="is no file of results"):
        Results("name", path, {"dim": 8})


# Commands.


def test_every_command_has_help_and_a_summary() -> None:
    assert list(SUMMARIES) == list(COMMANDS)
    assert all(f"  {name} " in succeeded("--help").stdout for name in COMMANDS)
    assert run("no-such").exit_code == 2


def test_compare_measures_each_program_and_continues_where_it_was(tmp_path: Path) -> None:
    words = [word_of(rank) for rank in range(9)]
    (tmp_path / "pairs.txt").write_text("".join(f"{words[0]} {word} {n}\n" for n, word in enumerate(words[1:])))
    (tmp_path / "questions.txt").write_text(f": few\n{' '.join(words[:4])}\n")
    options: list[object] = ["--quick", "--output", tmp_path / "compare.json"]
    options += ["--pairs", tmp_path / "pairs.txt", "--questions", tmp_path / "questions.txt"]
    programs = ["word2vec.c", "gensim", "fastw2v"]  # fastText is in no extra of the tests
    done = succeeded("compare", *options, *(part for name in programs for part in ("--program", name)))
    header, _, *found = rows(done.stdout)
    assert header[:3] == ["variant", "program", "runs"]
    assert header[-2:] == ["analogies", "pairs"]
    assert [row[1] for row in found] == programs
    assert all(float(row[3].split()[0].replace(",", "")) > 0 for row in found)
    kept = json.loads((tmp_path / "compare.json").read_text())
    assert {name: kept["settings"][name] for name in ("corpus", "dim", "sets")} == {
        "corpus": "generated", "dim": 8, "sets": ["questions.txt", "pairs.txt"]}  # fmt: skip
    assert str(tmp_path) not in json.dumps(kept)
    succeeded("compare", *options, "--program", "fastw2v", "--runs", 2)
    again = json.loads((tmp_path / "compare.json").read_text())
    assert again["runs"][:3] == kept["runs"]
    assert [run["asked"]["run"] for run in again["runs"][3:]] == [2]


def test_a_program_that_is_not_installed_is_left_out_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    compare = import_module("bench.compare.command")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "version_of", lambda name: None if name == "gensim" else "1")
        assert dict(compare.installed(("word2vec.c", "gensim"))) == {"word2vec.c": "1"}
    assert capsys.readouterr().err == "gensim is left out: not installed; pip install gensim\n"


@pytest.mark.parametrize(
    "command",
    [
        "speed kernels", "speed stages", "speed breakdown", "speed instructions", "speed threads", "scale", "files vectors",
        "files phrases", "distributed ranks", "distributed model",
    ],
)  # fmt: skip
def test_each_command_measures_on_a_tiny_text(command: str, tmp_path: Path) -> None:
    done = succeeded(command, "--quick", "--output", tmp_path / "found.json")
    document = json.loads((tmp_path / "found.json").read_text())
    assert document["runs"]
    assert len(document["medians"]) <= len(document["runs"])
    assert done.stdout == detail(document) + "\n"
    assert f"bench/results/{document['name']}.json" in done.stdout
    assert rows(done.stdout)


def test_learning_compares_both_kernels(tmp_path: Path) -> None:
    done = succeeded("learning", "--quick", "--output", tmp_path / "learning.json")
    header, _, (task, setting, score, reference, blocked, *_) = rows(done.stdout)
    assert header[3:5] == ["reference", "blocked"]
    assert (task, setting, score) == ("baskets", "skipgram ns window 2 negative 2 epochs 1", "same group")
    document = json.loads((tmp_path / "learning.json").read_text())
    records = document["runs"]
    means = {name: [r["scores"]["same group"] for r in records if r["asked"]["kernel"] == name] for name in header[3:5]}
    assert all(len(found) == 2 for found in means.values())
    assert [float(cell.split()[0]) for cell in (reference, blocked)] == [round(sum(f) / 2, 2) for f in means.values()]
    assert [sum(map(int, row[2:5])) for row in rows(FIGURES["learning"].shown(document))[2:]] == [1]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the package stands in no git repository")
def test_regress_compares_a_commit_with_what_is_here(tmp_path: Path) -> None:
    done = succeeded("speed regress", "HEAD", "--working-tree", "--quick", "--output", tmp_path / "runs.json")
    assert done.stdout.split(":")[1].split(".")[0].strip() in ("faster", "slower", "no difference")
    assert "95 % interval" in done.stdout
    found = json.loads((tmp_path / "runs.json").read_text())
    assert [run["asked"]["commit"] for run in found["runs"]] == ["old", "new"]
    listed = subprocess.run(["git", "-C", ROOT, "worktree", "list"], capture_output=True, text=True, check=True)
    assert "/old" not in listed.stdout
    refused = run("speed regress", "no-such-commit")
    assert refused.exit_code == 1
    assert "no-such-commit" in refused.stderr


def test_the_gpus_tables_are_made_in_the_simulator_too_and_continue_where_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba_cuda", reason="needs numba-cuda")
    for name, value in {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONWARNINGS": "ignore", "PATH": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bench.gpu.command.GENERATED", tmp_path)
    parts = [f"--part={part}" for part in ("speed", "quality", "stages", "sanitizer")]
    path = tmp_path / "gpu.json"
    done = succeeded("gpu", "--quick", "--output", path, *parts)
    found = rows(done.stdout)
    assert [row[:2] for row in found if row[0] == "skipgram-ns"][:2] == [
        ["skipgram-ns", "4"],
        ["skipgram-ns", "GPU, 1 streams"],
    ]
    assert [row[0] for row in found if row[-1].endswith("%")] == ["nothing", "negative.load_outputs", "ids kept on the GPU"]
    assert not any("–" in row for row in found if row[0] in ("skipgram-ns", "nothing", "negative.load_outputs"))
    assert "compute-sanitizer is not installed" in done.stderr
    document = json.loads(path.read_text())
    assert len(document["runs"]) == 6
    document["runs"].pop()
    path.write_text(json.dumps(document))
    again = succeeded("gpu", "--quick", "--output", path, *parts, "--minutes", 0)
    assert again.stderr == "9 measurements are left: run the same command again.\n"
    assert rows(again.stdout)[: len(found) - 1] == found[:-1]


def test_scores_are_of_a_hundred_and_a_set_of_unknown_words_has_none(tmp_path: Path) -> None:
    import fastw2v

    (tmp_path / "pairs.txt").write_text("a b 3\na c 2\nb c 1\n")
    (tmp_path / "unknown.txt").write_text("x y 3\n")
    vectors = fastw2v.WordVectors(["a", "b", "c"], [[1, 0], [1, 0.1], [0.9, 0.4]])
    vectors.save(tmp_path / "v.bin")
    sets = Sets(None, (tmp_path / "pairs.txt", tmp_path / "unknown.txt"))
    assert sets.score(vectors) == {"pairs": pytest.approx(50.0), "unknown": None}
    assert sets.score_file(tmp_path / "v.bin") == sets.score(vectors)


def test_scale_varies_one_thing_at_a_time_and_gives_a_vocabulary_text_enough() -> None:
    scale = import_module("bench.scale")
    assert [tuple(point) for _, point in scale.points("vocabulary", scale.Point())] == [
        (1_000_000, 10_000, 100, 1), (1_000_000, 100_000, 100, 1), (10_000_000, 1_000_000, 100, 1)]  # fmt: skip
    assert [value for value, _ in scale.points("text", scale.Point())] == [10**6, 10**7, 10**8]
    assert {point.text for _, point in scale.points("dimension", scale.Point())} == {1_000_000}


def test_modelled_ranks_are_never_quicker_than_as_many_nodes_alone_nor_on_a_slower_network() -> None:
    found = import_module("bench.distributed.schedule")
    model, node = found.Model(1_000_000, 300, 1e10), found.Node(2e7, 32, 2e-9)
    alone = found.seconds(model, node, 1, found.Network(1e9, 1e-5))
    assert alone == model.words / node.rate
    for nodes in (2, 4, 16):
        slow, quick = (found.seconds(model, node, nodes, found.Network(bandwidth, 1e-5)) for bandwidth in (1e8, 1e10))
        assert slow >= quick >= alone / nodes


def test_all_that_a_stage_leaves_out_is_there() -> None:
    breakdown = import_module("bench.speed.breakdown")
    for parts in breakdown.STAGES.values():
        for name in {name for _, name in parts}:
            modules = [import_module(breakdown.KERNEL + module) for module, other in parts if other == name]
            assert any(hasattr(module, name) for module in modules), name


def test_all_that_the_gpus_measurement_replaces_is_there() -> None:
    found = import_module("bench.gpu.child")
    for stage in found.STAGES:
        module, name = stage.split(".")
        source = (ROOT / "fastw2v" / "kernels" / "cuda" / f"{module}.py").read_text()
        assert len(re.findall(rf"\b{name}\b", source)) >= 2, stage  # it is imported or defined, and called
    engine = (ROOT / "fastw2v" / "training" / "gpu.py").read_text()
    assert all(f" {name}(" in engine for name in ("chunk_length", "runnable", "def _fits"))


def test_a_prefix_ends_with_a_line_or_a_word(tmp_path: Path) -> None:
    for text, size, expected in (
        ("one two\nthree four\nfive\n", 22, "one two\nthree four\n"),
        ("one two three four", 10, "one two\n"),
        ("short\n", 100, "short\n"),
    ):
        (tmp_path / "text.txt").write_text(text)
        assert prefix_of(tmp_path / "text.txt", size, tmp_path).read_text() == expected


# Tables and pictures.


def test_the_table_holds_medians_ends_and_ratios() -> None:
    runs = [record("word2vec.c", 1, 100, 40), record("x", 1, 300, 50), record("x", 2, 500, 60), record("x", 3, 900, 10)]
    shown = detail(compared(*runs))
    _, _, first, second = rows(shown)
    assert first == ["skipgram-ns", "word2vec.c", "1", "100", "1.00 ×", "200", "10.0", "5", "40.0"]
    assert second[:5] == ["skipgram-ns", "x", "3", "500 [300 to 900]", "5.00 ×"]
    assert second[7:] == ["10 [5 to 15]", "50.0 [10.0 to 60.0]"]
    assert "`bench/results/compare.json`: commit `abc1234`, 21 to 23 November 2026; A processor" in shown


def test_peers_stand_beside_the_scores_of_the_same_runs() -> None:
    speeds = {"word2vec.c": (100_000.0, 40.0), "gensim": (400_000.0, 41.0), "fastw2v": (2_000_000.0, 42.0)}
    runs = [record(name, 1, *found, variant=variant) for variant in ("cbow-hs", "cbow-both") for name, found in speeds.items()]
    header, _, *found = rows(FIGURES["peers"].shown(compared(*runs)))
    assert header == [
        "",
        "fastw2v, words/s",
        "times word2vec.c's",
        "times gensim's",
        *(f"score: {n}" for n in ("fastw2v", "word2vec.c", "gensim")),
    ]
    assert found == [["CBOW, hierarchical softmax", "2.00 M", "20.0 ×", "5.0 ×", "42.0", "40.0", "41.0"]]


def test_panels_that_share_a_scale_show_all_of_each_line() -> None:
    from matplotlib.figure import Figure

    found = [("text", 10, 1e6), ("text", 100, 2e6), ("dimension", 50, 9e6), ("dimension", 100, 3e6)]
    runs = [
        {"asked": {"part": part, "value": value, "run": 1}, "words_per_second": speed, "peak": speed * 100}
        for part, value, speed in found
    ]
    figure = Figure()
    picture = FIGURES["scale"].picture
    assert picture
    picture.draw({"runs": runs}, figure)
    figure.canvas.draw()
    for axes in figure.axes:
        heights = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
        low, high = axes.get_ylim()
        assert low == 0 < heights.max() < high


def test_targets_say_what_is_met_missed_and_not_measured(tmp_path: Path) -> None:
    speeds = {"word2vec.c": 100.0, "gensim": 300.0, "fastw2v": 1200.0}
    runs = [record(name, 1, speed, variant="cbow-ns") for name, speed in speeds.items()]
    (tmp_path / "compare.json").write_text(json.dumps(compared(*runs)))
    found = {row[0]: row[2:] for row in rows(succeeded("targets", "--results", tmp_path).stdout)}
    assert found["CBOW, negative sampling, word2vec.c"] == ["12.0 ×", "11.0 ×", "15.0 ×", "met"]
    assert found["CBOW, negative sampling, gensim"] == ["4.0 ×", "5.0 ×", "7.0 ×", "missed"]
    assert found["skip-gram, hierarchical softmax, gensim"][0::3] == ["–", "not measured"]


def test_a_peers_run_counts_beside_the_same_code_only() -> None:
    code_of = import_module("bench.compare.command").code_of
    old, new = ({"gensim": "4.4", "fastw2v": ours} for ours in ("one", "two"))
    assert code_of("fastw2v", new) == "two"
    assert code_of("gensim", new) == code_of("gensim", dict(new)) != code_of("gensim", old)
    assert code_of("gensim", {"gensim": "4.4"}) == "4.4"


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[..., Path]:
    """Make a checkout with pages and results."""

    def make(page: str, *runs: dict[str, Any]) -> Path:
        (tmp_path / "docs").mkdir(exist_ok=True)
        (tmp_path / "docs" / "page.md").write_text(page)
        if runs:
            (tmp_path / "compare.json").write_text(json.dumps(compared(*runs)))
        return tmp_path

    return make


def test_figures_between_markers_are_made_from_results(checkout: Callable[..., Path]) -> None:
    page = "before\n\n<!-- figures: peers -->\nold\n<!-- /figures -->\n\nafter\n\n"
    page += "<!-- figures: peers-picture -->\n<!-- /figures -->\n"
    runs = [record("word2vec.c", 1, 100, 40), record("fastw2v", 1, 500, 41)]
    root = checkout(page, *runs)
    options = ["--root", root, "--results", root]
    assert run("tables --check", *options).exit_code == 1
    assert succeeded("tables", *options).stdout == "docs/page.md written\ndocs/figures/peers-picture.svg written\n"
    text = (root / "docs" / "page.md").read_text()
    assert text.startswith("before\n\n<!-- figures: peers -->\n\n|  | fastw2v, words/s |")
    assert "\n<!-- /figures -->\n\nafter\n" in text
    assert "](figures/peers-picture.svg)" in text
    picture = root / "docs" / "figures" / "peers-picture.svg"
    assert picture.read_text().startswith("<?xml")
    assert succeeded("tables --check", *options).stdout == ""
    assert succeeded("tables", *options).stdout == ""
    checkout(text, runs[0], record("fastw2v", 1, 600, 41))
    differing = run("tables --check", *options)
    assert differing.exit_code == 1
    assert [line.split()[0] for line in differing.stdout.splitlines()] == ["docs/page.md", "docs/figures/peers-picture.svg"]


def test_a_figure_that_is_not_measured_says_how_to(checkout: Callable[..., Path]) -> None:
    root = checkout("<!-- figures: scale -->\n<!-- /figures -->\n")
    succeeded("tables", "--root", root, "--results", root)
    assert "\nNot measured yet: `python -m bench scale`.\n" in (root / "docs" / "page.md").read_text()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<!-- figures: none -->\n<!-- /figures -->\n", "no figure is called none: there are peers, "),
        ("<!-- figures: scale -->\n", "has no <!-- /figures --> after it"),
    ],
)
def test_a_marker_that_cannot_be_followed_is_one_line(checkout: Callable[..., Path], page: str, message: str) -> None:
    root = checkout(page)
    done = run("tables", "--root", root, "--results", root)
    assert done.exit_code == 1
    assert message in done.stderr


def test_every_figure_names_a_command_that_there_is() -> None:
    for name, figure in FIGURES.items():
        words = [word for word in figure.command.split(" --")[0].split() if word.islower()]
        assert run(" ".join(words), "--help").exit_code == 0, name


def test_the_pages_of_this_checkout_are_what_their_results_say() -> None:
    pages = Pages(ROOT, ROOT / "bench" / "results")
    assert [str(path) for path in pages.differing()] == [], "run python -m bench tables"


# Scripts that take long, in short.


@pytest.mark.parametrize(
    ("script", "options", "says"),
    [
        ("faults", "--kills 1 --longest 0.5", "1 kills of runs"),
        ("fuzz", "vocabulary --minutes 0.01", "inputs, the longest took"),
        ("large_text", "--gigabytes 0.0005", "exit code 0"),
    ],
)
def test_stress_scripts_run(script: str, options: str, says: str, tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "tests" / "stress" / f"{script}.py", *options.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
