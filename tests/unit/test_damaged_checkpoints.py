"""Checkpoints that are not as they were written, that an earlier version wrote, or that somebody made: one line, or a run."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.checkpoint_files import as_version_1, newest, with_checksums, with_run
from helpers.command_line import Outcome
from helpers.texts import zipf_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastw2v.checkpoints.store import RUN, Checkpoint, Store
from fastw2v.errors import Fastw2vError, Interrupted, UsageError
from fastw2v.reporting.listener import Listener
from fastw2v.run.pipeline import Files, resume, run
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress

CLI = Callable[..., Outcome]
OTHER_VALUES = [None, 3, -1, 2.5, "", "a\0b", "\ud800", "x", True, [], [1], {}, {"a": 1}, 10**400, float("nan")]


class StopLate(Listener):
    """Presses Ctrl-C when a run is nearly over."""

    def training(self, progress: Progress) -> None:
        if progress.share >= 0.8:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def small_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a run on a small text that is nearly over."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "text.txt").write_bytes(zipf_text(30_000, 100))
    files = Files(checkpoint=folder / "state", save_vocab=folder / "vocab")
    options = Settings(dim=8, epochs=60, threads=2, min_count=1, hs=True)
    with pytest.raises(Interrupted):
        run(str(folder / "text.txt"), options, files, StopLate())
    return folder / "state"


@pytest.fixture
def copied(small_state: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(small_state, tmp_path / "state")
    return tmp_path / "state"


def flipped(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.slow
def test_one_flipped_bit_anywhere_is_found_and_its_file_named(copied: Path, force: bool) -> None:
    chosen, folder = random.Random(1), newest(copied)
    for path in sorted(folder.iterdir()):
        bits = path.stat().st_size * 8
        some = [*(chosen.randrange(bits) for _ in range(10)), 0, bits - 1]
        read = Store(copied).read_run if path.name == RUN else Store(copied).read
        for bit in range(bits) if path.name == RUN else some:
            flipped(path, bit)
            with pytest.raises(UsageError, match=path.name):
                read()
            flipped(path, bit)
    flipped(folder / "input.npy", 50_000)
    with pytest.raises(
        UsageError, match=r"input\.npy is damaged: it is not what was written there.*train\(\.\.\., force=True\)$"
    ):
        resume(copied, force=force)


@pytest.mark.parametrize("name", ["words.txt", "input.npy", "run.json", "losses.npy"])
def test_a_file_that_is_cut_short_empty_or_gone_is_named(copied: Path, name: str, cli: CLI) -> None:
    path = newest(copied) / name
    content = path.read_bytes()
    for wrong in (content[:-1], content + b"\n", content[: len(content) // 2], b"", None):
        path.unlink()
        if wrong is not None:
            path.write_bytes(wrong)
        done = cli("resume", copied, "--force", "--quiet")
        assert done.code == 2
        assert done.err.count("\n") == 1
        assert str(path) in done.err
        path.write_bytes(content)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something in JSON can be exchanged."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [path] * bool(path) + [place for name, inner in below for place in places(inner, (*path, name))]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.slow
def test_every_field_is_of_its_type_or_refused_in_one_line(copied: Path, version: int) -> None:
    folder = newest(copied)
    whole = (folder / RUN).read_bytes()
    chosen, going_on, said = random.Random(2), set(), []
    for place in places(json.loads(whole)):
        if place[0] in ("checksum", "checksums", "version", "format"):
            continue
        for value in chosen.sample(OTHER_VALUES, 6):

            def exchange(about: dict[str, Any], place: tuple[Any, ...] = place, value: Any = value) -> None:
                for name in place[:-1]:
                    about = about[name]
                about[place[-1]] = value

            (as_version_1 if version == 1 else with_run)(folder, exchange)
            try:
                for force in (True, False):
                    read(copied, force)
                going_on.add((*place, repr(value)))
            except UsageError as error:
                said.append(str(error))
            (folder / RUN).write_bytes(whole)
    assert all(len(line.splitlines()) == 1 and len(line) < 1000 for line in said)
    # What is taken is of the type that the field has: names of files or none, numbers within their range, yes or no.
    for *place, value in going_on - {("settings", "{}"), ("output_files", "{}")}:  # all by default
        assert place[0] in ("settings", "output_files", "text", "corpus", "folder"), place
        names = place[0] == "output_files" and place[1] not in ("classes", "checkpoint_every", "save_on_interrupt")
        assert value in (("None", "'x'") if names else ("None", "3", "-1", "2.5", "'x'", "True", repr(10**400))), (place, value)


def read(state: Path, force: bool) -> None:
    """What `resume` reads before it does anything; that it is a copy is not the question."""
    from fastw2v.run.resuming import read_run

    try:
        read_run(Store(state), force)
    except UsageError as error:
        if "was copied from elsewhere" not in str(error):
            raise


@pytest.mark.parametrize("missing", ["settings", "output_files", "text"])
def test_a_field_that_is_missing_is_named(copied: Path, missing: str) -> None:
    with_run(newest(copied), lambda about: about.pop(missing))
    with pytest.raises(UsageError, match=f"damaged: {missing} is missing"):
        resume(copied, force=True)


def test_a_setting_may_have_its_former_name(copied: Path) -> None:
    with_run(newest(copied), lambda about: about["settings"].update(stretches=about["settings"].pop("streams") or 7))
    assert resume(copied, force=True).settings["streams"] == 7


def test_checkpoints_of_version_1_are_gone_on_from(copied: Path) -> None:
    as_version_1(newest(copied))
    assert resume(copied, force=True).dim == 8
    assert not copied.exists()


def test_a_checkpoint_from_before_there_was_a_setting_goes_on_with_its_default(copied: Path) -> None:
    with_run(newest(copied), lambda about: [about["settings"].pop(name) for name in ("noise_exponent", "min_alpha")])
    assert resume(copied, force=True).settings["noise_exponent"] == 0.75


def test_a_later_version_is_told_from_damage(copied: Path) -> None:
    folder = newest(copied)
    as_version_1(folder, lambda about: about.update(version=3))
    with pytest.raises(UsageError, match=r"version 3 is not known, 1 and 2 are; a newer fastw2v may read it"):
        resume(copied)


@given(data=st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_a_checkpoint_made_by_somebody_is_resumed_or_refused(
    tmp_path_factory: pytest.TempPathFactory, small_state: Path, data: st.DataObject
) -> None:
    state = tmp_path_factory.mktemp("changed") / "state"
    shutil.copytree(small_state, state)
    folder = newest(state)
    made_now = data.draw(st.booleans())
    if not made_now:
        as_version_1(folder)
    path = folder / data.draw(st.sampled_from(sorted(path.name for path in folder.iterdir())))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    if made_now and path.name != RUN:
        with_checksums(folder)
    try:
        resume(state, force=True)  # else it would be refused for being a copy
    except Fastw2vError:
        return


def test_nothing_in_a_checkpoint_is_ever_unpickled(copied: Path) -> None:
    np.save(newest(copied) / "losses.npy", np.array([{"a": 1}]), allow_pickle=True)
    with_checksums(newest(copied))
    with pytest.raises(UsageError, match=r"losses\.npy is damaged"):
        resume(copied, force=True)


@pytest.mark.parametrize("kind", ["U3", "f8", "i4"])
@pytest.mark.parametrize("name", ["words-done", "places", "rank-0-words-done"])
def test_arrays_of_another_kind_are_refused(copied: Path, name: str, kind: str) -> None:
    np.save(newest(copied) / f"{name}.npy", np.ones(16, kind))
    with_checksums(newest(copied))
    with pytest.raises(UsageError, match="is damaged"):
        resume(copied, force=True)


def test_checksums_are_worked_out_where_no_more_threads_are_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", refused)
    store = Store(tmp_path / "state")
    store.prepare()
    arrays = {"a": np.arange(5_000_000).reshape(-1, 5), "b": np.zeros((0, 3), np.float32), "c": np.ones((6, 4))[:, ::2]}
    store.write(Checkpoint({}, [b"</s>"], arrays))
    assert all(np.array_equal(found, arrays[name]) for name, found in store.read().arrays.items())
