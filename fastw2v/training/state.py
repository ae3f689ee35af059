"""The state of a training run as arrays: what a checkpoint keeps beside the matrices, and how it is put back."""

from typing import TYPE_CHECKING

import numpy as np

from fastw2v.kernels import KERNELS
from fastw2v.kernels.schedule import CACHE_LINE

if TYPE_CHECKING:
    from fastw2v.training.trainer import Trainer

MATRICES = ("input", "output", "nodes")


def captured(trainer: "Trainer") -> dict[str, np.ndarray]:
    """All arrays that training goes on from, by name: the matrices, and the threads' places; none is copied."""
    arrays = {name: getattr(trainer.model, name) for name in MATRICES}
    arrays |= {
        "places": np.array(trainer.places, np.int64),
        "words-done": trainer.schedule.words_done,
        "measure-states": trainer.measure_states,
        "losses": trainer.losses,
        "last-losses": trainer.last_losses,
    }
    return arrays | {
        f"thread-{number}-{name}": array
        for number, worker in enumerate(trainer.workers)
        for name, array in KERNELS[trainer.settings.kernel].carried(worker).items()
    }


def restore(trainer: "Trainer", arrays: dict[str, np.ndarray]) -> None:
    """Put a state back into a new trainer of the same settings and text.

    Compiled loops trust what they are given, so all of it is checked. Raises ValueError that says what makes no sense.
    """
    own = captured(trainer)
    if own.keys() != arrays.keys():
        raise ValueError(f"it holds {', '.join(sorted(arrays)) or 'nothing'}; needed is {', '.join(sorted(own))}")
    for name, array in own.items():
        found = arrays[name]
        if found.shape != array.shape or found.dtype != array.dtype:
            raise ValueError(f"{name} is {found.dtype} {found.shape}, not {array.dtype} {array.shape}")
        if found.dtype.kind == "f" and not np.isfinite(found).all():
            raise ValueError(f"{name} holds NaN or infinity")
    for name, array in own.items():
        if name != "places":
            array[...] = arrays[name]
    trainer.places = [(int(epoch), int(place)) for epoch, place in arrays["places"]]
    for number, (epoch, place) in enumerate(trainer.places):
        begin, end = trainer.bounds[number], trainer.bounds[number + 1]
        if not 0 <= epoch <= trainer.settings.epochs or not begin <= place <= end:
            raise ValueError("a thread's place is outside its share of the text")
    for worker in trainer.workers:
        KERNELS[trainer.settings.kernel].check_carried(worker, len(trainer.model.input))
    if trainer.schedule.words_done.min(initial=0) < 0:
        raise ValueError("the words done are negative")


def restore_roughly(trainer: "Trainer", arrays: dict[str, np.ndarray]) -> None:
    """Put the matrices back where the text has changed, in which the places of the threads mean nothing.

    The words that all threads had done, as a share of the words that are now to be done in all epochs, are the share that each
    thread takes as done of its own part: it goes on from there. The loss and the random streams start anew. Raises ValueError
    for arrays that do not fit.
    """
    places, bounds = trainer.places, trainer.bounds
    then = arrays.get("places")
    if then is None or then.shape != (len(places), 2) or then.dtype != np.int64 or (then < 0).any():
        raise ValueError("the threads' places make no sense")
    own = {name: getattr(trainer.model, name) for name in MATRICES}
    for name, matrix in own.items():
        found = arrays.get(name)
        if found is None or found.shape != matrix.shape or found.dtype != matrix.dtype or not np.isfinite(found).all():
            raise ValueError(f"{name} does not fit")
        matrix[...] = found
    done = np.asarray(arrays.get("words-done", np.zeros(1)), np.float64).sum()
    share = float(np.clip(done / max(1, trainer.schedule.total_words), 0, 1))
    for number in range(len(places)):
        epochs = share * trainer.settings.epochs
        size = bounds[number + 1] - bounds[number]
        trainer.places[number] = int(epochs), bounds[number] + int(size * (epochs - int(epochs)))
        trainer.schedule.words_done[number * CACHE_LINE] = int(size * epochs)
