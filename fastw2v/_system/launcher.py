"""Whether this process is one of several that a launcher started, told from its environment: mpiexec, srun, an MPI operator."""

import os
from collections.abc import Mapping

# A launcher's name for the number of processes, and what else stands there only where it started this one.
MARKS = (
    ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),  # Open MPI
    ("PMI_SIZE", "PMI_RANK"),  # MPICH, Intel MPI, srun --mpi=pmi2
    ("SLURM_STEP_NUM_TASKS", "PMIX_RANK"),  # srun --mpi=pmix
    ("MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"),  # MVAPICH
)


def rank_of(environment: Mapping[str, str] = os.environ) -> tuple[int, int] | None:
    """This process's rank, and of how many; None where it runs by itself or is the only one."""
    for size_name, rank_name in MARKS:
        size, rank = environment.get(size_name, ""), environment.get(rank_name, "")
        if size.isdigit() and rank.isdigit() and int(size) > 1:
            return int(rank), int(size)
    return None
