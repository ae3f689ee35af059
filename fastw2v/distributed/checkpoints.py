"""Checkpoints of several ranks: the text described by all, the state of all, restored on any number of ranks."""

from typing import Any

import numpy as np

from fastw2v.checkpoints import checksums
from fastw2v.checkpoints.text_description import describe_text
from fastw2v.corpus.id_stream import ID, IdStream
from fastw2v.distributed.communicator import Communicator
from fastw2v.distributed.corpus import has_own_files
from fastw2v.distributed.serialization import all_gather_json, pack_arrays, unpack_arrays
from fastw2v.model.finite import all_finite
from fastw2v.run.session import CorpusFiles
from fastw2v.training.engine import Engine
from fastw2v.training.state import as_far_as, inner_nodes, prefix, processes_of, saved_words_done, shared_matrices

COPIES = "node-copies"  # of the top of the Huffman tree, one for each thread
NOTHING = np.empty(0, np.int64)


def gathered_description(communicator: Communicator, text: CorpusFiles, ids: IdStream) -> dict[str, Any]:
    """The description of the whole text; of files that all ranks share it is the same for any number of ranks."""
    mine = describe_text(text.files, ids)
    each = all_gather_json(communicator, mine)
    return {
        "files": [file for part in each for file in part["files"]] if has_own_files(text.names) else mine["files"],
        "ids": sum(part["ids"] for part in each),
        "checksum": checksums.combine_crc32([(part["checksum"], part["ids"] * ID.itemsize) for part in each]),
    }


def gathered_state(communicator: Communicator, engine: Engine) -> dict[str, np.ndarray]:
    """What a checkpoint keeps, at rank 0: the matrices, which are the same on all ranks, and what each rank's engine carries.

    Called by all ranks, when their models are the same and nothing is trained.
    """
    mine = engine.carried() | {COPIES: engine.model.nodes[inner_nodes(engine.model) :]}
    each = communicator.all_to_all([pack_arrays(mine), *[NOTHING] * (communicator.size - 1)])
    if communicator.rank > 0:
        return {}
    state = dict(shared_matrices(engine.model))
    for rank, sent in enumerate(each):
        state |= {f"{prefix(rank)}{name}": array for name, array in unpack_arrays(sent).items()}
    return state


def scatter_state(communicator: Communicator, engine: Engine, arrays: dict[str, np.ndarray], *, exactly: bool) -> None:
    """Restore on all ranks the state that rank 0 has from a checkpoint of any number of ranks. Raises ValueError.

    A checkpoint of as many ranks with as many threads restores each of them where it was. Any other restores the matrices and
    the number of words done: each rank begins as far into its part of the text as all are on average.

    exactly : the text has not changed
    """
    matrices = shared_matrices(engine.model)
    if communicator.rank == 0:
        _restore_matrices(matrices, arrays)
    for matrix in matrices.values():
        communicator.broadcast(matrix)
    mine = unpack_arrays(communicator.all_to_all(_packed_for_each(communicator, arrays))[0])
    words = int(communicator.all_reduce(np.array([saved_words_done(arrays) if communicator.rank == 0 else 0]))[0])
    copies = mine.pop(COPIES, None)
    own = engine.carried()
    same_size = communicator.rank == 0 and processes_of(arrays) == communicator.size
    as_many = int(communicator.all_reduce(np.array([same_size], np.int64))[0])
    fits = as_many and own.keys() == mine.keys() and all(_alike(own[name], mine[name]) for name in own)
    room = engine.model.nodes[inner_nodes(engine.model) :]
    if exactly and fits and copies is not None and _alike(room, copies):
        room[...] = copies
        engine.restore(mine)
    else:
        engine.restore_approximately(as_far_as(engine, words))
    engine.words_elsewhere = words - engine.words_done


def _restore_matrices(matrices: dict[str, np.ndarray], arrays: dict[str, np.ndarray]) -> None:
    """Copy a checkpoint's matrices; of a single process's, the threads' copies are left out. Raises ValueError."""
    for name, matrix in matrices.items():
        found = arrays.get(name)
        if found is None or found.dtype != matrix.dtype or found.shape[1:] != matrix.shape[1:] or len(found) < len(matrix):
            raise ValueError(f"{name} does not fit")
        if not all_finite(found):
            raise ValueError(f"{name} holds NaN or infinity")
        matrix[...] = found[: len(matrix)]


def _packed_for_each(communicator: Communicator, arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """At rank 0 what each rank carried, elsewhere nothing."""
    if communicator.rank > 0:
        return [NOTHING] * communicator.size
    return [
        pack_arrays({name.removeprefix(prefix(rank)): arrays[name] for name in arrays if name.startswith(prefix(rank))})
        for rank in range(communicator.size)
    ]


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype
