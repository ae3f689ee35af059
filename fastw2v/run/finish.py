"""The end of a run: completed, stopped or failed; and what files it then leaves."""

from fastw2v._system.resources import readable_bytes
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.reporting.listener import Listener
from fastw2v.run.files import Files, save
from fastw2v.run.session import Session, Training
from fastw2v.training.progress import Progress
from fastw2v.vectors.word_vectors import WordVectors

ANNOUNCED = 1e9  # bytes; a smaller checkpoint is soon written


def train_or_leave(session: Session, training: Training, vectors: WordVectors, files: Files, listener: Listener) -> Progress:
    """Train, with checkpoints on the way; a run that is stopped leaves what was asked for. Raises Interrupted."""
    writer = training.writer
    try:
        return training.run(listener.training)
    except Interrupted as stop:
        if not training.complete:
            raise
        left = []
        try:
            if writer:
                arrays = training.state()
                if (size := sum(array.nbytes for array in arrays.values())) > ANNOUNCED:
                    listener.note(f"writing a last checkpoint of {readable_bytes(size)}; stopped again, the run ends at once")
                left.append(writer.write_last(arrays))
            left.append(_save_so_far(vectors, files))
        except KeyboardInterrupt:  # pressed again: end at once
            if writer and not left:
                left.append(writer.explain_missing("stopped again"))
            left.append("no vectors were written")
        session.wait_for_all()
        raise Interrupted(f"{stop}; {'; '.join(left)}") from stop.__cause__


def _save_so_far(vectors: WordVectors, files: Files) -> str:
    """Write the vectors of a run that was stopped, if they are wanted. Returns the outcome, in words."""
    if not files.save_on_interrupt or not files.output:
        return "no vectors were written"
    try:
        save(vectors, files)
    except Fastw2vError as error:
        return str(error)
    return f"the vectors so far are in {files.output}"


def save_or_leave(training: Training, vectors: WordVectors, files: Files) -> dict[str, int]:
    """Write the results; where that fails or is stopped, a last checkpoint keeps them. Returns the files' sizes."""
    writer = training.writer
    try:
        return save(vectors, files)
    except KeyboardInterrupt as stop:
        left = "no vectors were written"
        try:
            left = writer.write_last(training.state()) if writer else left
        except KeyboardInterrupt:
            left = writer.explain_missing("stopped again") if writer else left
        raise Interrupted(f"stopped while the vectors were being written; {left}") from stop
    except Fastw2vError as error:
        if not writer:
            raise
        raise type(error)(f"{error}; {writer.write_last(training.state())}") from error
