"""The Python interface: keywords and their defaults, callbacks, overwriting a checkpoint, counting."""

import inspect
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import fastw2v
from fastw2v.run.files import Files
from fastw2v.settings import Settings

QUICK = {"dim": 8, "threads": 1}


def test_train_has_a_keyword_for_each_setting_and_file_with_its_default() -> None:
    keywords = {name: parameter.default for name, parameter in inspect.signature(fastw2v.train).parameters.items()}
    settings = {field.name: field.default for field in fields(Settings)}
    files = {field.name: field.default for field in fields(Files) if field.name != "classes"}  # the original's alone
    own = {"corpus": inspect.Parameter.empty, "force": False, "progress": False, "callback": None}
    assert keywords == settings | files | own


class Enough(OSError):
    """What a run itself would take for an error of the disk."""


def test_what_a_callback_raises_stops_the_run_and_comes_out_as_it_is(long_text: Path, tmp_path: Path) -> None:
    heard: list[fastw2v.Progress] = []

    def stop(progress: fastw2v.Progress) -> None:
        heard.append(progress)
        raise Enough("enough")

    files = {"output": tmp_path / "v.bin", "checkpoint": tmp_path / "state"}
    with pytest.raises(Enough, match=r"^enough$") as error:
        fastw2v.train(long_text, epochs=1000, **QUICK, **files, callback=stop)  # type: ignore[arg-type]
    assert error.value.__cause__ is None
    assert len(heard) == 1
    assert 1 <= heard[0].epoch <= heard[0].epochs == 1000
    assert 0 <= heard[0].share < 1
    assert not list(tmp_path.iterdir())


def test_a_callback_is_called_at_the_end_of_training_and_changes_nothing(text: Path) -> None:
    shares: list[float] = []
    alone = fastw2v.train(text, dim=8, threads=1)
    heard = fastw2v.train(text, dim=8, threads=1, callback=lambda progress: shares.append(progress.share))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert np.array_equal(heard.vectors, alone.vectors)


def stop_at_once(progress: fastw2v.Progress) -> None:
    raise KeyboardInterrupt


def test_a_keyboard_interrupt_of_a_callback_is_a_ctrl_c_and_resume_has_callbacks_too(text: Path, tmp_path: Path) -> None:
    files = {"output": tmp_path / "v.bin", "checkpoint": tmp_path / "state"}
    with pytest.raises(fastw2v.Interrupted):
        fastw2v.train(text, epochs=3, **QUICK, **files, save_on_interrupt=True, callback=stop_at_once)  # type: ignore[arg-type]
    assert fastw2v.load(tmp_path / "v.bin").dim == 8
    with pytest.raises(Enough):
        fastw2v.resume(tmp_path / "state", callback=lambda progress: (_ for _ in ()).throw(Enough()))
    heard: list[fastw2v.Progress] = []
    resumed = fastw2v.resume(tmp_path / "state", callback=heard.append)
    assert heard[-1].share == 1
    assert resumed.words == fastw2v.load(tmp_path / "v.bin").words
    assert not (tmp_path / "state").exists()


def test_force_overwrites_an_unfinished_run(text: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with pytest.raises(fastw2v.Interrupted):
        fastw2v.train(text, dim=8, threads=1, checkpoint=state, callback=stop_at_once)
    with pytest.raises(fastw2v.UsageError, match="force=True starts a new run"):
        fastw2v.train(text, dim=6, threads=1, checkpoint=state)
    assert fastw2v.train(text, dim=6, threads=1, checkpoint=state, force=True).dim == 6
    assert not state.exists()


@pytest.mark.parametrize("keyword", ["force", "progress", "callback"])
def test_a_wrong_flag_or_callback_is_refused(keyword: str) -> None:
    for run in (lambda **given: fastw2v.train([["a"]], **given), lambda **given: fastw2v.resume("state", **given)):
        with pytest.raises(fastw2v.UsageError, match=f"^{keyword} is 3: it must be"):
            run(**{keyword: 3})


def test_count_gives_the_words_that_train_trains_and_writes_them(text: Path, tmp_path: Path) -> None:
    counts = fastw2v.count(text, min_count=3, max_vocab=40, output=tmp_path / "vocab")
    trained = fastw2v.train(text, min_count=3, max_vocab=40, epochs=1, dim=8, threads=1)
    assert trained.counts is not None
    assert counts == dict(zip(trained.words, trained.counts.tolist()))
    assert list(counts) == trained.words
    assert all(type(count) is int for count in counts.values())
    again = fastw2v.train(text, read_vocab=tmp_path / "vocab", epochs=1, min_count=3, dim=8, threads=1)
    assert again.words == trained.words
    with pytest.raises(fastw2v.UsageError, match=r"^output is 5"):
        fastw2v.count(text, output=5)  # type: ignore[arg-type]


def test_unknown_words_are_a_key_error_a_value_error_and_ours() -> None:
    assert issubclass(fastw2v.UnknownWordError, (KeyError,))
    assert issubclass(fastw2v.UnknownWordError, fastw2v.UsageError)
    assert issubclass(fastw2v.UsageError, ValueError)
