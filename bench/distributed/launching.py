"""Runs of several ranks, and hosts that network namespaces imitate."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.common.processes import train
from bench.common.scoring import Sets

SHELL = """#!/bin/bash
# What mpiexec takes for ssh: options, a host, a command.
while [[ $1 == -* ]]; do shift; done
host=$1; shift
exec ip netns exec $host unshare --uts bash -c "hostname $host; $*"
"""


class Layout(NamedTuple):
    """Ranks and threads of each; names of the hosts, none for this machine."""

    ranks: int
    threads: int
    hosts: Sequence[str] = ()


def train_ranks(
    corpus: Path, layout: Layout, settings: dict[str, Any], folder: Path, sets: Sets | None = None
) -> dict[str, Any]:
    """Train; what the log says at the end, and the scores."""
    output = folder / "vectors.bin"
    before = launcher(layout, folder) if layout.ranks > 1 else []
    found = train(corpus, output, {"threads": layout.threads, "sample": 1e-4, **settings}, before=before).end
    return found | {"scores": sets.score_file(output) if sets else {}}


def launcher(layout: Layout, folder: Path) -> list[str]:
    """How ranks are started, here or on hosts."""
    mpiexec = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(layout.ranks)]
    if not layout.hosts:
        return mpiexec
    shell = folder / "shell"
    shell.write_text(SHELL)
    shell.chmod(0o755)
    over = ["-launcher", "ssh", "-launcher-exec", str(shell), "-hosts", ",".join(layout.hosts)]
    namespace = ["ip", "netns", "exec", layout.hosts[0], "unshare", "--uts", "env", "UCX_TLS=tcp,self"]
    return [*namespace, mpiexec[0], *over, *mpiexec[1:]]


@contextmanager
def imitated_hosts(count: int, megabits: float, delay: float) -> Iterator[list[str]]:
    """Network namespaces on one bridge; their names."""
    names = [f"fw2v{number}" for number in range(count)]
    table = "127.0.0.1 localhost\n" + "".join(f"10.77.0.{number + 1} {name}\n" for number, name in enumerate(names))
    try:
        do("ip link add fw2vbr type bridge")
        do("ip link set fw2vbr up")
        for number, name in enumerate(names):
            do(f"ip netns add {name}")
            do(f"ip link add {name}v type veth peer name eth0 netns {name}")
            do(f"ip link set {name}v master fw2vbr up")
            do(f"ip -n {name} link set lo up")
            do(f"ip -n {name} addr add 10.77.0.{number + 1}/24 dev eth0")
            do(f"ip -n {name} link set eth0 up")
            do(f"tc -n {name} qdisc add dev eth0 root handle 1: tbf rate {megabits}mbit burst 256kb latency 200ms")
            if delay:
                do(f"tc -n {name} qdisc add dev eth0 parent 1: handle 2: netem delay {delay}ms limit 100000")
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


def do(command: str) -> None:
    """Run a command of the system."""
    subprocess.run(command.split(), check=True)
