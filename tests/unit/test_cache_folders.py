"""Where compiled code is kept, and of which sources it is."""

import ast
import os
import pkgutil
import shutil
import stat
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic

import fastw2v
from fastw2v._jit.cache_folders import MAX_FOLDERS, NAME, cache_folders, is_private, is_trusted
from fastw2v._jit.sources import PACKAGE, compiled_sources, state_of_sources, without_prose


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("copy") / "fastw2v"
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def test_each_module_with_a_compiled_function_is_counted() -> None:
    counted = set(compiled_sources())
    found = set()
    for module in pkgutil.walk_packages(fastw2v.__path__, "fastw2v."):
        if not module.name.endswith("__main__") and ".cuda" not in module.name:  # a GPU's kernels are not kept
            for value in vars(import_module(module.name)).values():
                if isinstance(value, (Dispatcher, type(intrinsic(lambda context: None)))):
                    found.add(getattr(value, "py_func", value).__module__)
    assert {"fastw2v.kernels.blocked", "fastw2v.corpus.word_table", "fastw2v._jit.simd"} < found
    assert {name for name in found if name.startswith("fastw2v.")} <= counted


def imported(name: str, source: bytes) -> Iterator[str]:
    """The modules that a source file imports, and what it takes from them, as Python reads it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively, which compiled_sources does not follow"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_whatever_a_counted_module_imports_from_the_package_is_counted() -> None:
    counted = compiled_sources()
    modules = {module.name for module in pkgutil.walk_packages(fastw2v.__path__, "fastw2v.")}
    for name, source in counted.items():
        if name != "fastw2v._jit.cache":
            assert modules.intersection(imported(name, source)) <= set(counted), name


def test_dates_and_what_is_not_compiled_do_not_matter(copy: Path) -> None:
    before = state_of_sources(copy)
    assert before == state_of_sources()
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    for name in ("cli/train.py", "reporting/terminal.py", "__init__.py"):
        with (copy / name).open("a") as file:
            file.write("# more\n")
    (copy / "README.md").write_text("more")
    (copy / "new.py").write_text("")
    assert state_of_sources(copy) == before


@pytest.mark.parametrize(
    "name",
    [
        "_jit/compiling.py",
        "_jit/inlining.py",
        "_jit/cache.py",
        "_jit/simd.py",
        "kernels/worker.py",
        "kernels/blocked/worker.py",
        "kernels/blocked/__init__.py",
        "model/tables.py",
        "model/noise.py",
        "corpus/word_table.py",
        "phrasing/strings.py",
        "vectors/io/text_rows.py",
        "distributed/averaging.py",
    ],
)
def test_what_is_compiled_matters_to_the_letter(copy: Path, name: str) -> None:
    before, path = state_of_sources(copy), copy / name
    text, status = path.read_bytes(), path.stat()
    path.write_bytes(text.replace(b"def ", b"dff ", 1))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert state_of_sources(copy) != before
    path.write_bytes(text)
    assert state_of_sources(copy) == before


@pytest.mark.parametrize(
    "name", ["_jit/simd.py", "kernels/blocked/skipgram_near.py", "model/tables.py", "corpus/word_table.py", "settings.py"]
)
def test_docstrings_comments_and_blank_lines_do_not_matter(copy: Path, name: str) -> None:
    before, path = state_of_sources(copy), copy / name
    text = path.read_bytes()
    for found in (b'"""', b':\n    """'):  # the module's docstring and the first of a function
        assert found in text
        path.write_bytes(text.replace(found, found + b"More # 'words.\n\n", 1) + b'\n\n# "More"\n')
        assert state_of_sources(copy) == before
    path.write_bytes(text)


def test_what_looks_like_prose_inside_a_string_is_kept() -> None:
    code = b'A = \'\'\'\n# not a comment\n\'\'\'\nB = "# nor this \\" one"\nC = f(\n    """text""",\n)\n'
    assert without_prose(b"# a comment\n" + code) == without_prose(code)
    assert without_prose(code).endswith(code)


def test_numbers_from_other_modules_are_counted(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "sizes").mkdir(parents=True)
    (package / "kernel.py").write_text("from package.sizes import (\n    block,\n)\n\n@inlined\ndef f(): ...\n")
    (package / "sizes" / "__init__.py").write_text("import package.more as more\n")
    (package / "sizes" / "block.py").write_text("BLOCK = 8\n")
    (package / "more.py").write_text("")
    (package / "other.py").write_text("from package import kernel\n")
    assert set(compiled_sources(package)) == {"package.kernel", "package.sizes", "package.sizes.block", "package.more"}


def test_without_sources_there_is_no_state(tmp_path: Path) -> None:
    assert state_of_sources(tmp_path / "archive.zip" / "fastw2v") is None


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that cannot be written beside, for a user without a home; temporary files go to tmp_path / "tmp"."""
    for name in ("lib", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "lib" / "__pycache__").touch()  # no folder can be made in a file, not even by root
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc/none")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "lib"


def private_folder(nowhere: Path) -> Path:
    return nowhere.parent / "tmp" / f"fastw2v-{os.geteuid()}"


def test_who_can_write_nowhere_gets_a_private_temporary_folder(nowhere: Path) -> None:
    own = private_folder(nowhere) / f"{NAME}state"
    for _ in range(2):
        assert cache_folders("state", "", nowhere) == ((own,), own)
    assert own.is_dir()
    assert stat.S_IMODE(own.parent.stat().st_mode) == 0o700
    assert is_trusted(own)


@pytest.mark.parametrize("kind", ["a link", "a file", "a link to nothing", "the group's", "everybody's", "another user's"])
def test_a_temporary_folder_that_is_not_private_is_not_used(nowhere: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = private_folder(nowhere)
    (nowhere / "real").mkdir(0o700)
    own = folder / f"{NAME}state"
    if kind.startswith("a link"):
        folder.symlink_to(nowhere / ("real" if kind == "a link" else "none"))
    elif kind == "a file":
        folder.touch()
    else:
        own.mkdir(parents=True)
        folder.chmod({"the group's": 0o770, "everybody's": 0o707}.get(kind, 0o700))
    if kind == "another user's":
        folder.rename(folder.with_name("fastw2v-12345"))
        own = folder.with_name("fastw2v-12345") / own.name
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not is_private(own.parent)
    assert not is_trusted(own)
    assert cache_folders("state", "", nowhere) == ((), None)
    assert not list((nowhere / "real").iterdir())


def test_the_chosen_folder_is_the_only_one(nowhere: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "new" / "chosen"
    own = chosen / f"{NAME}state"
    assert cache_folders("state", str(chosen), nowhere) == ((own,), own)
    assert cache_folders("state", os.devnull, nowhere) == ((), None)
    assert not private_folder(nowhere).exists()


def test_the_folders_that_were_used_last_are_kept(tmp_path: Path, nowhere: Path) -> None:
    for number in range(MAX_FOLDERS):
        own = cache_folders(str(number), str(tmp_path), nowhere).write
        assert own
        os.utime(own, (number, number))
    cache_folders("0", str(tmp_path), nowhere)
    cache_folders("new", str(tmp_path), nowhere)
    left = {folder.name.removeprefix(NAME) for folder in tmp_path.glob(f"{NAME}*")}
    assert left == {str(number) for number in range(MAX_FOLDERS)} - {"1"} | {"new"}
