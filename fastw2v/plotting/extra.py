"""The libraries that only pictures need: the extra `plot`."""

from importlib import import_module
from pathlib import Path

from fastw2v._system.signals import held_while_importing
from fastw2v.errors import UsageError


def require(module: str, purpose: str) -> None:
    """Import a library of the extra now, before any work. Raises UsageError that says how to install it."""
    try:
        with held_while_importing():
            import_module(module)
    except ImportError as error:
        raise UsageError(f"{purpose} needs {module.split('.')[0]} ({error}): pip install 'fastw2v[plot]'") from error


def kind_of(path: Path, kinds: tuple[str, ...]) -> str:
    """The ending of an output's name, in small letters: it chooses what is written. Raises UsageError if none of `kinds`."""
    kind = path.suffix.lower()
    if kind not in kinds:
        raise UsageError(f"the output {str(path)!r} must end in {', '.join(kinds[:-1])} or {kinds[-1]}")
    return kind
