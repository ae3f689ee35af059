"""The device that trains: the CPU or a GPU; what a GPU lacks to be used, in words."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

from fastw2v._system.signals import held_while_importing
from fastw2v.corpus.id_stream import IdStream
from fastw2v.errors import UsageError, option
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables
from fastw2v.settings import Settings
from fastw2v.training.engine import Engine

EXTRA = "the extra cuda: pip install 'fastw2v[cuda]'"


def with_device(settings: Settings, note: Callable[[str], None]) -> Settings:
    """Resolve device "auto", and tell `note` the choice. Raises UsageError for a GPU that cannot be used."""
    if settings.device == "cpu":
        return settings
    lacking = option("kernel", "blocked") if settings.kernel != "blocked" else missing()
    if settings.device == "cuda":
        if lacking:
            raise UsageError(f"{option('device', 'cuda')} needs {lacking}")
        return settings
    note(f"training on the CPU, because {option('device', 'cuda')} needs {lacking}" if lacking else "training on the GPU")
    return replace(settings, device="cpu" if lacking else "cuda", streams=None if lacking else settings.streams)


def missing() -> str | None:
    """What is missing to use a GPU; None if nothing is."""
    if find_spec("numba_cuda") is None:
        return EXTRA
    try:
        with held_while_importing():
            from fastw2v.kernels.cuda.toolkit import SIMULATED, trouble
    except ImportError as error:
        return f"{EXTRA} ({error})"
    return None if SIMULATED else trouble()


def new_engine(
    ids: IdStream, model: Model, tables: Tables, settings: Settings, total_words: int | None = None, place: int = 0
) -> Engine:
    """The engine for the settings' device; see training.engine.NewEngine.

    place : the number of the process among those of the same machine, which take its GPUs in turn
    """
    if settings.device == "cuda":
        from fastw2v.training.gpu import Gpu

        return Gpu(ids, model, tables, settings, total_words, place)
    from fastw2v.training.threads import Threads

    return Threads(ids, model, tables, settings, total_words)
