"""The processes that share a training run: here one. Those that a launcher starts together are `distributed.session`'s."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from fastw2v._system.processes import rank_of
from fastw2v.checkpoints.periodic import CheckpointWriter
from fastw2v.checkpoints.text_description import describe_text
from fastw2v.corpus.counting import WordCounts, counted_words
from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.word_table import WordTable
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.progress import Progress
from fastw2v.training.state import captured, restore, restore_approximately
from fastw2v.training.trainer import Trainer


class CorpusFiles(NamedTuple):
    """The corpus of a run.

    files : all files that are read
    part : what this process reads of them
    names : the corpus as the user named it
    """

    files: list[Source]
    part: list[Source]
    names: Any


class Training:
    """A trainer, with checkpoints on the way.

    figures : what the summary says beside the usual
    """

    def __init__(self, trainer: Trainer, writer: CheckpointWriter | None, note: Callable[[str], None]) -> None:
        self.trainer = trainer
        self.writer = writer
        self.note = note
        self.figures: dict[str, list[float]] = {}

    def run(self, report: Callable[[Progress], None]) -> Progress:
        """Train all epochs; `report` is called a few times a second. Raises what `Trainer.run` raises."""

        def look(progress: Progress) -> None:
            report(progress)
            if self.writer:
                self.writer.write_if_due(self.trainer, self.note)

        return self.trainer.run(look)

    @property
    def complete(self) -> bool:
        """Whether the state that a stopped run leaves can be resumed from."""
        return True

    def state(self) -> dict[str, np.ndarray]:
        """What a last checkpoint holds, once nothing is trained any longer."""
        return captured(self.trainer)

    @property
    def last_epoch_loss(self) -> float:
        """Mean nats per pair over the last epoch; NaN where nothing was measured."""
        return self.trainer.last_epoch_loss


class Session:
    """What a run asks wherever other processes might have a part in it; a process by itself has simple answers.

    size : the number of processes
    leads : whether this one reads checkpoints, speaks to the user and writes files
    gpu : the GPU of the machine that this process takes, of several in turn
    """

    size = 1
    leads = True
    gpu = 0

    # The text.

    def names(self, corpus: Any) -> Any:
        """The corpus as this process is to name it."""
        return corpus

    def text(self, files: list[Source], corpus: Any) -> CorpusFiles:
        """The text, and this process's part of it."""
        return CorpusFiles(files, files, corpus)

    def description(self, text: CorpusFiles, ids: IdStream, asked: Settings, used: Settings) -> dict[str, Any]:
        """Settings and text as a checkpoint describes them; `asked` are the settings as given, `used` those of the run."""
        return {"settings": used.as_dict(), "text": describe_text(text.files, ids)}

    # What all processes agree on.

    def local_settings(self, settings: Settings) -> Settings:
        """The settings with this process's part of the machine."""
        return settings

    def seeded(self, settings: Settings) -> Settings:
        """The settings with this process's own random streams."""
        return settings

    def compiled(self, compile_all: Callable[[], float]) -> float:
        """Compile; processes of one machine share the cache, so that one of them does it. Returns the seconds."""
        return compile_all()

    def gathered(self, value: Any) -> list[Any]:
        """The values, such as JSON can hold, of all processes."""
        return [value]

    def total(self, numbers: np.ndarray) -> np.ndarray:
        """The sum of an array over all processes."""
        return numbers

    def merged_counts(self, table: WordTable, min_count: int, known: Vocabulary | None) -> WordCounts:
        """The words that all processes have counted; `known` ones stay, however rare."""
        return counted_words(table)

    def shared_vocabulary(self, own: Vocabulary | None) -> Vocabulary:
        """A vocabulary that the leading process has, for all."""
        assert own
        return own

    def share_model(self, model: Model) -> None:
        """Give all processes the matrices of the leading one."""

    # Training.

    def training(
        self,
        trainer: Trainer,
        tables: Tables,
        vocabulary: Vocabulary,
        writer: CheckpointWriter | None,
        note: Callable[[str], None],
    ) -> Training:
        """The training of this process, beside that of others; `note` is told of checkpoints that cannot be written."""
        return Training(trainer, writer, note)

    def restore(self, trainer: Trainer, arrays: dict[str, np.ndarray], *, exactly: bool) -> None:
        """Restore the state of a checkpoint into a new trainer; not `exactly` where the text has changed. Raises ValueError."""
        (restore if exactly else restore_approximately)(trainer, arrays)

    def wait_for_all(self) -> None:
        """Until all processes are here."""

    def share_resumed(self, resumed: Any) -> Any:
        """What the leading process has read of a checkpoint, for all."""
        return resumed


@contextmanager
def open_session(corpus: Any = ()) -> Iterator[Session]:
    """The session of this process, which ends with the run.

    corpus : the text, where it is known: it is refused at once where only one of several processes could read it
    """
    if rank_of() is None:
        yield Session()
        return
    from fastw2v.distributed.session import open_distributed_session

    with open_distributed_session(corpus) as session:
        yield session
