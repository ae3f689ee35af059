"""The peak performance of the machine, measured by two small loops: fused multiply-adds, and memory.

Both run on as many threads as training would. Memory traffic is counted as in the triad of STREAM (McCalpin 1995): two numbers
read and one written for each element, without what the caches read besides.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from fastw2v._jit.compiling import compiled_math
from fastw2v._jit.simd import LANES, load, store
from fastw2v.model.matrices import aligned_zeros

CHAINS = 8  # independent sums: what two units with a latency of four cycles need
PEAK_ROUNDS = 40_000_000
TRIAD_FLOATS = 24_000_000  # of each array, over all threads: 96 MB, more than most caches
PEAK_REPEATS = 3


class Peak(NamedTuple):
    """Peak performance: operations and bytes per second."""

    flops: float
    bandwidth: float


def measure_peak(threads: int, *, rounds: int = PEAK_ROUNDS, floats: int = TRIAD_FLOATS) -> Peak:
    """Measure both peaks on `threads` threads; the best of a few runs each.

    rounds : iterations of the multiply-add loop
    floats : length of each array of the triad, over all threads
    """
    sums = [aligned_zeros(CHAINS + 2, LANES) for _ in range(threads)]
    for array in sums:
        array[CHAINS] = 0.999  # x · 0.999 + 0.001 stays near 1
        array[CHAINS + 1] = 0.001
    length = max(1, floats // threads)
    arrays = [np.ones((3, length), np.float32) for _ in range(threads)]
    multiply_add(1, sums[0])
    triad(np.ones((3, 1), np.float32), np.float32(0.5))
    operations = 2 * LANES * CHAINS * rounds * threads
    flops = operations / _best([partial(multiply_add, rounds, array) for array in sums])
    moved = 3 * arrays[0][0].nbytes * threads
    return Peak(flops, moved / _best([partial(triad, array, np.float32(0.5)) for array in arrays]))


def _best(tasks: list[Callable[[], None]]) -> float:
    """The shortest wall time of all tasks run in parallel, in seconds."""
    seconds = []
    for _ in range(PEAK_REPEATS):
        threads = [threading.Thread(target=task) for task in tasks]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@compiled_math
def multiply_add(rounds: int, sums: np.ndarray) -> None:
    """Repeat x = x · a + b for eight vectors.

    sums : (10, LANES) float32, the eight vectors, a and b
    """
    a, b = load(sums, 8, 0), load(sums, 9, 0)
    x0, x1, x2, x3 = load(sums, 0, 0), load(sums, 1, 0), load(sums, 2, 0), load(sums, 3, 0)
    x4, x5, x6, x7 = load(sums, 4, 0), load(sums, 5, 0), load(sums, 6, 0), load(sums, 7, 0)
    for _ in range(rounds):
        x0, x1, x2, x3 = x0 * a + b, x1 * a + b, x2 * a + b, x3 * a + b
        x4, x5, x6, x7 = x4 * a + b, x5 * a + b, x6 * a + b, x7 * a + b
    store(sums, 0, 0, x0)
    store(sums, 1, 0, x1)
    store(sums, 2, 0, x2)
    store(sums, 3, 0, x3)
    store(sums, 4, 0, x4)
    store(sums, 5, 0, x5)
    store(sums, 6, 0, x6)
    store(sums, 7, 0, x7)


@compiled_math
def triad(arrays: np.ndarray, factor: np.float32) -> None:
    """arrays[0] = arrays[1] + factor · arrays[2]; (3, n) float32."""
    for i in range(arrays.shape[1]):
        arrays[0, i] = arrays[1, i] + factor * arrays[2, i]
