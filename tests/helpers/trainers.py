"""Trainers of made-up ids."""

import numpy as np

from fastw2v.corpus.id_stream import IdStream
from fastw2v.model.matrices import new_model
from fastw2v.model.tables import tables
from fastw2v.settings import Settings
from fastw2v.training.threads import Threads
from fastw2v.training.trainer import Trainer


def stream(ids: np.ndarray) -> IdStream:
    made = IdStream(memory=2**30, expected=len(ids))
    made.append(ids.astype(np.int32))
    made.finish()
    return made


def trainer(ids: np.ndarray, settings: Settings) -> Trainer:
    counts = np.bincount(ids).astype(np.int64)
    lookup = tables(counts, settings)
    model = new_model(len(counts), settings)
    return Trainer(Threads(stream(ids), model, lookup, settings), settings)
