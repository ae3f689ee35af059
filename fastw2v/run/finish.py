"""How a run ends: well, or stopped, or failing; and what is then left of it."""

import numpy as np

from fastw2v._system.resources import readable_bytes
from fastw2v.checkpoints.writer import Keeper
from fastw2v.distributed.training import Together
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.reporting.listener import Listener
from fastw2v.run.files import Files, save
from fastw2v.training.progress import Progress
from fastw2v.training.state import captured
from fastw2v.training.trainer import Trainer
from fastw2v.vectors.word_vectors import WordVectors

SPOKEN_OF = 1e9  # bytes; what is less is soon written


def train_or_leave(
    trainer: Trainer,
    keeper: Keeper | None,
    vectors: WordVectors,
    files: Files,
    listener: Listener,
    together: Together | None = None,
) -> Progress:
    """Train, with checkpoints on the way; a run that is stopped leaves what was asked for. Raises Interrupted."""
    if together:
        together.keeper, together.note = keeper, listener.note

    def report(progress: Progress) -> None:
        listener.training(progress)
        if keeper and not together:
            keeper.write_if_due(trainer, listener.note)

    try:
        return together.run(report) if together else trainer.run(report)
    except Interrupted as stop:
        if together and not together.meetings.stopped:
            raise
        left = []
        try:
            if keeper:
                arrays = together.left if together else captured(trainer)
                if (size := sum(array.nbytes for array in arrays.values())) > SPOKEN_OF:
                    listener.note(f"writing a last checkpoint of {readable_bytes(size)}; stopped again, the run ends at once")
                left.append(keeper.leave(arrays))
            left.append(_save_so_far(vectors, files))
        except KeyboardInterrupt:  # once more: who presses it wants the end
            if keeper and not left:
                left.append(keeper.without_a_last("stopped again"))
            left.append("no vectors were written")
        if together:
            together.ranks.sum(np.zeros(1))  # the others wait until this is written
        raise Interrupted(f"{stop}; {'; '.join(left)}") from stop.__cause__


def _save_so_far(vectors: WordVectors, files: Files) -> str:
    """The vectors of a run that was stopped, if they are wanted; what became of them, in words."""
    if not files.save_on_interrupt or not files.output:
        return "no vectors were written"
    try:
        save(vectors, files)
    except Fastw2vError as error:
        return str(error)
    return f"the vectors so far are in {files.output}"


def save_or_leave(left: dict[str, np.ndarray], keeper: Keeper | None, vectors: WordVectors, files: Files) -> dict[str, int]:
    """Write the results; where that fails or is stopped, a last checkpoint keeps what is `left`. Returns the files' sizes."""
    try:
        return save(vectors, files)
    except KeyboardInterrupt as stop:
        told = "no vectors were written"
        try:
            told = keeper.leave(left) if keeper else told
        except KeyboardInterrupt:
            told = keeper.without_a_last("stopped again") if keeper else told
        raise Interrupted(f"stopped while the vectors were being written; {told}") from stop
    except Fastw2vError as error:
        if not keeper:
            raise
        raise type(error)(f"{error}; {keeper.leave(left)}") from error
