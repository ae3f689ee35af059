"""The cache of compiled code: what is taken from it was made for just this, and whatever is wrong with it is made anew."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fastw2v._jit import compiling
from fastw2v._jit.cache import DIGEST, DIGEST_BYTES

# Prints a function's result, how often it was taken from the cache, and which of its files was the last to be looked for.
PROGRAM = """
import os, sys, time
from pathlib import Path
import numpy as np
kind, *options = sys.argv[1:]
opened = []
sys.addaudithook(lambda event, about: event == "open" and str(about[0]).endswith(".code") and opened.append(about[0]))
{before}
from fastw2v._jit import compiling
if "rolled" in options:
    compiling.leave_loops_rolled()
name = [option for option in options if option.startswith("compiled")]
decorator = getattr(compiling, name[0] if name else "compiled")

@decorator
def hashed(row, sums):
    found = sums[0]
    for place in range(len(row)):
        found = found * 3 + row[place]
    sums[0] = found

row = np.arange(3).astype(kind)
sums = np.ones(1, kind)
hashed(row, sums)
print(sums[0], sum(hashed.stats.cache_hits.values()), *opened[-1:])
{after}
"""

INTEGER, FLOAT = "32", "32.0"  # ((1 · 3 + 0) · 3 + 1) · 3 + 2


class Runs:
    """Runs of a program that share a cache."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.program = folder / "program.py"
        self.write()

    def write(self, before: str = "", after: str = "") -> None:
        """Write the program, with more at its beginning and end."""
        self.program.write_text(PROGRAM.format(before=before, after=after))

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """A run that is not waited for."""
        where = os.environ | {"NUMBA_CACHE_DIR": str(self.cache)} | environment
        return subprocess.Popen([sys.executable, self.program, *arguments], stdout=subprocess.PIPE, text=True, env=where)

    def code(self, *arguments: str, **environment: str) -> list[str]:
        """What a run prints."""
        process = self.start(*arguments, **environment)
        shown = process.communicate(timeout=120)[0]
        assert process.returncode == 0
        return shown.split()

    def __call__(self, *arguments: str, **environment: str) -> str:
        """The result, and how often the cache was hit."""
        return " ".join(self.code(*arguments, **environment)[:2])

    def files(self) -> set[Path]:
        """What lies in the cache."""
        return {path for path in self.cache.rglob("*") if path.is_file()}

    def file_of(self, *arguments: str, **environment: str) -> Path:
        """The file that a first run makes."""
        before = self.files()
        assert self(*arguments, **environment).endswith(" 0")
        (made,) = self.files() - before
        return made


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


# The first process gives the first of its files a name, then the second all of its files, then the first the others. Of an
# index and a file of code, this leaves the second's index and the first's code.
IN_TURN = """
first, in_turns = kind == "int64", "in-turns" in options
replace, turns, folder = os.replace, iter("12"), Path({folder!r})

def wait_for(name):
    end = time.monotonic() + 200
    while not (folder / name).exists() and time.monotonic() < end:
        time.sleep(0.01)

def replace_in_turn(*names):
    turn = next(turns)
    if first:
        wait_for({{"1": "second-is-here", "2": "second-has-ended"}}[turn])
    else:
        (folder / "second-is-here").touch()
        wait_for("first-has-begun")
    replace(*names)
    if first:
        (folder / "first-has-begun").touch()

if in_turns:
    os.replace = replace_in_turn
"""
END_TURN = "if in_turns and not first: (folder / 'second-has-ended').touch()"


def test_two_processes_that_save_at_once_each_find_their_own_code_later(runs: Runs, tmp_path: Path) -> None:
    runs.write(IN_TURN.format(folder=str(tmp_path)), END_TURN)
    both = [runs.start(kind, "in-turns") for kind in ("int64", "float64")]
    shown = [process.communicate(timeout=120)[0].split() for process in both]
    assert [line[:2] for line in shown] == [[INTEGER, "0"], [FLOAT, "0"]]
    assert [runs("int64"), runs("float64")] == [f"{INTEGER} 1", f"{FLOAT} 1"]


