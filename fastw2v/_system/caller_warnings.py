"""Warnings for those who call this package from Python."""

import sys
import warnings

PACKAGE = __name__.partition(".")[0]


def warn_caller(text: str) -> None:
    """Issue a UserWarning that points to the line outside this package from which it was called."""
    level, frame = 1, sys._getframe()
    while frame and str(frame.f_globals.get("__name__")).partition(".")[0] == PACKAGE:
        level, frame = level + 1, frame.f_back  # type: ignore[assignment]  # None past the outermost frame
    warnings.warn(text, stacklevel=level)
