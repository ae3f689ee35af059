"""A run as one of several ranks: what `run.session.Session` asks, answered by all; and how they end together."""

import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from fastw2v._system.resources import available_memory
from fastw2v.checkpoints.periodic import CheckpointWriter
from fastw2v.corpus.counting import WordCounts
from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import Source
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.word_table import WordTable
from fastw2v.distributed.averaging import shared_rows
from fastw2v.distributed.checkpoints import gathered_description, scatter_state
from fastw2v.distributed.corpus import check_same_files, has_own_files, names_of_rank, part_of_rank, refuse_what_one_rank_reads
from fastw2v.distributed.counts import broadcast_vocabulary, merge_counts
from fastw2v.distributed.failure_report import report_failure
from fastw2v.distributed.heartbeat import Heartbeat
from fastw2v.distributed.mpi import MpiCommunicator
from fastw2v.distributed.serialization import all_gather_json
from fastw2v.distributed.supervisor import kill_launcher_afterwards, set_exit_code
from fastw2v.distributed.training import DistributedTraining
from fastw2v.errors import Fastw2vError, Interrupted, UsageError, argument, stopped
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.run.files import Files
from fastw2v.run.resuming import Resumed
from fastw2v.run.session import CorpusFiles, Session, Training
from fastw2v.settings import Settings
from fastw2v.training.trainer import Trainer

RANK_SEED_STEP = 1_000_003  # from rank to rank
OF_A_RANK = "threads", "memory"  # settings that may differ


def check_same_settings(given: list[dict[str, Any]]) -> None:
    """Raise UsageError where the settings of a rank are not those of rank 0."""
    for rank, settings in enumerate(given):
        for name, value in settings.items():
            if name not in OF_A_RANK and value != given[0][name]:
                raise UsageError(
                    f"rank {rank} was started with {argument(name)} {value}, rank 0 with {given[0][name]}: "
                    "give all ranks the same settings"
                )


class DistributedSession(Session):
    """The session of one of several ranks, of which rank 0 leads."""

    def __init__(self, communicator: MpiCommunicator) -> None:
        self.communicator = communicator
        self.size = communicator.size
        self.leads = communicator.rank == 0
        self.gpu = communicator.local_rank

    def names(self, corpus: Any) -> Any:
        """The corpus with the rank's number in its names. Raises UsageError for what only one rank can read."""
        return names_of_rank(corpus, self.communicator.rank)

    def text(self, files: list[Source], corpus: Any) -> CorpusFiles:
        """The rank's part of the files. Raises UsageError where there is nothing, and where ranks see different files."""
        if not has_own_files(corpus):
            check_same_files(self.gathered([source.size for source in files]))
        return CorpusFiles(files, part_of_rank(files, corpus, self.communicator.rank, self.size), corpus)

    def description(self, text: CorpusFiles, ids: IdStream, asked: Settings, used: Settings) -> dict[str, Any]:
        """Without a machine's part of the settings: the run may be resumed elsewhere."""
        settings = used.as_dict() | {"threads": asked.threads, "memory": asked.memory}
        names = {"corpus": [os.path.abspath(name) for name in text.names]} if has_own_files(text.names) else {}
        return {"settings": settings, "text": gathered_description(self.communicator, text, ids)} | names

    def local_settings(self, settings: Settings) -> Settings:
        """Threads, and memory for ids and counting: by default the rank's part of the machine.

        Raises UsageError where ranks were given different settings.
        """
        check_same_settings(self.gathered(settings.as_dict()))
        memory = settings.memory or available_memory() // 2 // self.communicator.local_size
        return replace(settings, threads=settings.threads or self.communicator.cores, memory=memory)

    def seeded(self, settings: Settings) -> Settings:
        """The settings with the rank's own random streams."""
        return replace(settings, seed=(settings.seed + RANK_SEED_STEP * self.communicator.rank) % 2**63)

    def compiled(self, compile_all: Callable[[], float]) -> float:
        """Compile on one rank of each machine, and load from the cache on the others."""
        first = self.communicator.local_rank == 0
        seconds = compile_all() if first else 0.0
        self.communicator.barrier()
        return seconds if first else compile_all()

    def gathered(self, value: Any) -> list[Any]:
        """The values of all ranks."""
        return all_gather_json(self.communicator, value)

    def total(self, numbers: np.ndarray) -> np.ndarray:
        """The sum over all ranks."""
        return self.communicator.all_reduce(numbers)

    def merged_counts(self, table: WordTable, min_count: int, known: Vocabulary | None) -> WordCounts:
        """The words that all ranks have counted."""
        return merge_counts(self.communicator, table, min_count, known)

    def shared_vocabulary(self, own: Vocabulary | None) -> Vocabulary:
        """The vocabulary of rank 0."""
        return broadcast_vocabulary(self.communicator, own)

    def share_model(self, model: Model) -> None:
        """Broadcast the matrices of rank 0."""
        for matrix in model:
            self.communicator.broadcast(matrix)

    def training(
        self,
        trainer: Trainer,
        tables: Tables,
        vocabulary: Vocabulary,
        writer: CheckpointWriter | None,
        note: Callable[[str], None],
    ) -> Training:
        """The training of this rank beside the others, with averaging rounds."""
        rows = shared_rows(trainer.model, tables, vocabulary.text_counts, trainer.settings)
        return DistributedTraining(self.communicator, trainer, rows, writer, note)

    def restore(self, trainer: Trainer, arrays: dict[str, np.ndarray], *, exactly: bool) -> None:
        """Restore all ranks from the arrays of rank 0. Raises ValueError."""
        scatter_state(self.communicator, trainer.engine, arrays, exactly=exactly)

    def wait_for_all(self) -> None:
        """Until all ranks are here."""
        self.communicator.barrier()

    def share_resumed(self, resumed: Resumed | None) -> Resumed:
        """What rank 0 has read, for all ranks; the others get no files and no arrays."""
        about: dict[str, Any] | None = None
        if resumed:
            about = {name: getattr(resumed, name) for name in ("corpus", "text", "force")}
            about |= {"folder": str(resumed.folder), "settings": asdict(resumed.settings)}
        told = self.gathered(about)[0]
        vocabulary = self.shared_vocabulary(resumed.vocabulary if resumed else None)
        if resumed:
            return resumed
        settings = Settings(**told["settings"])
        return Resumed(Path(told["folder"]), settings, Files(), told["corpus"], told["text"], vocabulary, {}, told["force"])


