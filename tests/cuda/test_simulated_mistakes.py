"""The watched simulator finds what it is there to find."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba_cuda", reason="needs numba-cuda")

from helpers.cuda_launches import Launches, plan_of, sentences, small_model
from helpers.variants import COUNTS
from helpers.watched_simulator import LEFT_OUT, Finding, watched_simulator  # noqa: F401
from numba import cuda

from fastw2v.kernels import cuda as package
from fastw2v.kernels.worker import Variant
from fastw2v.model.tables import tables
from fastw2v.settings import Settings

pytestmark = [pytest.mark.simulator, pytest.mark.filterwarnings("ignore:overflow encountered")]
FOLDER = Path(package.__file__).parent
BARRIERS = [
    (path.name, number)
    for path in sorted(FOLDER.glob("*.py"))
    for number, line in enumerate(path.read_text().splitlines(), 1)
    if line.strip() == "cuda.syncthreads()"
]


def reads_its_neighbours(array):
    shared = cuda.shared.array(4, np.int32)
    thread = cuda.threadIdx.x
    shared[thread] = thread
    array[thread] = shared[3 - thread]


def waits_where_others_do_not(array):
    if cuda.threadIdx.x < 2:
        cuda.syncthreads()


def waits_elsewhere_than_others(array):
    if cuda.threadIdx.x < 2:
        cuda.syncthreads()
    else:
        cuda.syncthreads()


def reads_before_the_start(array):
    array[cuda.threadIdx.x] = array[cuda.threadIdx.x - 1]


def takes_a_slice_past_the_end(array):
    array[2:5]


def reads_what_nobody_wrote(array):
    shared = cuda.shared.array(4, np.int32)
    array[cuda.threadIdx.x] = shared[cuda.threadIdx.x]


def writes_to_one_place(array):
    array[0] = cuda.threadIdx.x


@pytest.mark.parametrize(
    ("kernel", "says"),
    [
        (reads_its_neighbours, "nobody has written"),
        (writes_to_one_place, "two threads touch one element between two barriers: test_simulated_mistakes.py:"),
        (waits_where_others_do_not, "not at one barrier: .*ended"),
        (waits_elsewhere_than_others, "not at one barrier"),
        (reads_before_the_start, "index -1 of 4"),
        (takes_a_slice_past_the_end, "a slice from 2 to 5 of 4"),
        (reads_what_nobody_wrote, "nobody has written"),
    ],
)
def test_a_mistake_is_found(kernel: Callable[[object], None], says: str) -> None:
    with pytest.raises(Finding, match=says):
        cuda.jit(kernel)[1, 4](cuda.to_device(np.zeros(4, np.int32)))


def launch_all() -> None:
    """All parts of the kernels, two blocks and more of each."""
    ids = sentences([5, 1, 9], len(COUNTS))  # the last center of a block is alone
    for cbow, negative, hs in product((False, True), (3, 0), (False, True)):
        if negative or hs:
            lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=hs))
            plan = plan_of(Variant(cbow, hs, negative, 2), lookup, 6, negative, span=3)
            launch = Launches(plan, lookup, [[0, len(ids), 0]], ids)
            launch.train(small_model(COUNTS, negative, hs), 0.05)
            launch.loss(small_model(COUNTS, negative, hs))


@pytest.mark.parametrize(("file", "line"), BARRIERS)
def test_no_barrier_of_the_kernels_can_be_left_out(file: str, line: int, monkeypatch: pytest.MonkeyPatch) -> None:
    LEFT_OUT.add((str(FOLDER / file), line))
    try:
        with pytest.raises(Finding, match=r"two threads touch one element|nobody has written"):
            launch_all()
    finally:
        LEFT_OUT.clear()
