"""How runs of several ranks end under mpiexec: one line of one rank, and the exit code that a single process would give."""

import os
import re
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.mpi_processes import MPIEXEC, has_checkpoint, needs_mpi, our_lines, parent, start, working_processes
from helpers.processes import ENDS_WITHIN, wait_for
from helpers.texts import zipf_text

from fastw2v.distributed import failure_report
from fastw2v.distributed.corpus import ONE_READS_IT
from fastw2v.distributed.heartbeat import Heartbeat
from fastw2v.settings import Settings

TIMES = int(os.environ.get("FASTW2V_ENDS", "1"))  # CONTRIBUTING.md: 50, after a change of how ranks end
TIMES_IF_CHEAP = max(TIMES, 6)


@pytest.fixture(scope="module")
def long_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_bytes(zipf_text(200_000, 2000))
    return path


def ended_with(run: "subprocess.Popen[str]") -> tuple[int, list[str]]:
    err = run.communicate(timeout=ENDS_WITHIN)[1]
    assert "Traceback" not in err
    assert "BAD TERMINATION" not in err
    return run.returncode, our_lines(err)


WRONG = {
    "dim": (("{text}", "--dim", 0), 2, "--dim is 0: it must be a whole number from 1 to 65,536"),
    "an option": (("{text}", "--nope"), 2, "no such option --nope: fastw2v train --help lists those it has"),
    "a time": (("{text}", "--checkpoint-every", "soon"), 2, "--checkpoint-every is 'soon'"),
    "standard input": (("-",), 2, ONE_READS_IT),
    "no file": (("none.txt",), 2, "cannot read none.txt: No such file or directory"),
    "a file of one rank": (("{text}{{rank}}",), 2, "rank 1: cannot read "),
    "a full disk": (("{text}", "--save-vocab", "/dev/full", "--dim", 8), 1, "cannot write /dev/full: No space left on device"),
}


@needs_mpi
@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_is_wrong_one_rank_says_it_and_the_code_is_ours_each_time(wrong: str, long_text: Path, tmp_path: Path) -> None:
    arguments, code, line = WRONG[wrong]
    text = tmp_path / "text"
    text.write_bytes(long_text.read_bytes())
    (tmp_path / "text0").write_bytes(b"a b c\n" * 1000)
    for _ in range(TIMES_IF_CHEAP if wrong == "no file" else TIMES):
        run = start(3, "train", *(str(part).format(text=text) for part in arguments), "-o", tmp_path / "v.bin", "--quiet")
        found, lines = ended_with(run)
        assert (found, len(lines)) == (code, 1), lines
        assert lines[0].startswith(f"fastw2v: {line}")


DIFFERENT = {
    "settings": (
        ("text", "--dim", 8),
        ("text", "--dim", 16),
        "rank 1 was started with --dim 16, rank 0 with 8: give all ranks the same",
    ),
    "texts": (
        ("a/../text",),
        ("b/text",),
        "rank 1 sees another text (1 file, 60 bytes) than rank 0 (1 file, 6,000 bytes): all hosts need",
    ),
}


@needs_mpi
@pytest.mark.parametrize("what", DIFFERENT)
def test_ranks_that_do_not_fit_together_are_refused(what: str, tmp_path: Path) -> None:
    for folder, times in (("a", 1), ("b", 10), (".", 1000)):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "text").write_bytes(b"a b c\n" * times)
    one, other, line = DIFFERENT[what]
    train = "-n", 1, sys.executable, "-m", "fastw2v", "train"
    command = [MPIEXEC, *train, *one, "-o", "v.bin", "--quiet", ":", *train, *other, "-o", "v.bin", "--quiet"]
    run = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    found, lines = ended_with(run)
    assert (found, len(lines)) == (2, 1), lines
    assert lines[0].startswith(f"fastw2v: {line}")
    assert not (tmp_path / "v.bin").exists()


@needs_mpi
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_gives_a_single_process_s_code_each_time(number: int, code: int, long_text: Path, tmp_path: Path) -> None:
    for turn in range(TIMES):
        log = tmp_path / f"log{turn}"
        options = "--dim", 8, "--threads", 1, "--epochs", 100_000, "--quiet", "--log", log
        run = start(2, "train", long_text, "-o", tmp_path / "v.bin", *options)
        wait_for(log.exists)
        run.send_signal(number)
        found, lines = ended_with(run)
        assert (found, len(lines)) == (code, 1), lines
        assert re.fullmatch(r"fastw2v: stopped at .*; no vectors were written", lines[0])


