"""`python -m bench distributed model`."""

from collections.abc import Callable
from itertools import product
from typing import Any

import click

from bench.common.machine import code_version
from bench.common.options import measurement
from bench.common.results import Results
from bench.distributed.schedule import Model, Network, Node, seconds

NODES = (1, 2, 4, 8, 16, 32, 64)
VOCABULARIES, GIGABITS, DIM = (100_000, 3_000_000), (10, 100), 300


@click.command()
@click.option("--rate", type=float, default=48e6, show_default=True, help="Words/s of a node by itself, dimension 300.")
@click.option("--cores", type=float, default=64, show_default=True)
@click.option("--core-seconds", type=float, default=1.5e-9, show_default=True, help="Of one core for each byte of a round.")
@click.option("--latency", type=float, default=50e-6, show_default=True, help="Seconds of a message.")
@click.option("--words", type=float, default=5e11, show_default=True, help="Of the text, all epochs together.")
@measurement("cluster")
def model(
    results: Callable[..., Results], rate: float, cores: float, core_seconds: float, latency: float, words: float
) -> Results:
    """Words/s of 1 to 64 nodes, from a model of the cost of averaging. A model, not a measurement.

    The model runs the schedule of rounds of fastw2v.distributed.synchronization with these costs: a round's bytes pass the
    network as in the best all-reduce, 2 (n - 1) / n times, with a latency for each of 2 log2 n steps of each message; packing
    and unpacking take a part of one core from training meanwhile. `distributed hosts` compares it with real runs. --rate is
    what a node trains by itself; by default that of 64 cores at 1.5 million words/s each, half of it lost.
    """
    node = Node(rate, cores, core_seconds)
    given: dict[str, Any] = {
        "rate": rate, "cores": cores, "core_seconds": core_seconds, "latency": latency, "words": words, "dim": DIM,
    }  # fmt: skip
    kept = results(given, overwrite=True)
    for vocabulary, gigabits, nodes in product(VOCABULARIES, GIGABITS, NODES):
        network = Network(gigabits / 8 * 1e9, latency)
        speed = words / seconds(Model(vocabulary, DIM, words), node, nodes, network)
        kept.add({"vocabulary": vocabulary, "gigabits": gigabits, "nodes": nodes}, {"words_per_second": speed}, code_version())
    return kept
