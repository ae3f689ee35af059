"""README and documentation: each command and Python line in them runs, and what they name exists.

The blocks of a page run in order, in a folder that holds what the page "Getting started" makes: `corpus.txt`,
`fastw2v-demo.bin` and `vectors.bin`. A shell block is a script that must succeed. A console block must print what it shows,
where `…` stands for anything. A block that cannot run here has a comment before it that says why.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from fastw2v.cli import cli
from fastw2v.settings import Settings

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").exists())
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(
    r"(?:^ *<!-- (?P<note>[^\n]*) -->\n)?^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<lines>.*?)^ *```$", re.M | re.S
)
NOT_RUN = "not run: "
TEST_COMMAND = "test command"  # before the command that .ci/run takes from README.md
CONSOLE_STEP = re.compile(r"^\$ (?P<command>.*(?:\n> .*)*)\n?(?P<output>(?:(?!\$ ).*\n?)*)", re.M)
ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "PYTHONPATH": str(ROOT),
    "COLUMNS": "100",
}


class Block(NamedTuple):
    """A fenced block of a page.

    note : the comment before it
    line : in the page, from 1
    """

    language: str
    lines: str
    note: str
    line: int

    @property
    def runs(self) -> bool:
        return self.language in ("sh", "console", "python") and not self.note.startswith((NOT_RUN, TEST_COMMAND))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text()
    for found in FENCE.finditer(text):
        lines = re.sub(rf"^{found['indent']}", "", found["lines"], flags=re.M)
        yield Block(found["language"], lines, found["note"] or "", text.count("\n", 0, found.start("indent")) + 1)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def shell(script: str, folder: Path) -> str:
    """What a script prints; it must succeed. The demonstration's text is shorter than a reader's, to save time."""
    shorter = re.sub(r"^fastw2v demo\b", "fastw2v demo --words 400000", script, flags=re.M)
    command = ["bash", "-euo", "pipefail", "-c", shorter]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def run_console(lines: str, folder: Path) -> None:
    for step in CONSOLE_STEP.finditer(lines):
        printed = shell(step["command"].replace("\n> ", "\n"), folder)
        parts = " ".join(step["output"].split()).split("…")
        expected = ".*".join(map(re.escape, parts)) or ".*"
        assert re.fullmatch(expected, " ".join(printed.split())), f"{step[0]}\n{printed}"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the first commands of "Getting started" make."""
    folder = tmp_path_factory.mktemp("made")
    for block in blocks(DOCS / "getting-started.md"):
        if block.runs and block.language == "sh":
            shell(block.lines, folder)
        if (folder / "vectors.bin").exists():
            break
    return folder


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_shows_runs(page: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks(page):
        if not block.runs:
            continue
        if block.language == "python":
            exec(compile("\n" * block.line + block.lines, name_of(page), "exec"), names)
        elif block.language == "console":
            run_console(block.lines, tmp_path)
        else:
            shell(block.lines, tmp_path)


def test_the_tutorial_runs(tmp_path: Path) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.read(DOCS / "tutorial.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()


@pytest.mark.quick
def test_the_tutorial_is_kept_without_its_output() -> None:
    cells = json.loads((DOCS / "tutorial.ipynb").read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.quick
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_block_that_does_not_run_says_why(page: Path) -> None:
    unmarked = [block.line for block in blocks(page) if block.note.startswith(NOT_RUN) and len(block.note) < len(NOT_RUN) + 10]
    assert not unmarked
    assert all(block.language for block in blocks(page))


def test_figures_are_those_of_the_results() -> None:
    command = [sys.executable, "-m", "bench", "tables", "--check"]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, text=True, capture_output=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.quick
def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


@pytest.mark.quick
def test_the_table_of_options_is_the_commands() -> None:
    """Each option of `fastw2v train` is in the tables of docs/training.md, and nothing else is."""
    rows = [line for line in (DOCS / "training.md").read_text().splitlines() if line.startswith("| `-")]
    listed = [name for row in rows for name in re.findall(r"--?[a-z][a-z-]*", row.split("|")[1])]
    params = [param for param in cli.commands["train"].params if isinstance(param, click.Option) and not param.hidden]
    assert sorted(listed) == sorted(name for param in params for name in (*param.opts, *param.secondary_opts))


@pytest.mark.quick
def test_the_defaults_in_the_table_are_the_settings() -> None:
    rows = [line.split("|")[1:3] for line in (DOCS / "training.md").read_text().splitlines() if line.startswith("| `-")]
    numbers = {name.replace("-", "_"): default.strip() for names, default in rows for name in re.findall(r"--([a-z-]+)", names)}
    for name, field in Settings.__dataclass_fields__.items():
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool):
            assert float(numbers[name]) == field.default, name


@pytest.mark.quick
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_a_page_names_exist(page: Path) -> None:
    """Files by their path, and Python files also by their name alone."""
    files = {
        str(path.relative_to(ROOT)) for folder in ("fastw2v", "tests", "bench", "bin") for path in (ROOT / folder).rglob("*")
    }
    names = {Path(file).name for file in files}
    text = page.read_text()
    for named in re.findall(r"`((?:fastw2v|tests|bench|bin)/[\w/.-]+?)/?`", text):
        assert named in files or named == "bench/results", named
    for named in re.findall(r"`(\w+\.py)`", text):
        assert named in names, named


@pytest.mark.quick
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_that_a_page_names_exist(page: Path) -> None:
    """After `fastw2v COMMAND`, in blocks and in the text."""
    for command, rest in re.findall(r"fastw2v ([a-z-]+)((?: [^\n`|#;)]*)?)", page.read_text()):
        if command in cli.commands:
            known = {name for param in cli.commands[command].params for name in (*param.opts, *param.secondary_opts)}
            named = set(re.findall(r"(?<![\w'\"-])(--[a-z][a-z-]*)", rest))
            assert named <= known | {"--help"}, (command, named - known)


@pytest.mark.quick
def test_links_of_the_readme_lead_somewhere() -> None:
    """Of the pages of docs/, `mkdocs build --strict` sees to it."""
    for name in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", (ROOT / "README.md").read_text()):
        assert (ROOT / name).exists(), name


@pytest.mark.quick
def test_the_command_line_reference_has_every_command() -> None:
    listed = re.findall(r"<!-- help: ([a-z-]+) -->", (DOCS / "reference" / "cli.md").read_text())
    assert sorted(listed) == sorted(cli.commands)
