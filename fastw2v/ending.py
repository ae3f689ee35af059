"""How a run ends: well, or stopped, or failing; and what is then left of it."""

from fastw2v.checkpoints.keeper import Keeper
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.reporting.listener import Listener
from fastw2v.run_files import Files, save
from fastw2v.training.progress import Progress
from fastw2v.training.trainer import Trainer
from fastw2v.vectors.word_vectors import WordVectors


def train_or_leave(trainer: Trainer, keeper: Keeper | None, vectors: WordVectors, files: Files, listener: Listener) -> Progress:
    """Train, with checkpoints on the way; a run that is stopped leaves what was asked for. Raises Interrupted."""

    def report(progress: Progress) -> None:
        listener.training(progress)
        if keeper:
            keeper.write_if_due(trainer, listener.note)

    try:
        return trainer.run(report)
    except Interrupted as stop:
        left = []
        try:
            if keeper:
                left.append(keeper.leave(trainer))
            left.append(_save_so_far(vectors, files))
        except KeyboardInterrupt:  # once more: who presses it wants the end
            if keeper and not left:
                left.append(keeper.without_a_last("stopped again"))
            left.append("no vectors were written")
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


def save_or_leave(trainer: Trainer, keeper: Keeper | None, vectors: WordVectors, files: Files) -> dict[str, int]:
    """Write the results; where that fails or is stopped, a last checkpoint keeps them. Returns the files' sizes."""
    try:
        return save(vectors, files)
    except KeyboardInterrupt as stop:
        left = "no vectors were written"
        try:
            left = keeper.leave(trainer) if keeper else left
        except KeyboardInterrupt:
            left = keeper.without_a_last("stopped again") if keeper else left
        raise Interrupted(f"stopped while the vectors were being written; {left}") from stop
    except Fastw2vError as error:
        if not keeper:
            raise
        raise type(error)(f"{error}; {keeper.leave(trainer)}") from error
