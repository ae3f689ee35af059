"""What a shared or a small machine does to a run: others beside it, fewer cores than threads, folders that are read-only."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers.processes import start
from helpers.texts import zipf_text

import fastw2v
from fastw2v._system import resources
from fastw2v.settings import Settings

CORES = len(os.sched_getaffinity(0))


def test_two_runs_at_once_in_one_folder_and_one_new_cache_do_not_disturb_each_other(text: Path, tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    shutil.copy(text, tmp_path / "text.txt")

    def train(name: str) -> subprocess.Popen[str]:
        command = ("train", "text.txt", "-o", f"{name}.bin", "--threads", 1, "--save-vocab", f"{name}.vocab", "--memory", "1M")
        return start(*command, "--checkpoint", f"{name}.state", "--checkpoint-every", "0s", env=environment, cwd=tmp_path)

    both = [train("a"), train("b")]
    said = [process.communicate(timeout=200)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    later = train("c")
    assert "compil" not in later.communicate(timeout=200)[1]
    for kind in ("bin", "vocab"):
        assert len({(tmp_path / f"{name}.{kind}").read_bytes() for name in "abc"}) == 1
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(["cache", "text.txt", *(f"{name}.{kind}" for name in "abc" for kind in ("bin", "vocab"))])


def test_more_threads_than_cores_work_and_are_spoken_of(text: Path, tmp_path: Path) -> None:
    process = start("train", text, "-o", tmp_path / "v.bin", "--dim", 16, "--threads", 8 * CORES)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 0
    said = rf"^{8 * CORES} threads are more than the \d+ cores? that this process may use, and do not train faster$"
    assert re.search(said, err, re.M)
    assert fastw2v.load(tmp_path / "v.bin").dim == 16


def test_a_process_held_to_one_core_trains_with_one_thread(text: Path, tmp_path: Path) -> None:
    one = {min(os.sched_getaffinity(0))}
    command = ("train", text, "-o", tmp_path / "v.bin", "--dim", 16)
    process = start(*command, preexec_fn=lambda: os.sched_setaffinity(0, one))
    assert re.search(r"words/s on 1 thread *$", process.communicate(timeout=200)[1], re.M)


# What stands in /proc/self/cgroup and in the files below /sys/fs/cgroup, and the cores that it allows of 64.
GROUPS = {
    "none": ("0::/", {}, 64),
    "version 2": ("0::/a/b", {"a/b/cpu.max": "300000 100000"}, 3),
    "version 2, above": ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "150000 100000"}, 2),
    "version 2, the least of all": ("0::/a/b", {"a/b/cpu.max": "400000 100000", "a/cpu.max": "200000 100000"}, 2),
    "version 2, in a container": ("0::/", {"cpu.max": "50000 100000"}, 1),
    "version 2, beside version 1": ("0::/a", {"unified/a/cpu.max": "500000 100000"}, 5),
    "version 2, another group": ("0::/a", {"b/cpu.max": "100000 100000"}, 64),
    "version 1": ("4:cpu,cpuacct:/a", {"cpu/a/cpu.cfs_quota_us": "250000", "cpu/a/cpu.cfs_period_us": "100000"}, 3),
    "version 1, no limit": ("4:cpu:/a", {"cpu/a/cpu.cfs_quota_us": "-1", "cpu/a/cpu.cfs_period_us": "100000"}, 64),
    "version 1, above": ("4:cpu:/a/b", {"cpu/a/cpu.cfs_quota_us": "200000", "cpu/a/cpu.cfs_period_us": "50000"}, 4),
    "version 1, in a container": ("4:cpu:/x", {"cpu/cpu.cfs_quota_us": "200000", "cpu/cpu.cfs_period_us": "100000"}, 2),
    "version 1, of something else": ("4:cpuset:/a", {"cpu/a/cpu.cfs_quota_us": "1", "cpu/a/cpu.cfs_period_us": "1"}, 64),
    "damaged": ("0::/a", {"a/cpu.max": "many"}, 64),
}


@pytest.mark.parametrize("name", GROUPS)
def test_the_threads_are_as_many_as_the_control_group_allows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, files, cores = GROUPS[name]
    (tmp_path / "own").write_text(own + "\n")
    for file, content in files.items():
        path = tmp_path / "cgroup" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    monkeypatch.setattr(resources, "OWN_CGROUPS", tmp_path / "own")
    monkeypatch.setattr(resources, "CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)))
    assert Settings().thread_count == cores
    assert Settings(threads=7).thread_count == 7


@pytest.mark.parametrize(
    ("own", "folder", "limit", "used"),
    [
        ("0::/a/b", "a", "memory.max", "memory.current"),
        ("5:memory:/a", "memory/a", "memory.limit_in_bytes", "memory.usage_in_bytes"),
        ("5:memory:/host", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ],
)
def test_memory_is_what_the_control_group_leaves(
    own: str, folder: str, limit: str, used: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").write_text(own + "\n")
    (tmp_path / folder).mkdir(parents=True)
    for name, content in ((limit, "50000000"), (used, "30000000"), ("memory.stat", "inactive_file 5000000\nanon 7")):
        (tmp_path / folder / name).write_text(content + "\n")
    monkeypatch.setattr(resources, "OWN_CGROUPS", tmp_path / "own")
    monkeypatch.setattr(resources, "CGROUP", tmp_path)
    assert resources.available_memory() == 25_000_000


def test_neither_the_home_nor_the_package_need_be_writable(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    package = Path(fastw2v.__file__).parent
    shutil.copytree(package, tmp_path / "lib" / "fastw2v", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [path for path in (tmp_path / "lib").rglob("*") if path.is_dir()]:
        (folder / "__pycache__").write_bytes(b"")  # no folder can be made there, not even by root
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "text.txt").write_bytes(zipf_text(5000, 100))
    environment = {name: value for name, value in os.environ.items() if name not in ("XDG_CACHE_HOME", "NUMBA_CACHE_DIR")}
    temporary = tmp_path_factory.mktemp("temporary")
    environment |= {"HOME": "/proc/none", "PYTHONPATH": str(tmp_path / "lib"), "TMPDIR": str(temporary)}
    process = start("train", "text.txt", "-o", "v.bin", "--dim", 16, "--hs", "--negative", 0, env=environment, cwd=tmp_path)
    err = process.communicate(timeout=200)[1]
    assert process.returncode == 0, err
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "text.txt", tmp_path / "v.bin"])
    assert len(list((temporary / f"fastw2v-{os.geteuid()}").rglob("*.code"))) > 5
    where = start(code="import fastw2v; print(fastw2v.__file__)", env=environment, cwd=tmp_path)
    assert where.communicate(timeout=200)[0].startswith(str(tmp_path / "lib"))
