"""Statistics of repeated measurements: medians, spreads, and whether a difference is significant."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

DRAWS = 10_000
CONFIDENCE = 0.95


class Spread(NamedTuple):
    """Median, smallest and largest of some measurements."""

    median: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return self._asdict()

    @property
    def relative(self) -> float:
        """Half the range over the median: the "±" of a table."""
        return (self.high - self.low) / 2 / self.median if self.median else 0.0


def spread(values: Sequence[float]) -> Spread:
    """The spread of some values."""
    return Spread(float(np.median(values)), float(min(values)), float(max(values)))


class Ratio(NamedTuple):
    """A ratio of medians and its confidence interval."""

    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """For throughput, new over old: "faster", "slower", or "no difference" if the interval contains 1."""
        if self.low > 1:
            return "faster"
        return "slower" if self.high < 1 else "no difference"


def ratio_of_medians(new: Sequence[float], old: Sequence[float], seed: int = 1) -> Ratio:
    """The median of `new` over that of `old`, with a 95 % bootstrap interval (Efron 1979).

    Each sample is resampled with replacement, independently of the other; the interval is that of the ratio of the medians.
    """
    random = np.random.default_rng(seed)
    drawn = [np.median(random.choice(np.asarray(values), (DRAWS, len(values))), axis=1) for values in (new, old)]
    low, high = np.quantile(drawn[0] / drawn[1], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Ratio(float(np.median(new) / np.median(old)), float(low), float(high))
