"""Vectors in memory or mapped from a file, as float32, float16 or int8."""

import numpy as np

from fastw2v.arguments import checked_choice
from fastw2v.errors import UsageError
from fastw2v.model.finite import all_finite, first_not_finite
from fastw2v.vectors.io import DTYPES

ROWS_DECODED_AT_ONCE = 4096  # a few megabytes, which stay in cache
LARGEST_CODE = 127
LARGEST_SCALE = np.nextafter(np.finfo(np.float32).max / np.float32(LARGEST_CODE), np.float32(0))


def lengths(vectors: np.ndarray) -> np.ndarray:
    """Lengths of (m, dim) vectors, (m,) float32, held at the largest float32."""
    found = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    return np.minimum(found, np.finfo(np.float32).max).astype(np.float32)


class Stored:
    """Vectors stored as float32, as float16, or as int8 with a float32 scale for each row.

    codes : (n, dim) of one of these dtypes; may be memory-mapped
    scales : (n,) float32 with int8, else None
    unread : name of the file that they are mapped from, "" for none. Its NaN and infinity are refused when rows are used: to
        check all rows at once would take as long as to read the file
    """

    def __init__(self, codes: np.ndarray, scales: np.ndarray | None = None, unread: str = "") -> None:
        self.codes = codes
        self.scales = scales
        self.unread = unread

    @property
    def dtype(self) -> str:
        """Name of the dtype of `codes`, one of DTYPES."""
        return str(self.codes.dtype)

    def __len__(self) -> int:
        return len(self.codes)

    def rows(self, which: slice | np.ndarray | list[int]) -> np.ndarray:
        """Rows decoded to (m, dim) float32. Raises UsageError if rows of a file hold NaN or infinity."""
        rows = self.codes[which].astype(np.float32, copy=False)
        if self.scales is not None:
            rows = rows * self.scales[which][:, np.newaxis]
        if self.unread and (bad := first_not_finite(rows)) is not None:
            raise UsageError(f"{self.unread}: row {np.arange(len(self))[which][bad] + 1:,} holds NaN or infinity")
        return rows

    def in_one_piece(self) -> "Stored":
        """The same vectors, C-contiguous: those of a model just trained are columns of a wider matrix."""
        if self.codes.flags.c_contiguous:
            return self
        return Stored(np.ascontiguousarray(self.codes), self.scales, self.unread)

    def products(self, targets: np.ndarray, last: int) -> np.ndarray:
        """Dot products of (q, dim) targets with the first `last` rows, (q, last) float32."""
        with np.errstate(over="ignore", invalid="ignore"):
            if self.codes.dtype == np.float32:
                found = targets @ self.codes[:last].T
                if self.unread and not all_finite(found):
                    self.rows(slice(last))  # raises UsageError, unless the vectors are finite and only large
                return found
            found = np.empty((len(targets), last), np.float32)
            for start in range(0, last, ROWS_DECODED_AT_ONCE):
                stop = min(start + ROWS_DECODED_AT_ONCE, last)
                found[:, start:stop] = targets @ self.rows(slice(start, stop)).T
            return found

    def norms(self) -> np.ndarray:
        """Lengths of the vectors, (n,) float32."""
        found = np.empty(len(self), np.float32)
        for start in range(0, len(self), ROWS_DECODED_AT_ONCE):
            part = slice(start, start + ROWS_DECODED_AT_ONCE)
            found[part] = lengths(self.rows(part))
        return found

    def converted(self, dtype: str) -> "Stored":
        """Convert to another dtype; with int8 the largest number of each row becomes 127.

        Raises UsageError for an unknown dtype, and for numbers too large for float16.
        """
        dtype = checked_choice("dtype", dtype, DTYPES)
        if dtype == self.dtype:
            return self
        codes = np.empty(self.codes.shape, dtype)
        scales = np.empty(len(self), np.float32) if dtype == "int8" else None
        for start in range(0, len(self), ROWS_DECODED_AT_ONCE):
            part = slice(start, start + ROWS_DECODED_AT_ONCE)
            rows = self.rows(part)
            if scales is None:
                if dtype == "float16" and np.abs(rows).max(initial=0) > np.finfo(np.float16).max:
                    raise UsageError("a number is too large for float16: keep float32, or use int8")
                codes[part] = rows
            else:
                largest = np.abs(rows).max(axis=1, initial=0)
                scale = np.minimum(largest / LARGEST_CODE, LARGEST_SCALE)
                scales[part] = np.where(scale > 0, scale, 1)  # a scale may underflow to 0
                codes[part] = np.clip(np.rint(rows / scales[part][:, np.newaxis]), -LARGEST_CODE, LARGEST_CODE)
        return Stored(codes, scales)
