"""Resuming from a checkpoint: the run that it describes, checked, and its state restored into a new trainer."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastw2v.checkpoints.store import COUNTS, TEXT_COUNTS, Store
from fastw2v.checkpoints.text_description import changes
from fastw2v.corpus.vocabulary import LARGEST_COUNT, Vocabulary, vocabulary_of
from fastw2v.corpus.word_table import END_OF_SENTENCE, is_possible_word
from fastw2v.errors import UsageError, argument, call, option
from fastw2v.run.description import read_fields
from fastw2v.run.files import Files
from fastw2v.run.session import Session
from fastw2v.settings import Settings
from fastw2v.training.trainer import Trainer


class Resumed(NamedTuple):
    """A run as its checkpoint has it."""

    folder: Path
    settings: Settings
    files: Files
    corpus: list[str]
    text: dict[str, Any]
    vocabulary: Vocabulary
    arrays: dict[str, np.ndarray]
    force: bool

    def restore(self, trainer: Trainer, text: dict[str, Any], session: Session) -> str:
        """Restore a new trainer to where the checkpoint was written; `text` describes the text as it is now.

        Returns where that is, in words. Raises UsageError that says what of the text has changed, unless forced, and for
        arrays that do not fit.
        """
        changed = changes(self.text, text)
        if changed and not self.force:
            raise UsageError(
                f"the text has changed since the checkpoint: {', '.join(changed)}; "
                f"{option('force', True)} continues all the same"
            )
        try:
            session.restore(trainer, self.arrays, exactly=not changed)
            self.arrays.clear()  # they are mapped files, whose room on the disk is free only once they are closed
        except UsageError:
            raise
        except (ValueError, TypeError) as error:  # NumPy raises the latter for arrays that are none of numbers
            raise UsageError(f"the checkpoint in {self.folder} is damaged: {error}") from error
        share = min(1.0, trainer.words_done / max(1, trainer.engine.total_words))
        return f"resuming at {share:.1%}, epoch {trainer.epoch} of {trainer.settings.epochs}"


def refuse_to_begin(store: Store, settings: Settings) -> None:
    """Refuse to overwrite an unfinished checkpoint: UsageError, which lists the settings that differ."""
    if not store.numbers():
        return
    try:
        then, now = read_fields(store.read_run()[1]).settings.as_dict(), settings.as_dict()
        changed = ", ".join(f"{argument(name)} was {then[name]} and is {now[name]}" for name in now if then[name] != now[name])
        run = f"a run whose {changed}" if changed else "a run with these settings"
    except (UsageError, ValueError):
        run = "a run that cannot be read"
    raise UsageError(
        f"there is a checkpoint in {store.folder} of {run}: "
        f"{call('resume', store.folder)} continues it, {option('force', True)} starts a new run"
    )


def read_run(store: Store, force: bool) -> Resumed:
    """The newest checkpoint's run. Raises UsageError where it makes no sense."""
    checkpoint = store.read()
    run, arrays = checkpoint.run, dict(checkpoint.arrays)
    try:
        fields = read_fields(run)
        counts = arrays.pop(COUNTS, np.empty(0))
        vocabulary = _vocabulary(checkpoint.words, counts, arrays.pop(TEXT_COUNTS, None))
    except (UsageError, ValueError) as error:
        raise UsageError(f"the checkpoint in {store.folder} is damaged: {error}") from error
    if fields.folder != store.identity() and not force:  # a stranger's, perhaps, who would choose what is overwritten
        names = ", ".join(map(str, fields.files.written.values())) or "nothing"
        raise UsageError(
            f"the checkpoint in {store.folder} was copied from elsewhere; resuming it reads {', '.join(fields.corpus)} and "
            f"writes {names}: {option('force', True)} allows it"
        )
    return Resumed(store.folder, fields.settings, fields.files, fields.corpus, fields.text, vocabulary, arrays, force)


def _vocabulary(words: list[bytes], counts: np.ndarray, in_text: np.ndarray | None) -> Vocabulary:
    """The vocabulary, checked. Raises ValueError."""
    for array in (counts,) if in_text is None else (counts, in_text):
        if array.dtype != np.int64 or array.shape != (len(words),) or len(words) < 2 or words[0] != END_OF_SENTENCE:
            raise ValueError("words and counts do not fit")
        if len(set(words)) != len(words) or array.min() < 0 or array.max() > LARGEST_COUNT:
            raise ValueError("words or counts make no sense")
    if not all(map(is_possible_word, words)):
        raise ValueError("there is a word that no text can hold")
    found = vocabulary_of(list(zip(words, counts.tolist())))
    return Vocabulary(found.table, None if in_text is None else np.array(in_text))  # a copy: the files are to be let go
