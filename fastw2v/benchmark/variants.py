"""The variants to measure, by name, and the numbers of threads."""

from typing import Any

from fastw2v.errors import UsageError, argument
from fastw2v.settings import KERNELS, WHOLE_NUMBERS

VARIANTS: dict[str, dict[str, Any]] = {
    "skipgram-ns": {"model": "skipgram", "negative": 5, "hs": False},
    "skipgram-hs": {"model": "skipgram", "negative": 0, "hs": True},
    "skipgram-both": {"model": "skipgram", "negative": 5, "hs": True},
    "cbow-ns": {"model": "cbow", "negative": 5, "hs": False},
    "cbow-hs": {"model": "cbow", "negative": 0, "hs": True},
    "cbow-both": {"model": "cbow", "negative": 5, "hs": True},
}


def thread_counts(most: int) -> list[int]:
    """The powers of two below `most`, and `most`."""
    return [*(2**power for power in range(most.bit_length()) if 2**power < most), most]


def check_choices(variants: list[str], kernels: list[str], threads: list[int]) -> None:
    """Raise UsageError for an unknown variant or kernel, an invalid number of threads, and an empty list."""
    for kind, given, known in (("variant", variants, list(VARIANTS)), ("kernel", kernels, list(KERNELS))):
        for name in given:
            if name not in known:
                raise UsageError(f"{argument(kind)} is {name!r}: it must be one of {', '.join(known)}")
        if not given:
            raise UsageError(f"there is no {kind} to measure: give at least one of {', '.join(known)}")
    allowed = WHOLE_NUMBERS["threads"]
    if not threads or not all(allowed.allows(count) for count in threads):
        raise UsageError(f"{argument('threads')} is {threads}: it must be a list of whole numbers {allowed}")