@needs_mpi
def test_a_signal_to_all_processes_of_all_ranks_is_one_signal(long_text: Path, tmp_path: Path) -> None:
    """So Slurm stops a job at its time limit: a rank's process gets the signal itself, and the one above it passes it on."""
    state, output = tmp_path / "state", str(tmp_path / "v.bin")
    options = "--dim", 8, "--threads", 1, "--epochs", 100_000, "--quiet", "--checkpoint", state, "--checkpoint-every", "1h"
    run = start(2, "train", long_text, "-o", output, *options, "--log", tmp_path / "log")
    wait_for((tmp_path / "log").exists)
    working = working_processes(output)
    for process in [*working, *map(parent, working)]:
        os.kill(process, signal.SIGTERM)
    found, lines = ended_with(run)
    assert (found, len(lines)) == (143, 1), lines
    assert re.fullmatch(r"fastw2v: stopped at .*; fastw2v resume .* continues the run; no vectors were written", lines[0])
    assert has_checkpoint(state)


@needs_mpi
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_at_its_start_says_so_once(number: int, long_text: Path, tmp_path: Path) -> None:
    for turn in range(TIMES):
        output = str(tmp_path / f"{turn}.bin")
        run = start(3, "train", long_text, "-o", output, "--quiet", "--epochs", 1000)
        wait_for(lambda output=output: len(working_processes(output)) == 3)
        run.send_signal(number)
        found, lines = ended_with(run)
        assert (found, lines) == (128 + number, ["fastw2v: stopped; no vectors were written"])


@needs_mpi
@pytest.mark.parametrize("whose", ["the one that works", "the one above it"])
@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_of_a_rank_is_named_whichever_it_is(whose: str, rank: int, long_text: Path, tmp_path: Path) -> None:
    for turn in range(TIMES):
        state, output = tmp_path / f"state{turn}", str(tmp_path / f"{turn}.bin")
        options = "--dim", 8, "--threads", 1, "--epochs", 100_000, "--quiet"
        run = start(2, "train", long_text, "-o", output, *options, "--checkpoint", state, "--checkpoint-every", "0s")
        wait_for(lambda state=state: has_checkpoint(state))
        victim = next(process for process in working_processes(output) if rank_of_process(process) == rank)
        if whose == "the one above it":
            victim = parent(victim)
        os.kill(victim, signal.SIGKILL)
        found, lines = ended_with(run)
        assert (found, len(lines)) == (137, 1), lines
        pattern = rf"fastw2v: rank {rank} of 2, process {victim} on .*, was ended by SIGKILL; the run ends"
        assert re.fullmatch(pattern, lines[0]), lines
        wait_for(lambda output=output: not working_processes(output))


def rank_of_process(process: int) -> int:
    environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return next(int(each.removeprefix(b"PMI_RANK=")) for each in environment if each.startswith(b"PMI_RANK="))


