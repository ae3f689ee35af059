"""fastw2v: word2vec from the command line and from Python, compiled by Numba, on all cores.

>>> import fastw2v
>>> vectors = fastw2v.train("corpus.txt", dim=100, epochs=5)
>>> size = vectors.save("vectors.bin")
>>> vectors = fastw2v.load("vectors.bin")
>>> vectors.most_similar("king")
[(...)]

train, resume         train vectors on a text; continue a run from its checkpoint
count, phrases        count the words of a text; join its phrases
load, WordVectors     read vectors; look words up, compare, evaluate, write them
Settings, Progress    the settings of a run; how far one is, for a callback
Fastw2vError          what this package raises; of its kinds, UsageError is also a ValueError, UnknownWordError also a KeyError
Interrupted           a run that was stopped; it is a KeyboardInterrupt
"""

from typing import TYPE_CHECKING

from fastw2v.errors import Fastw2vError, Interrupted, UsageError

__version__ = "0.1.0"
__all__ = [
    "Fastw2vError",
    "Interrupted",
    "Progress",
    "Settings",
    "UnknownWordError",
    "UsageError",
    "WordVectors",
    "__version__",
    "count",
    "load",
    "phrases",
    "resume",
    "train",
]

if TYPE_CHECKING:
    from fastw2v.api import count, resume, train
    from fastw2v.phrasing.pipeline import phrases
    from fastw2v.settings import Settings
    from fastw2v.training.progress import Progress
    from fastw2v.vectors.unknown_words import UnknownWordError
    from fastw2v.vectors.word_vectors import WordVectors, load

_HOMES = {
    "Progress": "fastw2v.training.progress",
    "Settings": "fastw2v.settings",
    "UnknownWordError": "fastw2v.vectors.unknown_words",
    "WordVectors": "fastw2v.vectors.word_vectors",
    "count": "fastw2v.api",
    "load": "fastw2v.vectors.word_vectors",
    "phrases": "fastw2v.phrasing.pipeline",
    "resume": "fastw2v.api",
    "train": "fastw2v.api",
}


if not TYPE_CHECKING:  # to a type checker, any name at all would be an attribute

    def __getattr__(name: str) -> object:
        """Import what is public on first use: Numba takes half a second, which `fastw2v --help` need not wait for."""
        if name not in _HOMES:
            from fastw2v.gensim_names import missing_attribute

            raise missing_attribute("module 'fastw2v'", name)
        from importlib import import_module

        from fastw2v._system.platforms import check_system

        check_system()
        from fastw2v._system.signals import held_while_importing

        with held_while_importing():
            value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """What is public, imported yet or not, for completion."""
    return sorted(__all__)
