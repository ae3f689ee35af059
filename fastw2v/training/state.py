"""The state of a training run as named arrays: what a checkpoint keeps, and how it is restored.

Where several processes trained one model, there are the matrices, and under `rank-N-` what the engine of process N carries.
"""

import numpy as np

from fastw2v.model.finite import all_finite
from fastw2v.model.matrices import Model
from fastw2v.training.engine import Engine
from fastw2v.training.trainer import Trainer

MATRICES = ("input", "output", "nodes")
WORDS_DONE = "words-done"


def captured(trainer: Trainer) -> dict[str, np.ndarray]:
    """All arrays of the state by name: the matrices, and what the engine carries; none is copied."""
    return _matrices(trainer) | trainer.engine.carried()


def restore(trainer: Trainer, arrays: dict[str, np.ndarray]) -> None:
    """Restore a state into a new trainer of the same settings and text. Raises ValueError that says what makes no sense."""
    if processes_of(arrays):
        restore_approximately(trainer, arrays)
        return
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
    trainer.engine.restore({name: arrays[name] for name in trainer.engine.carried()})


def restore_approximately(trainer: Trainer, arrays: dict[str, np.ndarray]) -> None:
    """Restore the matrices, and how much of the training is done, where the text or the number of processes has changed.

    The words that all threads had done, as a share of the words that are now to be done in all epochs, are the share that each
    thread takes as done of its own part: it resumes from there. The loss and the random streams start anew. Raises ValueError
    for arrays that do not fit.
    """
    shared = processes_of(arrays) > 0
    for name, matrix in (shared_matrices(trainer.model) if shared else _matrices(trainer)).items():
        found = arrays.get(name)
        if found is None or found.shape != matrix.shape or found.dtype != matrix.dtype or not all_finite(found):
            raise ValueError(f"{name} does not fit")
        matrix[...] = found
    trainer.engine.restore_approximately(as_far_as(trainer.engine, saved_words_done(arrays)) if shared else arrays)


def as_far_as(engine: Engine, words: int) -> dict[str, np.ndarray]:
    """What an engine carries that begins where `words` words of the training are done."""
    return {name: np.zeros_like(array) for name, array in engine.carried().items()} | {WORDS_DONE: np.array([words])}


# The arrays of several processes.


def prefix(process: int) -> str:
    """What the names of a process's own arrays begin with."""
    return f"rank-{process}-"


def processes_of(arrays: dict[str, np.ndarray]) -> int:
    """The number of processes whose state this is; 0 for one by itself."""
    return len({name.split("-")[1] for name in arrays if name.startswith("rank-")})


def saved_words_done(arrays: dict[str, np.ndarray]) -> int:
    """The words that all processes have trained on. Raises ValueError."""
    done = [array for name, array in arrays.items() if name.split("-")[-2:] == WORDS_DONE.split("-")]
    words = sum(int(array.sum()) for array in done if array.dtype == np.int64)
    if any(array.dtype != np.int64 or array.min(initial=0) < 0 for array in done) or not 0 <= words < 2**62:
        raise ValueError("the words done make no sense")
    return words


def inner_nodes(model: Model) -> int:
    """The nodes of the Huffman tree; further rows of the matrix `nodes` are copies that belong to threads."""
    return len(model.input) - 1


def shared_matrices(model: Model) -> dict[str, np.ndarray]:
    """The matrices that all processes have alike: without the threads' copies."""
    return {name: getattr(model, name) for name in MATRICES} | {"nodes": model.nodes[: inner_nodes(model)]}


def _matrices(trainer: Trainer) -> dict[str, np.ndarray]:
    return {name: getattr(trainer.model, name) for name in MATRICES}