def test_another_code_under_a_name_is_not_used(runs: Runs) -> None:
    file, other = runs.file_of("float64"), runs.file_of("int64")
    own = file.read_bytes()
    shutil.copy(other, file)
    assert runs("float64") == f"{FLOAT} 0"
    assert file.read_bytes().startswith(own.split(b"\n")[0])
    assert runs("float64") == f"{FLOAT} 1"
    # What says that it is for floats, but holds the code for whole numbers.
    content = other.read_bytes().split(b"\n", 1)[1][DIGEST_BYTES:]
    file.write_bytes(own.split(b"\n")[0] + b"\n" + DIGEST(content).digest() + content)
    assert runs("float64") == f"{FLOAT} 0"
    assert runs("float64") == f"{FLOAT} 1"


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "nothing left": lambda data: b"",
    "a part of the key left": lambda data: data[:50],
    "the key left": lambda data: data[: data.index(b"\n") + 1],
    "the last byte gone": lambda data: data[:-1],
    "a byte more": lambda data: data + b"\0",
    "a bit flipped in the code": lambda data: data[:-1000] + bytes([data[-1000] ^ 1]) + data[-999:],
    "zeros, as after a power cut": lambda data: bytes(len(data)),
}


def test_damaged_code_is_not_used_and_made_anew(runs: Runs) -> None:
    file = runs.file_of("int64")
    whole = file.read_bytes()
    for damage, change in DAMAGES.items():
        file.write_bytes(change(whole))
        assert runs("int64") == f"{INTEGER} 0", damage
        assert len(file.read_bytes()) > len(whole) / 2, damage
    assert runs("int64") == f"{INTEGER} 1"
    file.unlink()
    file.mkdir()
    assert runs("int64") == f"{INTEGER} 0"


