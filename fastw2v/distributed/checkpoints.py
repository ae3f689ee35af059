"""Checkpoints of several ranks: a text described by all, and the state of all, put back for any number of ranks."""

from typing import Any

import numpy as np

from fastw2v.checkpoints import checksums
from fastw2v.checkpoints.description import described
from fastw2v.corpus.ids import ID, IdStream
from fastw2v.distributed.communicator import Verbs
from fastw2v.distributed.corpus import Text
from fastw2v.distributed.serialization import arrays_parcel, opened_arrays, told_by_all
from fastw2v.model.finite import all_finite
from fastw2v.model.matrices import Model
from fastw2v.training.engine import Engine
from fastw2v.training.state import MATRICES

WORDS_DONE = "words-done"
COPIES = "node-copies"


def described_by_all(ranks: Verbs, text: Text, ids: IdStream) -> dict[str, Any]:
    """The description of the whole text, which for shared files is the same for any number of ranks."""
    mine = described(text.files, ids)
    if ranks.size == 1:
        return mine
    each = told_by_all(ranks, mine)
    return {
        "files": [file for part in each for file in part["files"]] if text.own_files else mine["files"],
        "ids": sum(part["ids"] for part in each),
        "checksum": checksums.joined([(part["checksum"], part["ids"] * ID.itemsize) for part in each]),
    }


def captured_by_all(ranks: Verbs, engine: Engine, inner_nodes: int) -> dict[str, np.ndarray]:
    """What a checkpoint keeps, at rank 0: the matrices, which are the same for all, and what the engine of each rank carries.

    Called by all, when models have been brought together and nothing is trained.
    """
    mine = engine.carried() | {COPIES: engine.model.nodes[inner_nodes:]}
    to_rank_0 = [np.empty(0, np.int64)] * ranks.size
    to_rank_0[0] = arrays_parcel(mine)
    each = ranks.exchange(to_rank_0)
    if ranks.rank > 0:
        return {}
    found = dict(_matrices(engine.model, inner_nodes))
    for rank, sent in enumerate(each):
        found |= {f"{_prefix(rank)}{name}": array for name, array in opened_arrays(sent).items()}
    return found


def put_back_to_all(ranks: Verbs, engine: Engine, inner_nodes: int, arrays: dict[str, np.ndarray], *, exactly: bool) -> None:
    """Give all ranks the state that rank 0 has from a checkpoint, of whatever number of ranks. Raises ValueError.

    Where it was of as many, with as many threads, each goes on where it was; else the matrices and the words done are put back,
    and each rank begins as far into its share as all are.

    exactly : the text is as it was
    """
    if ranks.rank == 0:
        for name, matrix in _matrices(engine.model, inner_nodes).items():
            found = arrays.get(name)
            if found is None or found.dtype != matrix.dtype or found.shape[1:] != matrix.shape[1:] or len(found) < len(matrix):
                raise ValueError(f"{name} does not fit")
            if not all_finite(found):
                raise ValueError(f"{name} holds NaN or infinity")
            matrix[...] = found[: len(matrix)]
    for matrix in _matrices(engine.model, inner_nodes).values():
        ranks.broadcast(matrix)
    mine = opened_arrays(ranks.exchange(_parcels(ranks, arrays))[0])
    words = int(ranks.sum(np.array([_words_done(arrays) if ranks.rank == 0 else 0]))[0])
    copies = mine.pop(COPIES, None)
    own = engine.carried()
    as_many = int(ranks.sum(np.array([ranks.rank == 0 and _ranks_of(arrays) == ranks.size], np.int64))[0])
    fits = as_many and own.keys() == mine.keys() and all(_alike(own[name], mine[name]) for name in own)
    room = engine.model.nodes[inner_nodes:]
    if exactly and fits and copies is not None and _alike(room, copies):
        room[...] = copies
        engine.put_back(mine)
    else:
        engine.put_back_roughly({name: np.zeros_like(array) for name, array in own.items()} | {WORDS_DONE: np.array([words])})
    engine.words_elsewhere = words - engine.words_done if ranks.size > 1 else 0


def _parcels(ranks: Verbs, arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """At rank 0 what each rank carried, elsewhere nothing."""
    if ranks.rank > 0:
        return [np.empty(0, np.int64)] * ranks.size
    return [
        arrays_parcel({name.removeprefix(_prefix(rank)): arrays[name] for name in arrays if name.startswith(_prefix(rank))})
        for rank in range(ranks.size)
    ]


def _prefix(rank: int) -> str:
    return f"rank-{rank}-"


def is_of_ranks(arrays: dict[str, np.ndarray]) -> bool:
    """Whether a checkpoint's arrays are those of several ranks."""
    return _ranks_of(arrays) > 0


def _ranks_of(arrays: dict[str, np.ndarray]) -> int:
    """Of how many; 0 for a single process."""
    return len({name.split("-")[1] for name in arrays if name.startswith("rank-")})


def _words_done(arrays: dict[str, np.ndarray]) -> int:
    """Of all ranks. Raises ValueError."""
    done = [array for name, array in arrays.items() if name.split("-")[-2:] == WORDS_DONE.split("-")]
    words = sum(int(array.sum()) for array in done if array.dtype == np.int64)
    if any(array.dtype != np.int64 or array.min(initial=0) < 0 for array in done) or not 0 <= words < 2**62:
        raise ValueError("the words done make no sense")
    return words


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype


def _matrices(model: Model, inner_nodes: int) -> dict[str, np.ndarray]:
    """Without what is a thread's own."""
    found = {name: getattr(model, name) for name in MATRICES}
    return found | {"nodes": model.nodes[:inner_nodes]}
