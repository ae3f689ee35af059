"""The state of a training run as arrays: what a checkpoint keeps, and how it is put back."""

import numpy as np

from fastw2v.model.finite import all_finite
from fastw2v.training.trainer import Trainer

MATRICES = ("input", "output", "nodes")


def captured(trainer: Trainer) -> dict[str, np.ndarray]:
    """All arrays that training goes on from, by name: the matrices, and what the engine carries; none is copied."""
    return _matrices(trainer) | trainer.engine.carried()


def restore(trainer: Trainer, arrays: dict[str, np.ndarray]) -> None:
    """Put a state back into a new trainer of the same settings and text. Raises ValueError that says what makes no sense."""
    own = captured(trainer)
    if own.keys() != arrays.keys():
        raise ValueError(f"it holds {', '.join(sorted(arrays)) or 'nothing'}; needed is {', '.join(sorted(own))}")
    for name, array in own.items():
        found = arrays[name]
        if found.shape != array.shape or found.dtype != array.dtype:
            raise ValueError(f"{name} is {found.dtype} {found.shape}, not {array.dtype} {array.shape}")
        if found.dtype.kind == "f" and not all_finite(found):
            raise ValueError(f"{name} holds NaN or infinity")
    for name, matrix in _matrices(trainer).items():
        matrix[...] = arrays[name]
    trainer.engine.put_back({name: arrays[name] for name in trainer.engine.carried()})


def restore_roughly(trainer: Trainer, arrays: dict[str, np.ndarray]) -> None:
    """Put the matrices back where the text has changed, in which the places of the threads mean nothing.

    The words that all threads had done, as a share of the words that are now to be done in all epochs, are the share that each
    thread takes as done of its own part: it goes on from there. The loss and the random streams start anew. Raises ValueError
    for arrays that do not fit.
    """
    for name, matrix in _matrices(trainer).items():
        found = arrays.get(name)
        if found is None or found.shape != matrix.shape or found.dtype != matrix.dtype or not all_finite(found):
            raise ValueError(f"{name} does not fit")
        matrix[...] = found
    trainer.engine.put_back_roughly(arrays)


def _matrices(trainer: Trainer) -> dict[str, np.ndarray]:
    return {name: getattr(trainer.model, name) for name in MATRICES}