OTHERS = {"no optimisation": {"NUMBA_OPT": "0"}, "checked bounds": {"NUMBA_BOUNDSCHECK": "1"}}
if platform.machine() in ("x86_64", "AMD64"):
    OTHERS["a processor"] = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"}
    OTHERS["the same with a feature"] = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2,+sse3"}
    OTHERS["another processor"] = {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": "+sse2,+sse3"}


def test_code_for_another_processor_or_by_another_compiler_is_not_used(runs: Runs) -> None:
    assert runs("int64") == f"{INTEGER} 0"
    for what, environment in OTHERS.items():
        assert runs("int64", **environment) == f"{INTEGER} 0", what
    for environment in ({}, *OTHERS.values()):
        assert runs("int64", **environment) == f"{INTEGER} 1", environment
    runs.write(before="import numba; numba.__version__ += '.1'")
    assert runs("int64") == f"{INTEGER} 0"


def test_one_folder_serves_several_processors_at_once(runs: Runs) -> None:
    runs("int64")
    runs("int64", NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")
    assert len({file.parent for file in runs.files()}) == 1
    assert len(runs.files()) == 2


def test_code_of_another_function_of_the_same_name_is_not_used(runs: Runs) -> None:
    assert runs("int64") == f"{INTEGER} 0"
    runs.program.write_text(runs.program.read_text().replace("found * 3", "found * 2"))
    assert runs("int64") == "12 0"


def test_a_file_s_date_does_not_matter(runs: Runs) -> None:
    runs("int64")
    os.utime(runs.program, (1, 1))
    assert runs("int64") == f"{INTEGER} 1"


def test_kernels_are_best_taken_with_their_loops_left_rolled_and_nothing_else_is(runs: Runs) -> None:
    unrolled = runs.file_of("int64", "compiled_kernel")
    assert runs.code("int64", "compiled_kernel") == [INTEGER, "1", str(unrolled)]
    rolled = runs.file_of("int64", "compiled_kernel", "rolled")
    assert runs.code("int64", "compiled_kernel") == [INTEGER, "1", str(rolled)]
    assert runs("int64", "compiled_math", "rolled") == f"{INTEGER} 1"
    unrolled.unlink()
    assert runs("int64", "compiled_math") == f"{INTEGER} 0"
    assert runs("int64", "compiled_kernel") == f"{INTEGER} 1"


def test_code_with_fast_sums_is_not_taken_for_exact_code(runs: Runs) -> None:
    assert runs("float64", "compiled_math") == f"{FLOAT} 0"
    assert runs("float64") == f"{FLOAT} 0"
    assert [runs("float64", name) for name in ("compiled", "compiled_math")] == [f"{FLOAT} 1"] * 2


def test_what_was_imported_before_its_source_changed_is_not_saved(runs: Runs, tmp_path: Path) -> None:
    package = Path(compiling.__file__).parent.parent
    shutil.copytree(package, tmp_path / "fastw2v", ignore=shutil.ignore_patterns("__pycache__"))
    constants = tmp_path / "fastw2v" / "_jit" / "simd.py"
    change = f"import fastw2v._jit.cache\nopen({str(constants)!r}, 'a').write('CHANGED = 1\\n')"
    runs.write(before=change)
    assert runs("int64", PYTHONPATH=str(tmp_path)) == f"{INTEGER} 0"
    assert runs.files() == set()


def test_comments_and_blank_lines_compile_nothing_anew(runs: Runs) -> None:
    assert runs("int64") == f"{INTEGER} 0"
    runs.write(before="# one\n\n# two")
    assert runs("int64") == f"{INTEGER} 1"
    runs.write(before="ONE = 1")
    assert runs("int64") == f"{INTEGER} 0"


def test_without_what_is_private_to_numba_code_is_compiled_and_not_kept(runs: Runs) -> None:
    runs.write(before="from numba.core.compiler import CompileResult\ndel CompileResult._reduce")
    assert [runs("int64"), runs("int64")] == [f"{INTEGER} 0"] * 2
    assert runs.files() == set()


def test_a_cache_that_cannot_be_written_is_used_all_the_same(runs: Runs) -> None:
    runs("int64")
    runs.write(before="if 'read-only' in options: os.access = lambda *where, **how: False")
    runs("int64")
    files = runs.files()
    assert runs("int64", "read-only") == f"{INTEGER} 1"
    assert runs("float64", "read-only") == f"{FLOAT} 0"
    assert runs.files() == files


def test_where_the_folder_that_was_chosen_cannot_be_used_nothing_is_kept(runs: Runs) -> None:
    runs.write(after="print(compiling.compiling_note('long'))")
    for _ in range(2):
        shown = " ".join(runs.code("int64", NUMBA_CACHE_DIR=os.devnull))
        assert shown.startswith(f"{INTEGER} 0 ")
        assert shown.endswith("(long, each run; set NUMBA_CACHE_DIR to a writable folder to keep the code)")
    assert "compiling for this machine (long); later runs use the result" in " ".join(runs.code("int64"))


def test_a_function_compiled_anew_by_hand_is_not_taken_from_the_cache(runs: Runs) -> None:
    runs.write(after="hashed.recompile(); print(sum(hashed.stats.cache_hits.values()))")
    assert runs.code("int64")[-1] == "0"
    assert runs.code("int64")[-1] == "1"  # before it
    assert len(runs.files()) == 1
    other = runs.file_of("float64")
    runs("int64")
    assert other in runs.files()  # others use it still


@pytest.mark.quick
def test_a_numba_without_what_the_kernels_are_built_with_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a b c\n" * 10)
    program = (
        "import sys, numba; sys.modules['numba.core.cgutils'] = None; import numba.core; del numba.core.cgutils\n"
        "from fastw2v.cli import main\n"
        f"sys.argv = ['fastw2v', 'train', {str(tmp_path / 'text.txt')!r}, '-o', {str(tmp_path / 'v.bin')!r}]\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.startswith("fastw2v: numba ")
    assert done.stderr.count("\n") == 1
    assert "install one that they were tried with" in done.stderr


THEN_COMPILED = """
print("numba.np.arraymath" in sys.modules)
if "more" in options:
    print(compiling.compiled(lambda row: row[0] + 2)(row))
"""
WITHOUT_RUNTIME = "import numba; from numba.core import runtime; del runtime.rtsys"


@pytest.mark.parametrize(("before", "prepared"), [("", "False"), (WITHOUT_RUNTIME, "True")])
def test_loading_does_not_prepare_to_compile_and_more_can_be_compiled_after_it(runs: Runs, before: str, prepared: str) -> None:
    runs.write(before, THEN_COMPILED)
    assert runs("int64") == f"{INTEGER} 0"
    result, hits, _, *more = runs.code("int64", "more")
    assert (result, hits) == (INTEGER, "1")
    assert more == [prepared, "2"]
