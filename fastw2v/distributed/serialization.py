"""What ranks send each other beside numbers, as the int64 that they send: texts, and arrays by name. Nothing is pickled."""

import io
import json
from typing import Any

import numpy as np

from fastw2v.distributed.communicator import Verbs


def parcel(data: bytes) -> np.ndarray:
    """Bytes as numbers: how many, and themselves."""
    padded = data + bytes(-len(data) % 8)
    return np.concatenate(([len(data)], np.frombuffer(padded, np.int64)))


def opened(numbers: np.ndarray) -> bytes:
    """The bytes of a parcel."""
    return numbers[1:].tobytes()[: int(numbers[0])]


def told_by_all(ranks: Verbs, what: Any) -> list[Any]:
    """What each rank says, as JSON can hold it."""
    return [json.loads(opened(sent)) for sent in ranks.collect(parcel(json.dumps(what).encode()))]


def arrays_parcel(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Arrays by name."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return parcel(file.getvalue())


def opened_arrays(numbers: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a parcel."""
    with np.load(io.BytesIO(opened(numbers)), allow_pickle=False) as archive:
        return dict(archive)
