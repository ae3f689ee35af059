"""The text of each of several ranks: a share of files that all can read, or files of its own."""

from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any, NamedTuple

from fastw2v.corpus.partitions import share
from fastw2v.corpus.sources import Source, is_standard_input
from fastw2v.distributed.communicator import Verbs
from fastw2v.errors import UsageError

RANK = "{rank}"  # in a file's name
STANDARD_INPUT = "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"
ONE_READS_IT = (
    "standard input, a pipe and sentences reach one rank alone: give files that all ranks can read, or {rank} in their names"
)


class Text(NamedTuple):
    """The files that are read, the rank's part of them, and what was asked for."""

    files: list[Source]
    part: list[Source]
    names: Any

    @property
    def own_files(self) -> bool:
        """Whether each rank has files of its own."""
        return has_its_own(self.names)


def names_for(corpus: Any, ranks: Verbs) -> Any:
    """The corpus with this rank's number in its names. Raises UsageError for what only one rank can read."""
    if ranks.size == 1:
        return corpus
    refuse_what_one_rank_reads(corpus)
    names = [corpus] if isinstance(corpus, (str, PathLike)) else corpus
    if len({RANK in fspath(name) for name in names}) > 1:
        raise UsageError(f"some names hold {RANK} and some do not: give names of one kind")
    return [fspath(name).replace(RANK, str(ranks.rank)) for name in names]


def refuse_what_one_rank_reads(corpus: Any) -> None:
    """Raise UsageError for standard input and for sentences."""
    names = [corpus] if isinstance(corpus, (str, PathLike)) else corpus
    if not isinstance(names, Sequence) or not all(isinstance(name, (str, PathLike)) for name in names):
        raise UsageError(ONE_READS_IT)
    if any(is_standard_input(name) or fspath(name) in STANDARD_INPUT for name in names):
        raise UsageError(ONE_READS_IT)


def has_its_own(corpus: Any) -> bool:
    """Whether each rank has files of its own."""
    names = [corpus] if isinstance(corpus, (str, PathLike)) else corpus
    return isinstance(names, Sequence) and any(RANK in str(name) for name in names)


def part_for(text: list[Source], corpus: Any, ranks: Verbs) -> list[Source]:
    """What this rank reads of the files that `names_for` named. Raises UsageError where there is nothing."""
    if ranks.size == 1:
        return text
    if any(source.path is None for source in text):
        raise UsageError(ONE_READS_IT)
    return text if has_its_own(corpus) else share(text, ranks.rank, ranks.size)
