"""Pieces of compiled functions, for tests to call."""

from collections.abc import Callable
from typing import Any

from numba import njit


def callable_piece(piece: Any) -> Callable[..., Any]:
    """A piece that only compiled code can call, made callable from Python."""
    return njit(lambda *arguments: piece(*arguments))  # type: ignore[no-any-return]
