"""From a text to its vocabulary and word ids, within the memory there is."""

from dataclasses import asdict

import numpy as np

from fastw2v._system.resources import available_memory, readable_bytes
from fastw2v.corpus.counting import count_words, select
from fastw2v.corpus.encoding import Sentences, encode
from fastw2v.corpus.findings import Findings, merge_findings
from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary, read_vocabulary
from fastw2v.corpus.word_table import WordTable
from fastw2v.errors import Fastw2vError, UsageError, option
from fastw2v.model.matrices import model_bytes
from fastw2v.model.tables import tables_bytes
from fastw2v.reporting.listener import Counts, Listener
from fastw2v.run.files import Files
from fastw2v.run.session import Session
from fastw2v.settings import Settings

FEW_NEIGHBOURS = 0.01  # for each sentence


def vocabulary_for(
    session: Session, text: list[Source], settings: Settings, files: Files, listener: Listener, known: Vocabulary | None = None
) -> tuple[Vocabulary, Counts]:
    """Count the words of the text, or read their counts. Raises UsageError where no word is left.

    known : the vocabulary of a warm start, see `select`
    """
    if files.read_vocab:
        own = _selected(read_vocabulary(files.read_vocab).table, settings, known) if session.leads else None
        vocabulary = session.shared_vocabulary(own)
        distinct, words = len(vocabulary), vocabulary.train_words
        most = int(vocabulary.text_counts[1:].max(initial=0))
    else:
        listener.reading("counting", sum(source.size for source in text))
        memory = settings.memory or available_memory() // 2
        counted, pruned_up_to = count_words(text, threads=settings.thread_count, memory=memory, advanced=listener.read)
        pruned_up_to = max(session.gathered(pruned_up_to))
        if pruned_up_to:
            listener.warn(
                f"the word table reached its memory limit; words seen {pruned_up_to} times or fewer may have been dropped "
                f"(a larger {option('memory')} prevents it)"
            )
        table, distinct, words, most = session.merged_counts(counted, settings.min_count, known)
        if words == 0:
            raise UsageError("the text is empty")
        if not most:
            raise UsageError("the text holds no word: it is white space")
        vocabulary = _selected(table, settings, known)
    if not vocabulary.text_counts[1:].any():
        most_often = f"the most frequent word occurs {most} time{'s' if most != 1 else ''}" if most else "there is no word"
        nor_known = "" if known is None else "and none is known from before, "
        raise UsageError(
            f"no word occurs {settings.min_count} times or more ({nor_known}{most_often}): lower {option('min_count')}"
        )
    counts = Counts(len(vocabulary), vocabulary.train_words, distinct, words)
    listener.counted(counts)
    return vocabulary, counts


def _selected(table: WordTable, settings: Settings, known: Vocabulary | None) -> Vocabulary:
    return select(table, min_count=settings.min_count, max_vocab=settings.max_vocab, known=known)


def encoded(
    session: Session, text: list[Source], vocabulary: Vocabulary, settings: Settings, files: Files, listener: Listener
) -> IdStream:
    """The text as ids, in memory or in a temporary file. Raises Fastw2vError if the model does not fit into memory."""
    expected = 0 if files.read_vocab else vocabulary.train_words // session.size
    ids = IdStream(memory=_memory_for_ids(vocabulary, settings), expected=expected, folder=files.spool_folder)
    listener.reading("encoding", sum(source.size for source in text))
    sentences = encode(text, vocabulary, ids, threads=settings.thread_count, advanced=listener.read)
    _warn_of_lone_words(session, sentences, listener)
    if not ids.in_memory:
        size = readable_bytes(len(ids) * 4)
        listener.note(f"the text's word ids ({size}) are in a temporary file: they exceed what {option('memory')} allows")
    if session.size == 1 and not np.any(ids.read(0, min(len(ids), 10**6))) and len(ids) < 10**6:
        raise UsageError("the text holds no word of the vocabulary")
    return ids


def gathered_findings(session: Session, text: list[Source], listener: Listener) -> Findings:
    """Gather what all processes found out about the text, and tell the user what is wrong with it."""
    own = merge_findings(source.findings for source in text)
    found = merge_findings(Findings(**told) for told in session.gathered(asdict(own)))
    for note in found.notes():
        listener.warn(note)
    return found


def _warn_of_lone_words(session: Session, sentences: Sentences, listener: Listener) -> None:
    """Warn where words have no neighbours to learn from, as in a table or a list of words."""
    count, neighbours = session.total(np.array(sentences)).tolist()
    if neighbours < FEW_NEIGHBOURS * count:
        listener.warn(
            f"warning: hardly any sentence has two words of the vocabulary ({count:,} sentences, {neighbours:,} pairs of "
            "neighbours), so there is almost nothing to learn: write one sentence a line, "
            "its words separated by spaces, not commas"
        )


def _memory_for_ids(vocabulary: Vocabulary, settings: Settings) -> int:
    """The bytes that the ids may take beside the model. Raises Fastw2vError for a model larger than memory."""
    needed = model_bytes(len(vocabulary), settings) + tables_bytes(vocabulary.counts, settings)
    available = available_memory()
    if needed > available:
        raise Fastw2vError(
            f"the model needs {readable_bytes(needed)} of memory ({len(vocabulary):,} words, dimension {settings.dim}), "
            f"{readable_bytes(available)} are available: "
            f"a smaller {option('dim')}, a higher {option('min_count')} or a {option('max_vocab')} needs less"
        )
    return min(settings.memory or available // 2, available - needed)
