"""Each kernel has what the trainer and the schedule read."""

import numpy as np
import pytest

from fastw2v.kernels import KERNELS
from fastw2v.kernels.protocol import STATE_FIELDS
from fastw2v.kernels.worker import variant
from fastw2v.model.tables import tables
from fastw2v.settings import Settings


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_a_worker_has_the_state_that_the_trainer_reads(name: str, model: str) -> None:
    settings = Settings(model=model, hs=True, negative=3)
    lookup = tables(np.array([1, 5, 3, 2], np.int64), settings)
    worker = KERNELS[name].new_worker(1, 16, lookup, variant(settings), random_state=7, alpha=0.5)
    assert worker.state.shape == (1,)
    assert set(STATE_FIELDS) <= set(worker.state.dtype.names)
    assert worker.state[0]["random"] == 7
    assert worker.state[0]["alpha"] == np.float32(0.5)
    assert worker.scratch.shape == (2, 16)
    assert "state" in KERNELS[name].carried(worker)
    KERNELS[name].check_carried(worker, 4)
    worker.state["counted"] = 1  # more than was read
    with pytest.raises(ValueError, match="state"):
        KERNELS[name].check_carried(worker, 4)