@pytest.mark.parametrize("corpus", ["-", Path("-"), ["a.txt", "-"], "/dev/stdin", [["a", "b"]], None])
def test_a_text_that_only_one_rank_can_read_is_refused_before_mpi_starts(
    corpus: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from fastw2v.errors import UsageError
    from fastw2v.reporting.listener import Listener
    from fastw2v.run.pipeline import Files, run

    monkeypatch.setenv("PMI_SIZE", "2")
    monkeypatch.setenv("PMI_RANK", "1")
    monkeypatch.setitem(sys.modules, "mpi4py", None)  # whoever imports it fails in another way
    with pytest.raises(UsageError, match=re.escape(ONE_READS_IT)):
        run(corpus, Settings(), Files(output=tmp_path / "v.bin"), Listener())  # type: ignore[arg-type]


@needs_mpi
def test_a_launcher_of_another_kind_than_the_library_is_refused(long_text: Path, tmp_path: Path) -> None:
    """Each process would train alone, as MPICH lets it where the launcher was not its own."""
    started_by_another = os.environ | {"MV2_COMM_WORLD_SIZE": "3", "MV2_COMM_WORLD_RANK": "0"}
    command = shlex.join([sys.executable, "-m", "fastw2v", "train", str(long_text), "-o", str(tmp_path / "v.bin")])
    launcher = ["bash", "-c", f"{command}; exit $?"]  # ranks of one launcher report once: this process launches others too
    done = subprocess.run(launcher, env=started_by_another, stderr=subprocess.PIPE, text=True, timeout=100, check=False)
    assert done.returncode == 2
    assert re.fullmatch(
        r"fastw2v: the launcher started 3 processes, but their MPI library, MPICH [0-9.]+, finds 1: .*\n", done.stderr
    )
    assert not (tmp_path / "v.bin").exists()


def test_of_the_processes_of_one_launcher_one_claim_report_and_only_once() -> None:
    program = """
import os, sys
from fastw2v.distributed import failure_report
failure_report.claim_socket()
child = os.fork()  # as the ranks' own processes
os.write(1, b"%d\\n" % failure_report.claim_report())
if child:
    os.waitpid(child, 0)
sys.stdin.read()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    others = [subprocess.Popen([sys.executable, "-c", program], text=True, **pipes) for _ in "ab"]
    said = []
    for other in others:
        assert other.stdout
        said += [other.stdout.readline() for _ in range(2)]
    assert sorted(said) == ["0\n", "0\n", "0\n", "1\n"]
    for other in others:
        other.communicate(timeout=ENDS_WITHIN)


def test_a_line_is_read_by_the_launcher_before_anything_else_happens() -> None:
    program = """from fastw2v.distributed import failure_report
failure_report.READ_TIMEOUT = 1000.0
failure_report.write_line('a line')
print('said', flush=True)"""
    run = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    assert run.stdout
    assert run.stderr
    os.set_blocking(run.stdout.fileno(), False)
    assert select.select([run.stderr], [], [], ENDS_WITHIN)[0]  # the line is there to be read
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(1.5)
    assert run.stdout.read() is None
    assert run.stderr.readline() == b"fastw2v: a line\n"
    assert run.wait(ENDS_WITHIN) == 0
    assert failure_report.READ_TIMEOUT < 60


@needs_mpi
def test_ranks_whose_launcher_is_killed_end(long_text: Path, tmp_path: Path) -> None:
    output = tmp_path / "vectors.bin"
    run = start(2, "train", long_text, "-o", output, "--dim", 8, "--threads", 1, "--epochs", 100_000, "--quiet")
    wait_for(lambda: len(working_processes(str(output))) == 2)
    above = parent(parent(working_processes(str(output))[0]))
    for process in (above, run.pid):
        os.kill(process, signal.SIGKILL)
    run.wait(ENDS_WITHIN)
    wait_for(lambda: not working_processes(str(output)))


class Silent:
    """Of two ranks number 0; the other one sends a sign of life only at first."""

    rank, size = 0, 2

    def __init__(self) -> None:
        self.signs, self.sent = 3, 0

    def send_heartbeat(self, to: int) -> None:
        assert to == 1
        self.sent += 1

    def received_heartbeats(self) -> list[int]:
        self.signs -= 1
        return [1] if self.signs >= 0 else []


def test_a_rank_that_falls_silent_is_given_up() -> None:
    given_up: list[int] = []
    ranks = Silent()
    watch = Heartbeat(ranks, lambda rank, seconds: given_up.append(rank), timeout=0.2, interval=0.02)  # type: ignore[arg-type]
    wait_for(lambda: given_up)
    watch.close()
    assert given_up == [1]
    assert ranks.sent > 3


STUCK = "ctypes.PyDLL(None).sleep(1000)"  # in C, with Python's lock: no other thread of the process runs


def ended(program: str) -> tuple[int, str]:
    """The exit code, and what was said, of a process that might not end by itself."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=ENDS_WITHIN, check=False)
    return run.returncode, run.stderr


def test_a_rank_that_is_stuck_in_mpi_is_ended_by_the_process_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMI_SIZE", "2")
    monkeypatch.setenv("PMI_RANK", "1")
    code, err = ended(
        "import ctypes; from fastw2v.distributed import supervisor; supervisor.TIMEOUT_POLLS = 2\n"
        f"supervisor.supervise(); supervisor.show_life(); {STUCK}"
    )
    assert code == 1
    line = re.fullmatch(r"fastw2v: rank 1 of 2, process (\d+) on .*, has shown no life for 2 s: it hangs, .*\n", err)
    assert line, err
    wait_for(lambda: not Path("/proc", line[1]).exists())


def test_a_rank_ends_though_mpi_does_not_end_it() -> None:
    program = f"""
import ctypes, types
from fastw2v.distributed.mpi import MpiCommunicator
ranks = object.__new__(MpiCommunicator)
ranks.mpi = types.SimpleNamespace(COMM_WORLD=types.SimpleNamespace(Abort=lambda code: {STUCK}))
ranks.abort(3)
"""
    assert ended(program) == (1, "")
