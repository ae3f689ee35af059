"""What a cluster would do: words/s of 1 to 64 nodes, from a model of a round's cost. A model, not a measurement.

    python bench/ranks_model.py --output ranks-model.png
    python bench/ranks_model.py --rate 20e6 --latency 20e-6

The model runs the schedule of rounds of `fastw2v.distributed.synchronization` with these costs: a round's bytes pass the
network as in the best allreduce, 2 (n - 1) / n times, with a latency for each of 2 log2 n steps of each piece; packing and
unpacking, meanwhile, take a part of one core from training; that a round is due is found by a meeting, and threads tell their
words after each stretch of text. `bench/ranks.py --hosts` holds it beside real runs. `--rate` is what a node
trains by itself, words/s: by
default that of 64 cores at 1.5 M words/s each at dimension 300, half of it lost.
"""

import math
from pathlib import Path
from typing import NamedTuple

import click

from fastw2v.distributed.averaging import FREQUENT
from fastw2v.distributed.synchronization import CHUNK, EARLIEST, EARLY, GRACE, PARTS, REST, SHORTEST, SLOW, default_sync_words
from fastw2v.training.threads import CHUNK as IDS_OF_A_CHUNK

NODES = (1, 2, 4, 8, 16, 32, 64)
HELP = "\b\n" + __doc__.replace("\n\n", "\n\n\b\n")


class Network(NamedTuple):
    """bandwidth : bytes/s of each node in each direction; latency : seconds of a message."""

    bandwidth: float
    latency: float


class Node(NamedTuple):
    """rate : words/s without others; cores : that train; core_seconds : of one core for each byte of a round."""

    rate: float
    cores: float
    core_seconds: float


class Model(NamedTuple):
    """vocabulary, dim; matrices : that are trained; epoch_words : words of the text, all epochs together."""

    vocabulary: int
    dim: int
    words: float
    matrices: int = 2

    def bytes(self, rows: float) -> float:
        """Of so many rows of each matrix."""
        return rows * self.dim * 4 * self.matrices


def transfer(size: float, nodes: int, network: Network) -> float:
    """Seconds in which all nodes have the sum of so many bytes of each."""
    if nodes == 1:
        return 0.0
    return 2 * (nodes - 1) / nodes * size / network.bandwidth + messages(size, nodes) * network.latency


def messages(size: float, nodes: int) -> int:
    """That follow on each other in sums of so many bytes."""
    return math.ceil(size / (4 * CHUNK)) * 2 * math.ceil(math.log2(nodes))


def seconds(model: Model, node: Node, nodes: int, network: Network, sync_words: float | None = None) -> float:
    """Seconds of a whole training, from the first word to models that are the same."""
    if nodes == 1:
        return model.words / node.rate
    rest = 0.0 if sync_words else REST
    sync_words = sync_words or default_sync_words(int(model.words), nodes)
    size = model.bytes(min(model.vocabulary, FREQUENT + max(0, model.vocabulary - FREQUENT) / PARTS))
    working = node.core_seconds * size / node.cores  # seconds of training that a round takes away
    passing = transfer(size, nodes, network)
    told = (IDS_OF_A_CHUNK * max(1.0, node.cores) + SHORTEST * node.rate) / 2  # words past due when a meeting finds a round due
    own, total, last, clock, spent = 0.0, model.words / nodes, 0.0, 0.0, 0.0
    while True:
        interval = min(sync_words, max(EARLY * last, EARLIEST * sync_words))
        resting = rest * (passing + working) * node.rate if spent > GRACE else 0.0
        due = max(own, last + interval, last + resting) + told
        spent += max(passing, working)
        if due >= total:
            break
        clock += (due - own) / node.rate
        if passing + working > SLOW * sync_words / node.rate:
            clock += piecewise(size, passing, working)
            own = last = due
        else:  # training goes on beside the round
            lasts = max(passing, working)
            clock += lasts
            last, own = due, due + max(0.0, lasts - working) * node.rate
    whole = model.bytes(model.vocabulary)
    last_round = piecewise(whole, transfer(whole, nodes, network), node.core_seconds * whole / node.cores)
    return clock + max(0.0, total - own) / node.rate + last_round


def piecewise(size: float, passing: float, working: float) -> float:
    """Seconds of a round while nothing is trained: one piece is packed while another passes, but for the ends."""
    pieces = math.ceil(size / (4 * CHUNK))
    return max(passing, working) + min(passing, working) * min(1.0, 2 / pieces)


@click.command(help=HELP)
@click.option("--rate", type=float, default=48e6, show_default=True, help="Words/s of a node by itself, dimension 300.")
@click.option("--cores", type=float, default=64, show_default=True)
@click.option("--core-seconds", type=float, default=1.5e-9, show_default=True, help="Of one core for each byte of a round.")
@click.option("--latency", type=float, default=50e-6, show_default=True, help="Seconds of a message.")
@click.option("--words", type=float, default=5e11, show_default=True, help="Of the text, all epochs together.")
@click.option("--output", type=click.Path(path_type=Path), help="A picture.")
def main(rate: float, cores: float, core_seconds: float, latency: float, words: float, output: Path | None) -> None:
    node = Node(rate, cores, core_seconds)
    found = {}
    for vocabulary in (100_000, 3_000_000):
        for gigabits in (10, 100):
            model, network = Model(vocabulary, 300, words), Network(gigabits / 8 * 1e9, latency)
            found[vocabulary, gigabits] = [words / seconds(model, node, nodes, network) for nodes in NODES]
    print("Model, not measurement: million words/s (and the share of nodes × one node's), dimension 300")
    print("| nodes | " + " | ".join(f"{vocabulary:,} words, {gigabits} Gbit/s" for vocabulary, gigabits in found) + " |")
    print("| --- |" + " --- |" * len(found))
    for place, nodes in enumerate(NODES):
        speeds = [speeds[place] for speeds in found.values()]
        print(f"| {nodes} | " + " | ".join(f"{speed / 1e6:,.0f} ({speed / nodes / rate:.0%})" for speed in speeds) + " |")
    if output:
        draw(found, rate, output)


def draw(found: dict[tuple[int, int], list[float]], rate: float, output: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4.5), layout="constrained")
    axes.plot(NODES, [nodes * rate / 1e6 for nodes in NODES], color="0.7", linestyle=":", label="nodes × one node")
    for (vocabulary, gigabits), speeds in found.items():
        axes.plot(NODES, [speed / 1e6 for speed in speeds], marker="o", label=f"{vocabulary:,} words, {gigabits} Gbit/s")
    axes.set(xscale="log", yscale="log", xticks=NODES, xticklabels=NODES, xlabel="nodes", ylabel="million words/s")
    axes.set_title("Model, not measurement: training at dimension 300", fontsize=10)
    axes.minorticks_off()
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(output, dpi=150)


if __name__ == "__main__":
    main()