@contextmanager
def open_distributed_session(corpus: Any = ()) -> Iterator[Session]:
    """The session of a rank that a launcher started; for all ranks the run ends here.

    An error on one rank ends all processes, with its message and its exit code, and does not leave this function.

    corpus : the text, where it is known: UsageError, before MPI starts, if only one rank can read it
    """
    refuse_what_one_rank_reads(corpus)
    communicator = MpiCommunicator()

    def give_up(rank: int, seconds: float) -> None:
        name = communicator.name(rank)
        report_failure(f"{name} has sent no heartbeat for {seconds:.0f} s: it hangs, or its network is gone; the run ends", 0)
        if communicator.rank == 0:
            kill_launcher_afterwards()
        _end_all(communicator, 1)

    heartbeat = Heartbeat(communicator, give_up)
    try:
        yield DistributedSession(communicator)
        communicator.barrier()  # rank 0 may still be writing; a rank that left MPI now would wait with a busy core
        heartbeat.close()
        communicator.barrier()
        communicator.received_heartbeats()  # the last ones: MPI warns of messages that are never received
    except BaseException as error:
        if communicator.rank > 0:
            _end_silently_when_told()
        line, code = _line_and_code(error)
        report_failure(f"rank {communicator.rank}: {line}" if communicator.rank else line, communicator.rank)
        _end_all(communicator, code)


def _end_all(communicator: MpiCommunicator, code: int) -> None:
    set_exit_code(code)
    communicator.abort(code)


def _end_silently_when_told() -> None:
    """Ignore no signal any longer: some launchers ask the other ranks to end when one has failed, which has been reported."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)


def _line_and_code(error: BaseException) -> tuple[str, int]:
    """The message and the exit code of an error that ends the run."""
    if isinstance(error, Interrupted):
        return _in_one_line(error), int(getattr(error.__cause__, "exit_code", error.exit_code))
    if isinstance(error, Fastw2vError):
        return _in_one_line(error), error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return stopped(), int(getattr(error, "exit_code", Interrupted.exit_code))
    if isinstance(error, MemoryError):
        return "memory ran out", 1
    return "".join(traceback.format_exception(error)).rstrip(), 1  # a bug, here or in the caller


def _in_one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
