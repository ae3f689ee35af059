"""Settings for joining phrases, checked when they are made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastw2v._system.resources import available_memory, usable_cores
from fastw2v.arguments import Range, checked_number, plain
from fastw2v.errors import UsageError, argument
from fastw2v.settings import WHOLE_NUMBERS

THRESHOLD = Range(-1e30, 1e30)
PHRASE_RANGES = {
    "min_count": Range(0, 2**62),
    "passes": Range(1, 100),
    "threads": WHOLE_NUMBERS["threads"],
    "memory": WHOLE_NUMBERS["memory"],
}
OPTIONAL_PHRASE_SETTINGS = ("threads", "memory")


@dataclass(frozen=True, kw_only=True)
class PhraseSettings:
    """Settings for joining phrases; names and defaults are those of the command line.

    threshold : pairs with a higher score are joined; a sequence gives one for each pass, and its last to any further passes
    min_count : words and pairs that occur less often are not joined
    passes : passes over the text, each with the phrases of the previous one as words; at least one for each threshold
    threads : None for the cores that this process may use
    memory : bytes for counting; None for half of the available memory

    Raises UsageError that names the setting, its value and the range.
    """

    threshold: float | Sequence[float] = 100.0
    min_count: int = 5
    passes: int = 1
    threads: int | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        for name, allowed in PHRASE_RANGES.items():
            value = checked_number(name, getattr(self, name), allowed, optional=name in OPTIONAL_PHRASE_SETTINGS)
            object.__setattr__(self, name, value)
        given = plain(self.threshold)
        several = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
        thresholds = tuple(checked_number("threshold", one, THRESHOLD, whole=False) for one in (given if several else [given]))
        if not thresholds:
            raise UsageError(f"{argument('threshold')} is empty: give a number, or one for each pass")
        object.__setattr__(self, "threshold", thresholds)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The threshold of each pass."""
        given = tuple(self.threshold) if isinstance(self.threshold, Sequence) else (self.threshold,)
        return given + given[-1:] * (self.passes - len(given))

    @property
    def thread_count(self) -> int:
        """The number of threads to use."""
        return self.threads or usable_cores()

    @property
    def memory_bytes(self) -> int:
        """Bytes for counting."""
        return self.memory or available_memory() // 2
