"""Which tests go to one worker together when several workers share them (pytest-xdist)."""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

COMPILING = frozenset(
    """test_blocked_kernel test_checkpoints test_damaged_checkpoints test_divergence test_doctests test_gradients
    test_kernel_protocol test_loss_plots test_original_training test_python_arguments test_queries test_ranks
    test_train_command test_training test_warm_start test_without_a_card""".split()
)


class Together(LoadScopeScheduling):
    """Of the files whose tests run in the worker's process each goes to one worker; all other tests go one by one.

    So do, together, those files of the quick part that compile kernels: it may begin with an empty cache, and several workers
    would compile the same. Groups by marks (`--dist=loadgroup`) are not used: with pytest 9.2 pytest-xdist 3.8 ignores them.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self.quick = config.option.markexpr == "quick"

    def _split_scope(self, nodeid: str) -> str:
        path = PurePosixPath(nodeid.split("::", 1)[0])
        if self.quick and path.stem in COMPILING:
            return "kernels"
        return str(path) if path.parent.name in ("unit", "oracle") else nodeid
