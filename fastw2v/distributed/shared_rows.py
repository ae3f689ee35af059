"""A model's matrices as rows that ranks average."""

import numpy as np

from fastw2v.distributed.averaging import SharedRows
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.state import inner_nodes


def shared_rows(model: Model, tables: Tables, counts: np.ndarray, settings: Settings) -> list[SharedRows]:
    """The matrices that are trained, with how often each row is, for each word of the text.

    counts : (vocabulary,) int64, of the words in the text that is trained on

    A word's rows count its occurrences after subsampling; a node's those of all words below it.
    """
    trained = counts * np.minimum(1, tables.keep.astype(np.float64)) / max(1, int(counts.sum()))
    shared = [SharedRows(model.input, settings.dim, trained)]
    if settings.negative:
        shared.append(SharedRows(model.output, settings.dim, trained))
    if settings.hs:
        passed = np.zeros(inner_nodes(model))
        np.add.at(passed, tables.tree.nodes, np.repeat(trained, np.diff(tables.tree.starts)))
        shared.append(SharedRows(model.nodes[: len(passed)], settings.dim, passed, frequent_first=False))
    return shared
