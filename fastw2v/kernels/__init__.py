"""The compiled training loops, and what they share: random stream, matrices, schedule, loss."""

from types import ModuleType

from fastw2v.kernels import blocked, reference

# A kernel is a module with train(ids, last, worker, model, tables, variant, schedule), new_worker, carried and check_carried:
# see kernels.reference.
KERNELS: dict[str, ModuleType] = {"blocked": blocked, "reference": reference}
