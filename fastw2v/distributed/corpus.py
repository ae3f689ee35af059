"""The text of each of several ranks: a part of files that all can read, or files of its own."""

from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any

from fastw2v.corpus.partitions import partition
from fastw2v.corpus.sources import Source, is_standard_input
from fastw2v.errors import UsageError

RANK = "{rank}"  # in a file's name
STANDARD_INPUT = "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"
ONE_READS_IT = (
    "standard input, a pipe and sentences reach one rank alone: give files that all ranks can read, or {rank} in their names"
)


def names_of_rank(corpus: Any, rank: int) -> Any:
    """The corpus with a rank's number in its names. Raises UsageError for what only one rank can read."""
    refuse_what_one_rank_reads(corpus)
    names = _listed(corpus)
    if len({RANK in fspath(name) for name in names}) > 1:
        raise UsageError(f"some names hold {RANK} and some do not: give names of one kind")
    return [fspath(name).replace(RANK, str(rank)) for name in names]


def refuse_what_one_rank_reads(corpus: Any) -> None:
    """Raise UsageError for standard input and for sentences."""
    names = _listed(corpus)
    if not isinstance(names, Sequence) or not all(isinstance(name, (str, PathLike)) for name in names):
        raise UsageError(ONE_READS_IT)
    if any(is_standard_input(name) or fspath(name) in STANDARD_INPUT for name in names):
        raise UsageError(ONE_READS_IT)


def has_own_files(corpus: Any) -> bool:
    """Whether each rank has files of its own."""
    names = _listed(corpus)
    return isinstance(names, Sequence) and any(RANK in str(name) for name in names)


def check_same_files(sizes: list[list[int]]) -> None:
    """Raise UsageError where a rank sees other files than rank 0; `sizes` are those of each rank's files, in bytes."""
    for rank, own in enumerate(sizes):
        if own != sizes[0]:
            raise UsageError(
                f"rank {rank} sees another text ({_described(own)}) than rank 0 ({_described(sizes[0])}): "
                f"all hosts need the same files, or {RANK} in the names for files of their own"
            )


def part_of_rank(text: list[Source], corpus: Any, rank: int, size: int) -> list[Source]:
    """What a rank reads of the files that `names_of_rank` named. Raises UsageError where there is nothing."""
    if any(source.path is None for source in text):
        raise UsageError(ONE_READS_IT)
    return text if has_own_files(corpus) else partition(text, rank, size)


def _described(sizes: list[int]) -> str:
    return f"{len(sizes):,} file{'s' if len(sizes) != 1 else ''}, {sum(sizes):,} bytes"


def _listed(corpus: Any) -> Any:
    return [corpus] if isinstance(corpus, (str, PathLike)) else corpus
