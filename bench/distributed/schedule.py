"""What a round of averaging costs, and how long a training lasts: the model behind `python -m bench distributed model`."""

import math
from typing import NamedTuple

from fastw2v.distributed.averaging import FREQUENT
from fastw2v.distributed.synchronization import (
    EARLIEST,
    EARLY,
    GRACE,
    REST,
    ROUNDS_FOR_ALL,
    SHORTEST,
    SLOW,
    TRANSFER,
    default_sync_words,
)
from fastw2v.training.threads import CHUNK as IDS_OF_A_CHUNK


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
    return math.ceil(size / (4 * TRANSFER)) * 2 * math.ceil(math.log2(nodes))


def seconds(model: Model, node: Node, nodes: int, network: Network, sync_words: float | None = None) -> float:
    """Seconds of a whole training, from the first word to models that are the same."""
    if nodes == 1:
        return model.words / node.rate
    rest = 0.0 if sync_words else REST
    sync_words = sync_words or default_sync_words(int(model.words), nodes)
    size = model.bytes(min(model.vocabulary, FREQUENT + max(0, model.vocabulary - FREQUENT) / ROUNDS_FOR_ALL))
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
    pieces = math.ceil(size / (4 * TRANSFER))
    return max(passing, working) + min(passing, working) * min(1.0, 2 / pieces)
