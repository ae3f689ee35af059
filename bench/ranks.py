"""Several ranks, measured: on one machine, and over hosts that network namespaces imitate, with limited bandwidth.

    python bench/ranks.py CORPUS                        # 2 ranks × 1 thread beside 1 process × 2 threads
    python bench/ranks.py CORPUS --questions FILE --pairs FILE --ranks 1 --ranks 4 --seed 1 --seed 2   # what they learn
    python bench/ranks.py CORPUS --hosts 2 --rate 200   # Mbit/s of each host; first what bench/ranks_model.py predicts
    python bench/ranks.py CORPUS --hosts 2 --lost       # how long a run goes on after a host has lost its network

Hosts need root and Linux, with `ip`, `tc` and `unshare`; they share this machine's cores. `--delay` needs a kernel with netem.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
from ranks_model import Model, Network, Node, seconds

HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")
BIN = Path(sys.executable).parent
SHELL = """#!/bin/bash
# What mpiexec takes for ssh: options, a host, a command.
while [[ $1 == -* ]]; do shift; done
host=$1; shift
exec ip netns exec $host unshare --uts bash -c "hostname $host; $*"
"""
NO_ROUNDS = 10**15  # words between two rounds
LOST_AFTER = 5.0  # seconds


@contextmanager
def hosts(count: int, megabits: float, delay: float) -> Iterator[list[str]]:
    """Network namespaces on one bridge; their names."""
    names = [f"fw2v{number}" for number in range(count)]
    table = "127.0.0.1 localhost\n" + "".join(f"10.77.0.{number + 1} {name}\n" for number, name in enumerate(names))
    try:
        _do("ip link add fw2vbr type bridge")
        _do("ip link set fw2vbr up")
        for number, name in enumerate(names):
            _do(f"ip netns add {name}")
            _do(f"ip link add {name}v type veth peer name eth0 netns {name}")
            _do(f"ip link set {name}v master fw2vbr up")
            _do(f"ip -n {name} link set lo up")
            _do(f"ip -n {name} addr add 10.77.0.{number + 1}/24 dev eth0")
            _do(f"ip -n {name} link set eth0 up")
            _do(f"tc -n {name} qdisc add dev eth0 root handle 1: tbf rate {megabits}mbit burst 256kb latency 200ms")
            if delay:
                _do(f"tc -n {name} qdisc add dev eth0 parent 1: handle 2: netem delay {delay}ms limit 100000")
            Path("/etc/netns", name).mkdir(parents=True)
            Path("/etc/netns", name, "hosts").write_text(table)
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)
            subprocess.run(["ip", "link", "del", f"{name}v"], stderr=subprocess.DEVNULL, check=False)
            Path("/etc/netns", name, "hosts").unlink(missing_ok=True)
            if Path("/etc/netns", name).is_dir():
                Path("/etc/netns", name).rmdir()
        subprocess.run(["ip", "link", "del", "fw2vbr"], stderr=subprocess.DEVNULL, check=False)


def _do(command: str) -> None:
    subprocess.run(command.split(), check=True)


def launcher(ranks: int, names: Sequence[str], folder: Path) -> list[str]:
    """How so many ranks are started, here or on hosts of these names."""
    mpiexec = [str(BIN / "mpiexec"), "-n", str(ranks)]
    if not names:
        return mpiexec
    shell = folder / "shell"
    shell.write_text(SHELL)
    shell.chmod(0o755)
    over = ["-launcher", "ssh", "-launcher-exec", str(shell), "-hosts", ",".join(names)]
    return ["ip", "netns", "exec", names[0], "unshare", "--uts", "env", "UCX_TLS=tcp,self", mpiexec[0], *over, *mpiexec[1:]]


def train(
    corpus: Path, ranks: int, threads: int, options: Sequence[str], names: Sequence[str] = (), sets: Sequence[Path] = ()
) -> dict[str, Any]:
    """Train; what the log says at the end, and the scores on questions, where there are any, and on pairs."""
    with tempfile.TemporaryDirectory() as folder:
        log, output = Path(folder, "log"), Path(folder, "vectors.bin")
        before = launcher(ranks, names, Path(folder)) if ranks > 1 else []
        command = [*before, str(BIN / "fastw2v"), "train", str(corpus), "-o", str(output), "--log", str(log), "--quiet"]
        subprocess.run([*command, "--threads", str(threads), "--sample", "1e-4", *options], check=True)
        found: dict[str, Any] = json.loads(log.read_text().splitlines()[-1])
        if sets:
            score = [sys.executable, str(Path(__file__).with_name("scores.py")), str(output), *map(str, sets)]
            found["scores"] = json.loads(subprocess.run(score, check=True, stdout=subprocess.PIPE).stdout)
        return found


def show_scores(corpus: Path, counts: Sequence[int], seeds: Sequence[int], sets: Sequence[Path], more: Sequence[str]) -> None:
    """What so many ranks × 1 thread learn."""
    heads = ["ranks", "seed", "analogies", *(path.stem for path in sets[1:])]
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for ranks in counts:
        for seed in seeds:
            scores = train(corpus, ranks, 1, ["--seed", str(seed), *more], sets=sets)["scores"]
            print(f"| {ranks} | {seed} | " + " | ".join(f"{score:.1f}" for score in scores.values()) + " |", flush=True)


def show_machine(corpus: Path, dims: Sequence[int], repeats: int, options: Sequence[str]) -> None:
    """2 × 1 beside 1 × 2."""
    print("| dim | 1 process × 2 threads | 2 ranks × 1 thread | of it | waited, s |\n| --- | --- | --- | --- | --- |")
    for dim in dims:
        speeds: dict[int, list[float]] = {1: [], 2: []}
        waited = 0.0
        for _ in range(repeats):
            for ranks in (1, 2):
                end = train(corpus, ranks, 2 // ranks, ["--dim", str(dim), *options])
                speeds[ranks].append(end["words_per_second"])
                waited = max([waited, *end["rank_seconds_waited"]])
        alone, together = (sorted(speeds[ranks])[repeats // 2] for ranks in (1, 2))
        print(f"| {dim} | {alone:,.0f} | {together:,.0f} | {together / alone:.2f} | {waited:.2f} |", flush=True)


def show_hosts(corpus: Path, names: list[str], megabits: float, dims: Sequence[int], more: Sequence[str]) -> None:
    """What the model predicts of hosts, from inputs measured by themselves; and then their words/s."""
    heads = ["hosts", "Mbit/s", "dim", "a host without rounds", "MB/s of MPI", "ms a message", "core ns a byte"]
    heads += ["predicted words/s", "measured", "of it"]
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for dim in dims:
        options = ["--dim", str(dim), *more]
        alone = train(corpus, len(names), 1, [*options, "--sync-words", str(NO_ROUNDS)], names)
        rate = sum(alone["rank_words_per_second"]) / len(names)
        inputs = measured_inputs(names, dim, alone["vocab_size"])
        network = Network(inputs["bandwidth"], inputs["latency"])
        node = Node(rate, min(1.0, (os.cpu_count() or 1) / len(names)), inputs["core_seconds"])
        words = alone["train_words"] * alone["settings"]["epochs"]
        predicted = words / seconds(Model(alone["vocab_size"], dim, words), node, len(names), network)
        per_host = f"{rate:,.0f} | {network.bandwidth / 1e6:.1f} | {network.latency * 1e3:.2f} | {node.core_seconds * 1e9:.1f}"
        print(f"| {len(names)} | {megabits:g} | {dim} | {per_host} | {predicted:,.0f} |", end="", flush=True)
        speed = train(corpus, len(names), 1, options, names)["words_per_second"]
        print(f" {speed:,.0f} | {speed / predicted:.2f} |", flush=True)


def measured_inputs(names: list[str], dim: int, vocabulary: int) -> dict[str, float]:
    """The network's rate and latency, and what a round costs, over hosts of these names."""
    with tempfile.TemporaryDirectory() as folder:
        script = [sys.executable, str(Path(__file__).with_name("ranks_inputs.py")), "--dim", str(dim)]
        command = [*launcher(len(names), names, Path(folder)), *script, "--vocabulary", str(vocabulary)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def show_loss(corpus: Path, names: list[str]) -> None:
    """Take the network from the last host, and wait for the run's end, and for that of all its processes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*launcher(len(names), names, Path(folder)), str(BIN / "fastw2v"), "train", str(corpus)]
        output = f"{folder}/vectors.bin"
        run = subprocess.Popen([*command, "-o", output, "--epochs", "1000", "--threads", "1"])
        time.sleep(LOST_AFTER + 15)  # reading the text
        _do(f"ip link set {names[-1]}v down")
        start = time.monotonic()
        try:
            code: int | None = run.wait(120)
        except subprocess.TimeoutExpired:
            code = None
            run.kill()
        print(f"exit code {code}, {time.monotonic() - start:.1f} s after {names[-1]} had lost its network")
        while (left := _processes(output)) and time.monotonic() - start < 60:
            time.sleep(0.1)
        print(f"its processes gone after {time.monotonic() - start:.1f} s" if not left else f"killed after 60 s: {left}")
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _processes(argument: str) -> list[int]:
    """Those with an argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if argument.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


@click.command(help=HELP)
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--dim", type=int, multiple=True, default=(100, 300), show_default=True)
@click.option("--epochs", type=int, default=5, show_default=True)
@click.option("--repeats", type=int, default=3, show_default=True)
@click.option("--questions", type=click.Path(exists=True, path_type=Path), help="Analogies: what ranks learn.")
@click.option("--pairs", type=click.Path(exists=True, path_type=Path), multiple=True, help="Similarities.")
@click.option("--ranks", "counts", type=int, multiple=True, default=(1, 2, 4), show_default=True, help="For --questions.")
@click.option("--seed", type=int, multiple=True, default=(1,), show_default=True, help="For --questions.")
@click.option("--hosts", "count", type=int, help="Imitated hosts, one rank on each.")
@click.option("--rate", type=float, default=200.0, show_default=True, help="Mbit/s of each host.")
@click.option("--delay", type=float, default=0.0, show_default=True, help="Milliseconds of each message.")
@click.option("--lost", is_flag=True, help="Let the last host lose its network.")
def main(
    corpus: Path,
    dim: tuple[int, ...],
    epochs: int,
    repeats: int,
    questions: Path | None,
    pairs: tuple[Path, ...],
    counts: tuple[int, ...],
    seed: tuple[int, ...],
    count: int | None,
    rate: float,
    delay: float,
    lost: bool,
) -> None:
    options = ["--epochs", str(epochs)]
    if questions:
        show_scores(corpus.resolve(), counts, seed, [questions, *pairs], options)
        return
    if not count:
        show_machine(corpus.resolve(), dim, repeats, options)
        return
    with hosts(count, rate, delay) as names:
        if lost:
            show_loss(corpus.resolve(), names)
        else:
            show_hosts(corpus.resolve(), names, rate, dim, options)


if __name__ == "__main__":
    main()
