"""Processes: functions called in a new Python process, and the rank that a launcher gave to this one."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

PROGRAM = """
import json, sys
from importlib import import_module
order = json.loads(sys.argv[1])
sys.path[:] = order["path"]
getattr(import_module(order["module"]), order["function"])(**order["arguments"])
"""

# The environment variables of launchers: the number of processes, and the rank, which is set only in launched processes.
LAUNCHER_VARIABLES = (
    ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),  # Open MPI
    ("PMI_SIZE", "PMI_RANK"),  # MPICH, Intel MPI, srun --mpi=pmi2
    ("SLURM_STEP_NUM_TASKS", "PMIX_RANK"),  # srun --mpi=pmix
    ("MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"),  # MVAPICH
)


def child_command(function: Callable[..., None], **arguments: Any) -> list[str]:
    """The command that calls a module's function in a new Python process, with this one's module search path.

    arguments : keyword arguments that JSON can hold
    """
    order = {"path": sys.path, "module": function.__module__, "function": function.__name__, "arguments": arguments}
    return [sys.executable, "-c", PROGRAM, json.dumps(order)]


def rank_of(environment: Mapping[str, str] = os.environ) -> tuple[int, int] | None:
    """This process's rank and the number of ranks (mpiexec, srun, an MPI operator); None for a single process."""
    for size_name, rank_name in LAUNCHER_VARIABLES:
        size, rank = environment.get(size_name, ""), environment.get(rank_name, "")
        if size.isdigit() and rank.isdigit() and int(size) > 1:
            return int(rank), int(size)
    return None
