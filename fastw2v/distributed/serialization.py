"""Bytes, JSON and named arrays as the int64 arrays that ranks send each other. Nothing is pickled."""

import io
import json
from typing import Any

import numpy as np

from fastw2v.distributed.communicator import Communicator


def pack_bytes(data: bytes) -> np.ndarray:
    """(1 + words,) int64: the number of bytes, then the bytes themselves, padded with zeros."""
    padded = data + bytes(-len(data) % 8)
    return np.concatenate(([len(data)], np.frombuffer(padded, np.int64)))


def unpack_bytes(numbers: np.ndarray) -> bytes:
    """The bytes that `pack_bytes` packed."""
    return numbers[1:].tobytes()[: int(numbers[0])]


def all_gather_json(communicator: Communicator, value: Any) -> list[Any]:
    """Each rank's value, which JSON must be able to hold, in the order of the ranks."""
    return [json.loads(unpack_bytes(sent)) for sent in communicator.all_gather(pack_bytes(json.dumps(value).encode()))]


def pack_arrays(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Named arrays as (n,) int64."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return pack_bytes(file.getvalue())


def unpack_arrays(numbers: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays that `pack_arrays` packed."""
    with np.load(io.BytesIO(unpack_bytes(numbers)), allow_pickle=False) as archive:
        return dict(archive)
