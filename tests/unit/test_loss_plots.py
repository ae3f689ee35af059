"""The loss of runs: logs read back and drawn."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastw2v._system.resources import readable_bytes
from fastw2v.errors import UsageError
from fastw2v.plotting import draw_loss
from fastw2v.plotting.figures import drawing
from fastw2v.plotting.loss_curve import loss_figure
from fastw2v.plotting.run_log import read_log

CLI = Callable[..., Any]


def progress(share: float, loss: float | None, speed: float = 1e6) -> str:
    event = {"event": "progress", "epoch": 1, "progress": share, "words_per_second": speed, "alpha": 0.02, "loss": loss}
    return json.dumps({**event, "seconds": share * 10}) + "\n"


def end(loss: float, epochs: int) -> str:
    return json.dumps({"event": "end", "settings": {"epochs": epochs}, "words_per_second": 2e6, "loss": loss}) + "\n"


def test_each_log_is_a_line_over_epochs_with_its_name_and_its_end(tmp_path: Path) -> None:
    (tmp_path / "_a.log").write_text(progress(0.1, None) + progress(0.5, 3.0) + progress(0.9, 2.5, 3e6) + end(2.4, 5))
    (tmp_path / "b$x$.log").write_text(progress(0.25, 4.0) + end(3.5, 2))
    with drawing():
        figure = loss_figure([read_log(tmp_path / "_a.log"), read_log(tmp_path / "b$x$.log")])
    loss, speed = figure.axes
    lines = [np.column_stack([line.get_xdata(), line.get_ydata()]).tolist() for line in loss.lines]
    assert np.array_equal(lines[0], [[0.5, np.nan], [2.5, 3], [4.5, 2.5]], equal_nan=True)
    assert lines[1:] == [[[5, 2.4]], [[0.5, 4]], [[2, 3.5]]]
    assert [line.get_ydata()[-1] for line in speed.lines] == [3e6, 2e6, 1e6, 2e6]
    named = loss.get_legend().get_texts()
    assert [text.get_text() for text in named] == ["_a.log", "b$x$.log"]
    assert not any(text.get_parse_math() for text in named)  # "$x$" would be typeset
    assert speed.get_xlabel() == "epochs"


def test_a_run_that_did_not_end_is_drawn_over_its_parts_and_equal_names_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / name / "run.log" for name in ("a", "b")]
    for path, last in zip(paths, ("", end(2.0, 3))):
        path.parent.mkdir()
        path.write_text(progress(0.5, 3.0) + last)
    with drawing():
        figure = loss_figure([read_log(path) for path in paths])
    assert [list(line.get_xdata()) for line in figure.axes[0].lines] == [[0.5], [0.5], [1]]
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["a/run.log", "b/run.log"]


def test_the_log_of_a_run_can_be_drawn(cli: CLI, text: Path, tmp_path: Path) -> None:
    assert cli("train", text, "-o", tmp_path / "v.bin", "--log", tmp_path / "run.log", "--quiet", "--dim", 8)[0] == 0
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        output = tmp_path / f"loss.{kind}"
        code, out, err = cli("plot-loss", tmp_path / "run.log", tmp_path / "run.log", "-o", output, "--title", "$x$")
        assert (code, out, err) == (0, f"{output}: {readable_bytes(output.stat().st_size)}\n", "")
        assert output.read_bytes().startswith(start)
    draw_loss(tmp_path / "run.log", tmp_path / "again.png", title="$x$")


NO_LOGS = {
    "": "line 1: the log ends before any progress",
    '{"event": "other"}\n': "line 2: the log ends before any progress",
    progress(0.5, 2.0) + '{"event": "progr': "line 2: this is not JSON",
    "2 3\nword 0.1 0.2 0.3\n": "line 1: this is not JSON",
    "5\n": "line 1: this is not an event",
    "\x00\xff\n": "line 1: this is not JSON",
    "[" * 100_000: "line 1: this is not JSON",
    "[1, 2]\n": "line 1: this is not an event",
    '{"loss": 1}\n': "line 1: this is not an event",
    progress(0.5, 2.0) + '{"event": "progress", "progress": 0.6}\n': "line 2: loss is missing, or not a number",
    progress(1.5, 2.0): "line 1: progress is 1.5",
    progress(0.5, 2.0).replace("2.0", '"2"'): "line 1: loss is missing, or not a number",
    end(2.0, 0): "line 1: the settings have no valid number of epochs",
    end(2.0, 2) + progress(0.1, 3.0): "line 2: the run ended on a line above",
}


@pytest.mark.parametrize("content", NO_LOGS)
def test_what_is_no_log_is_refused_with_file_and_line(cli: CLI, tmp_path: Path, content: str) -> None:
    (tmp_path / "run.log").write_text(content, "latin-1")
    code, out, err = cli("plot-loss", tmp_path / "run.log", "-o", tmp_path / "loss.png")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{tmp_path / 'run.log'}, {NO_LOGS[content]}" in err
    assert [path.name for path in tmp_path.iterdir()] == ["run.log"]


@pytest.mark.parametrize("number", [1e308, -1e308, 5e-324, 1e30, float("inf"), float("nan"), 10**400])
def test_numbers_that_no_run_has_measured_are_left_out(cli: CLI, tmp_path: Path, number: float) -> None:
    lines = progress(0.2, number, number) + progress(0.3, -number, -number) + progress(0.5, 3.0) + end(number, 2)
    (tmp_path / "run.log").write_text(lines)
    assert cli("plot-loss", tmp_path / "run.log", "-o", tmp_path / "loss.png", "--quiet") == (0, "", "")
    assert [sample.loss for sample in read_log(tmp_path / "run.log").samples][2] == 3


def test_a_number_of_epochs_that_no_axis_holds_is_refused(cli: CLI, tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text(end(2.0, 10**400))
    assert (
        "the settings have no valid number of epochs" in cli("plot-loss", tmp_path / "run.log", "-o", tmp_path / "loss.png").err
    )


WRONG = {
    ("none.log", "-o", "loss.png"): "cannot read none.log: ",
    ("run.log", "-o", "loss.html"): "must end in .png or .svg",
    ("run.log", "-o", "none/loss.png"): "does not exist",
    ("-o", "loss.png"): "Missing argument 'LOG...'",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_input_gets_one_line_and_leaves_no_picture(
    cli: CLI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run.log").write_text(progress(0.5, 3.0))
    code, out, err = cli("plot-loss", *arguments)
    assert (code, out) == (2, "")
    assert WRONG[arguments] in err
    assert err.strip().splitlines()[-1].startswith("fastw2v: ")
    assert [path.name for path in tmp_path.iterdir()] == ["run.log"]


def test_a_missing_library_is_named_with_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run.log").write_text(progress(0.5, 3.0))
    for name in ["matplotlib", *(name for name in sys.modules if name.startswith("matplotlib."))]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=r"matplotlib \(.*\): pip install 'fastw2v\[plot\]'"):
        draw_loss(tmp_path / "run.log", tmp_path / "loss.png")


def test_help_shows_examples(cli: CLI) -> None:
    assert cli("plot-loss", "--help").out.count("fastw2v plot-loss ") >= 3
