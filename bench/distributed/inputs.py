"""What the model takes as inputs, measured by itself while nothing is trained; all ranks run on this machine.

All-reduces of a known size give the network's rate and a message's latency, as MPI attains them; rounds of all rows give the
seconds of a core that each byte of a round costs, the system's part too (so nothing else should run). Rank 0 prints JSON.
"""

import json
import os
import time
from collections import deque
from typing import Any

import numpy as np

from bench.distributed.schedule import messages
from fastw2v._jit.compiling import warm_up
from fastw2v.distributed import averaging
from fastw2v.distributed.averaging import SharedRows
from fastw2v.distributed.mpi import MpiCommunicator
from fastw2v.distributed.synchronization import TRANSFER, Synchronizer
from fastw2v.model.matrices import aligned_zeros
from fastw2v.settings import Settings

SMALL = 1000  # floats of a sum that takes as long as its messages
AT_LEAST, LEAST_SUMS = 1.5, 4  # seconds, and sums, of each measurement
NOT_BUSY = 3, 4  # the columns of /proc/stat that count idle time


class NoEngine:
    """What a synchroniser asks of an engine that trains nothing."""

    in_place, total_words, words_done, words_elsewhere = True, 1, 0, 0


def sums(ranks: MpiCommunicator, floats: int, times: int) -> float:
    """Seconds of one sum of so many floats, two of them under way as in a round."""
    buffers = np.zeros((2, 2, floats), np.float32)
    under_way: deque[Any] = deque()
    ranks.all_reduce(np.zeros(1))
    began = time.perf_counter()
    for number in range(times):
        if len(under_way) == 2:
            ranks.wait(under_way.popleft())
        under_way.append(ranks.start_all_reduce(*buffers[number % 2]))
    while under_way:
        ranks.wait(under_way.popleft())
    return (time.perf_counter() - began) / times


def settled(ranks: MpiCommunicator, floats: int) -> float:
    """The same, of as many as take a while, after some that do not count."""
    first = float(ranks.all_reduce(np.array([sums(ranks, floats, LEAST_SUMS)]))[0]) / ranks.size
    return sums(ranks, floats, max(LEAST_SUMS, round(AT_LEAST / first)))


def busy_seconds() -> float:
    """Of this machine's cores, since it was started."""
    with open("/proc/stat") as file:
        ticks = [int(number) for number in file.readline().split()[1:9]]
    return (sum(ticks) - sum(ticks[column] for column in NOT_BUSY)) / os.sysconf("SC_CLK_TCK")


def core_seconds(ranks: MpiCommunicator, vocabulary: int, dim: int) -> float:
    """Of a core of each rank, for each byte of a round."""
    rows = [SharedRows(aligned_zeros(vocabulary, -(-dim // 16) * 16), dim, np.ones(vocabulary)) for _ in range(2)]
    meetings = Synchronizer(ranks, NoEngine(), rows, Settings(sync_words=1))  # type: ignore[arg-type]
    meetings.average_all()
    ranks.all_reduce(np.zeros(1))
    before, sent, rounds = busy_seconds(), meetings.bytes_sent, 0
    while ranks.all_reduce(np.array([float(busy_seconds() - before < AT_LEAST)]))[0] and rounds < 100:
        meetings.average_all()
        rounds += 1
    return (busy_seconds() - before) / ranks.size / (meetings.bytes_sent - sent)


def print_inputs(dim: int, vocabulary: int) -> None:
    """Measure; called on every rank."""
    warm_up(averaging.entries())
    ranks = MpiCommunicator()
    nothing = settled(ranks, SMALL)
    latency = nothing / messages(1, ranks.size)
    piece = settled(ranks, TRANSFER) - nothing
    found = {
        "latency": latency,
        "bandwidth": 2 * (ranks.size - 1) / ranks.size * TRANSFER * 4 / piece,
        "core_seconds": core_seconds(ranks, vocabulary, dim),
    }
    if ranks.rank == 0:
        print(json.dumps(found))
