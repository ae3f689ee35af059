"""Several ranks under mpiexec: the same vocabulary, one voice, one model; and their ends, by error, by signal, by kill -9."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import CHECKOUT
from helpers.checkpoint_files import newest, with_run
from helpers.mpi_processes import MPIEXEC, has_checkpoint, needs_mpi, our_lines, ran, start, working_processes
from helpers.processes import ENDS_WITHIN, wait_for
from helpers.texts import zipf_text

import fastw2v
from bench.distributed.inputs import print_inputs
from fastw2v._system.processes import child_command, rank_of


@pytest.fixture(scope="module")
def long_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_bytes(zipf_text(200_000, 2000))
    return path


@pytest.mark.quick
def test_ranks_are_found_from_the_launcher_s_environment_and_from_nothing_else() -> None:
    assert rank_of({}) is None
    assert rank_of({"PMI_SIZE": "4", "PMI_RANK": "2"}) == (2, 4)
    assert rank_of({"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"}) == (0, 2)
    assert rank_of({"SLURM_STEP_NUM_TASKS": "8", "PMIX_RANK": "7", "SLURM_NTASKS": "8"}) == (7, 8)
    assert rank_of({"SLURM_STEP_NUM_TASKS": "8", "SLURM_NTASKS": "8"}) is None  # a batch script, or srun without MPI
    assert rank_of({"PMI_SIZE": "1", "PMI_RANK": "0"}) is None


def test_a_plain_run_imports_no_mpi(text: Path, tmp_path: Path) -> None:
    program = f"import sys, fastw2v; fastw2v.train({str(text)!r}, dim=16, epochs=1, threads=1); print('mpi4py' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"


@needs_mpi
def test_one_rank_gives_the_same_bytes_as_no_mpi(text: Path, tmp_path: Path) -> None:
    options = "--threads", 1, "--dim", 16, "--epochs", 2, "--quiet"
    assert ran(1, "train", text, "-o", tmp_path / "one.bin", *options) == (0, "")
    fastw2v.train(text, output=tmp_path / "none.bin", threads=1, dim=16, epochs=2)
    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "none.bin").read_bytes()


@needs_mpi
@pytest.mark.parametrize("ranks", [2, 4])
def test_ranks_find_a_single_process_s_vocabulary_and_learn_what_it_learns_with_one_voice(
    long_text: Path, tmp_path: Path, ranks: int
) -> None:
    options = "--dim", 32, "--threads", 1, "--epochs", 15, "--sample", 0
    files = "--save-vocab", tmp_path / "vocab", "--log", tmp_path / "log", "-o", tmp_path / "vectors.bin"
    code, err = ran(ranks, "train", long_text, *options, *files)
    assert code == 0, err
    assert len(re.findall(r"(?m)^speed ", err)) == 1
    alone = fastw2v.train(long_text, dim=32, threads=1, epochs=15, sample=0, save_vocab=tmp_path / "alone")
    assert (tmp_path / "vocab").read_bytes() == (tmp_path / "alone").read_bytes()
    end = json.loads((tmp_path / "log").read_text().splitlines()[-1])
    assert end["event"] == "end"
    assert len(end["rank_words_per_second"]) == ranks
    assert end["train_words"] == alone.counts.sum()
    # Which of the frequent words are near each other is the same for both, far more than by chance.
    vectors = fastw2v.load(tmp_path / "vectors.bin")
    both = [np.corrcoef(vectors.vectors[1:200]).ravel(), np.corrcoef(alone.vectors[1:200]).ravel()]
    similar = np.corrcoef(both)[0, 1]
    assert similar > 0.5, similar


@needs_mpi
def test_a_warm_start_of_ranks_has_a_single_process_s_counts(long_text: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.txt"
    earlier.write_bytes(b"of old " * 30 + zipf_text(20_000, 3000, seed=2))
    fastw2v.train(earlier, output=tmp_path / "earlier.f2v", dim=16, epochs=1, min_count=2)
    options = "--dim", 16, "--threads", 1, "--epochs", 1, "--alpha", 1e-9, "--min-count", 20, "--quiet"
    files = "--init", tmp_path / "earlier.f2v", "--save-vocab", tmp_path / "vocab", "-o", tmp_path / "vectors.f2v"
    assert ran(2, "train", long_text, *options, *files) == (0, "")
    kind = {"dim": 16, "epochs": 1, "alpha": 1e-9, "min_count": 20, "save_vocab": tmp_path / "alone"}
    alone = fastw2v.train(long_text, init=tmp_path / "earlier.f2v", **kind)
    assert (tmp_path / "vocab").read_bytes() == (tmp_path / "alone").read_bytes()
    found = fastw2v.load(tmp_path / "vectors.f2v")
    known = fastw2v.load(tmp_path / "earlier.f2v").words
    assert found.words == alone.words
    assert set(known) < set(found.words)
    assert np.allclose(found[known], alone[known], atol=1e-5)


@needs_mpi
def test_the_inputs_of_the_model_of_ranks_are_measured() -> None:
    command = [str(MPIEXEC), "-n", "2", *child_command(print_inputs, dim=16, vocabulary=20_000)]
    found = json.loads(subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True, timeout=120).stdout)
    assert 1e-7 < found["latency"] < 0.1
    assert 1e6 < found["bandwidth"] < 1e12
    assert 1e-11 < found["core_seconds"] < 1e-6


@needs_mpi
def test_each_rank_can_have_a_text_of_its_own(long_text: Path, tmp_path: Path) -> None:
    lines = long_text.read_bytes().splitlines(keepends=True)
    for rank in range(2):
        (tmp_path / f"part-{rank}.txt").write_bytes(b"".join(lines[rank * 5000 : (rank + 1) * 5000]))
    (tmp_path / "whole.txt").write_bytes(b"".join(lines[:10_000]))
    options = "--dim", 16, "--threads", 1, "--epochs", 1, "--quiet", "-o", tmp_path / "vectors.bin"
    assert ran(2, "train", tmp_path / "part-{rank}.txt", "--save-vocab", tmp_path / "vocab", *options) == (0, "")
    fastw2v.train(tmp_path / "whole.txt", dim=16, epochs=1, save_vocab=tmp_path / "alone")
    assert (tmp_path / "vocab").read_bytes() == (tmp_path / "alone").read_bytes()
    (tmp_path / "part-1.txt").unlink()
    code, err = ran(2, "train", tmp_path / "part-{rank}.txt", *options)
    assert code != 0
    assert our_lines(err) == [f"fastw2v: rank 1: cannot read {tmp_path}/part-1.txt: No such file or directory"]


@needs_mpi
def test_what_all_ranks_find_wrong_is_said_once(tmp_path: Path) -> None:
    code, err = ran(4, "train", tmp_path / "nothing.txt", "-o", tmp_path / "vectors.bin")
    assert code != 0
    assert our_lines(err) == [f"fastw2v: cannot read {tmp_path}/nothing.txt: No such file or directory"]


@needs_mpi
def test_a_killed_rank_is_named_and_any_number_of_ranks_goes_on_from_the_checkpoint(long_text: Path, tmp_path: Path) -> None:
    state, output = tmp_path / "state", tmp_path / "vectors.bin"
    options = "--dim", 32, "--threads", 1, "--epochs", 400, "--checkpoint", state, "--checkpoint-every", "0.1s", "--quiet"
    run = start(2, "train", long_text, "-o", output, *options)
    wait_for(lambda: has_checkpoint(state))
    victim = working_processes(str(output))[-1]
    os.kill(victim, signal.SIGKILL)
    begun = time.monotonic()
    _, err = run.communicate(timeout=ENDS_WITHIN)
    assert time.monotonic() - begun < ENDS_WITHIN
    assert run.returncode != 0
    assert re.fullmatch(
        rf"fastw2v: rank [01] of 2, process {victim} on .*, was ended by SIGKILL; the run ends", our_lines(err)[0]
    )
    assert len(our_lines(err)) == 1
    assert not output.exists()
    _almost_done(state)
    shutil.copytree(state, tmp_path / "copy")
    code, err = ran(3, "resume", state)
    assert code == 0, err
    assert re.search(r"resuming at \d+\.\d%", err)
    assert output.exists()
    output.unlink()
    fastw2v_alone = subprocess.run(
        [sys.executable, "-m", "fastw2v", "resume", tmp_path / "copy", "--force"], capture_output=True, text=True, check=False
    )
    assert fastw2v_alone.returncode == 0, fastw2v_alone.stderr
    assert output.exists()


def _almost_done(state: Path) -> None:
    """Let a checkpoint's run have fewer epochs, of which a little is left."""
    folder = newest(state)
    done = sum(int(np.load(path).sum()) for path in folder.glob("*words-done.npy"))

    def with_fewer_epochs(run: dict[str, Any]) -> None:
        run["settings"]["epochs"] = max(1, -(-done * 100 // (run["text"]["ids"] * 99)) + 1)

    with_run(folder, with_fewer_epochs)


@needs_mpi
def test_ctrl_c_leaves_a_checkpoint_of_all_ranks(long_text: Path, tmp_path: Path) -> None:
    state, log = tmp_path / "state", tmp_path / "log"
    options = "--dim", 32, "--threads", 1, "--epochs", 400, "--checkpoint", state, "--quiet", "--log", log
    run = start(2, "train", long_text, "-o", tmp_path / "vectors.bin", *options)
    wait_for(log.exists)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=ENDS_WITHIN)
    lines = our_lines(err)
    assert len(lines) == 1
    assert re.match(
        rf"fastw2v: stopped at .*; fastw2v resume {re.escape(str(state))} continues the run; no vectors were written", lines[0]
    )
    assert sorted(path.name for path in max(state.glob("[0-9]*")).glob("rank-*-places.npy")) == [
        "rank-0-places.npy",
        "rank-1-places.npy",
    ]
